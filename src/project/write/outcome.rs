use std::fmt;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::documents::{Early, Present};
use crate::model::some;
use crate::project::disk::Refusal;
use crate::schema::Kind;
use crate::text::counted;

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// It is new.
    Create,
    /// Its content differs.
    Update,
    /// It is ours and no longer wanted.
    Remove,
}

/// What a run changes in the output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The changed files by path from the output folder, sorted by path.
    pub changes: Vec<(Change, String)>,
    /// The same beside the output folder, by path from the platform's folder.
    pub beside: Vec<(Change, String)>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// The Applications that Argo CD deletes when it sees the change, by namespace and name.
    pub going: Vec<Going>,
    /// What is said to go, and neither the source nor the tree knows.
    pub unknown: Vec<Unknown>,
}

/// What a `removed` speaks of, and nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What is called nearly so.
    pub near: Option<String>,
}

/// An Application that leaves the tree, or its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    /// The Application as it was.
    pub was: Present,
    /// The same as another parent creates it anew, if one does.
    pub returns: Option<Present>,
    /// The Application with another name that its instance has instead, if it gets one.
    pub heir: Option<Present>,
}

/// What a file for a team says of what was another's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overstep {
    /// The word that says it.
    pub word: Kind,
    /// The service.
    pub service: String,
    /// The team that the file is for.
    pub team: String,
    /// The team that owned the service.
    pub owner: String,
}

/// Two that were there, and would be one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merged {
    /// The kind of both.
    pub kind: Kind,
    /// The one that would have the name of the other.
    pub old: String,
    /// The other.
    pub name: String,
}

/// Why nothing may be written. Paths are absolute, but those of `Outside` and `Collision` stand as they were given.
#[derive(Debug)]
pub enum Problem {
    /// A file that is not ours stands where one of ours must be; or a folder of another platform does.
    Foreign(Utf8PathBuf),
    /// A symbolic link at a path of ours, or on the way to it.
    Symlink(Utf8PathBuf),
    /// A file of ours was edited by hand since the last build, and the edit would be lost.
    Edited(Utf8PathBuf),
    /// Something other than a file stands where a file must be.
    NotAFile(Utf8PathBuf),
    /// Something other than a folder stands where a folder must be.
    NotAFolder(Utf8PathBuf),
    /// A path that leaves the output folder, is not written plainly, or has a part that is reserved.
    Outside(Utf8PathBuf),
    /// Two paths that are one on a disk that ignores case; or the same path, as a file and as a folder or twice.
    Collision(Utf8PathBuf, Utf8PathBuf),
    /// A file that belongs to others, in which the lines that mark our part don't belong together.
    Damaged(Utf8PathBuf),
    /// Applications of protected environments would go, and nothing says that this is meant.
    Unsaid {
        /// The output folder.
        folder: Utf8PathBuf,
        /// The Applications.
        going: Vec<Present>,
        /// What would say it, as it is written.
        lines: Vec<String>,
        /// What would let them keep their names, where those that they would have are known.
        kept: Vec<String>,
    },
    /// Applications would go before others have taken over what they deployed.
    AtOnce {
        /// The output folder.
        folder: Utf8PathBuf,
        /// The Applications.
        going: Vec<Present>,
        /// Why.
        early: Early,
    },
    /// What bears another name now bears that of something that was there as well.
    Merged {
        /// The output folder.
        folder: Utf8PathBuf,
        /// The one and the other.
        merged: Merged,
    },
    /// A file for one team says of a service of another that it was renamed, or is meant to go.
    NotTheTeams {
        /// The output folder.
        folder: Utf8PathBuf,
        /// What it says of which service.
        said: Overstep,
    },
    /// The operating system refused.
    Io {
        /// What was read, written or removed.
        path: Utf8PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The operating system refused when some files were changed already; the next build does the rest.
    Unfinished {
        /// What was written or removed.
        path: Utf8PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Problem {
    /// Wraps what the system says about a path.
    pub(super) fn io(path: &Utf8Path, error: io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }

    /// Says of which path the system refused what.
    pub(super) fn refused((path, error): Refusal) -> Self {
        Self::Io { path, error }
    }

    /// The same when files were changed already.
    pub(super) fn unfinished(self) -> Self {
        match self {
            Self::Io { path, error } => Self::Unfinished { path, error },
            other => other,
        }
    }

    /// The path that the problem is about.
    pub fn path(&self) -> &Utf8Path {
        match self {
            Self::Foreign(path)
            | Self::Symlink(path)
            | Self::Edited(path)
            | Self::NotAFile(path)
            | Self::NotAFolder(path)
            | Self::Outside(path)
            | Self::Damaged(path)
            | Self::Collision(path, _)
            | Self::Unsaid { folder: path, .. }
            | Self::AtOnce { folder: path, .. }
            | Self::Merged { folder: path, .. }
            | Self::NotTheTeams { folder: path, .. }
            | Self::Io { path, .. }
            | Self::Unfinished { path, .. } => path,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Foreign(path) => write!(out, "`{path}` is in the way and was not generated by platformc"),
            Self::Symlink(path) => write!(out, "`{path}` is a symbolic link, and none is followed"),
            Self::Edited(path) => write!(out, "`{path}` was edited by hand since the last build"),
            Self::NotAFile(path) => write!(out, "`{path}` is in the way: a file must be there"),
            Self::NotAFolder(path) => write!(out, "`{path}` is in the way: a folder must be there"),
            Self::Outside(path) => write!(out, "`{path}` is not a path that may be written in the output folder"),
            Self::Damaged(path) => {
                write!(
                    out,
                    "`{path}`: `# BEGIN platformc` and `# END platformc` don't stand there once each, in this order"
                )
            }
            Self::Collision(path, other) => write!(out, "`{path}` and `{other}` can't both be written"),
            Self::Unsaid { going, .. } => write!(
                out,
                "{} of protected environments would go, and nothing says that this is meant: {}",
                counted(going.len(), "Application"),
                named(going)
            ),
            Self::AtOnce { going, .. } => write!(
                out,
                "{} would go, and take along what others go on with: {}",
                counted(going.len(), "Application"),
                named(going)
            ),
            Self::Merged { merged: Merged { kind, old, name }, .. } => {
                let word = kind.word();
                write!(out, "{word} `{old}` became `{name}`, and a {word} `{name}` was there before")
            }
            Self::NotTheTeams { said: Overstep { word, service, team, owner }, .. } => {
                write!(
                    out,
                    "a file for team {team} says `{} service {service}`, and that was of team {owner}",
                    word.word()
                )
            }
            Self::Io { path, error } | Self::Unfinished { path, error } => write!(out, "`{path}`: {error}"),
        }
    }
}

fn named(going: &[Present]) -> String {
    some(&going.iter().map(|one| one.name.as_str()).collect::<Vec<_>>())
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } | Self::Unfinished { error, .. } => Some(error),
            _ => None,
        }
    }
}
