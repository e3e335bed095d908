//! Revisions of a platform, read from Git's objects by the git command. Neither the worktree nor the index is touched.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use super::objects::{Object, Objects};
use super::origin::Entries;
use super::read::text;
use crate::db::Content;

/// Why Git has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitError {
    /// What was asked for is not there.
    Unknown(String),
    /// Git can't be asked.
    Refused(String),
}

/// The Git repository that a platform lies in.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: Utf8PathBuf,
    /// The platform's folder in the repository, with a `/` at its end; empty for the root.
    prefix: String,
    is_shallow: bool,
}

/// A revision of a platform's folder.
#[derive(Debug)]
pub struct Revision {
    /// As it was asked for.
    pub name: String,
    /// The commit.
    pub commit: String,
    prefix: String,
    objects: Mutex<Objects>,
}

impl Repository {
    /// The repository that the platform's folder lies in.
    ///
    /// # Errors
    /// There is none, or no git command.
    pub fn find(folder: &Utf8Path) -> Result<Self, GitError> {
        let said = ask(folder, &["rev-parse", "--is-shallow-repository", "--show-prefix"])?;
        let mut lines = said.lines();
        let is_shallow = lines.next() == Some("true");
        let prefix = lines.next().unwrap_or("").to_owned();
        Ok(Self { folder: folder.to_owned(), prefix, is_shallow })
    }

    /// A revision by any name that Git knows.
    ///
    /// # Errors
    /// There is no such commit here.
    pub fn revision(&self, name: &str) -> Result<Revision, GitError> {
        let wanted = format!("{name}^{{commit}}");
        let found = ask(&self.folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let commit = found.map_err(|error| match error {
            GitError::Refused(reason) if reason.is_empty() => GitError::Unknown(self.unknown(name)),
            other => other,
        })?;
        let objects = Objects::open(&self.folder).map_err(|error| refused(&error))?;
        let commit = commit.trim().to_owned();
        Ok(Revision { name: name.to_owned(), commit, prefix: self.prefix.clone(), objects: Mutex::new(objects) })
    }

    fn unknown(&self, name: &str) -> String {
        let shallow = if self.is_shallow {
            "; this clone is shallow and lacks what is older: `git fetch --unshallow` brings it"
        } else {
            ""
        };
        format!("there is no revision `{name}`{shallow}")
    }

    /// The files at and below these paths of the repository of which the contents differ between a revision and another, or
    /// what stands on the disk. Files that Git does not know yet count there as well.
    ///
    /// # Errors
    /// Git can't say.
    pub fn changed(&self, from: &Revision, to: Option<&Revision>, within: &[String]) -> Result<Vec<String>, GitError> {
        let mut found = BTreeSet::new();
        // A command line has an end.
        for within in within.chunks(MOST_PATHS) {
            let within: Vec<String> = within.iter().map(|path| format!(":(top,literal){path}")).collect();
            let within = within.iter().map(String::as_str);
            let mut diff = vec!["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", &from.commit];
            diff.extend(to.map(|to| to.commit.as_str()).into_iter().chain(["--"]).chain(within.clone()));
            let mut said = ask(&self.folder, &diff)?;
            if to.is_none() {
                let unknown = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--"];
                said += &ask(&self.folder, &unknown.into_iter().chain(within).collect::<Vec<_>>())?;
            }
            found.extend(said.split('\0').filter(|path| !path.is_empty()).map(str::to_owned));
        }
        Ok(found.into_iter().collect())
    }
}

/// So many paths stand in one command.
const MOST_PATHS: usize = 500;

impl Revision {
    /// What people call it: as it was asked for, and the beginning of the commit where that is something else.
    #[must_use]
    pub fn label(&self) -> String {
        let short = self.commit.get(..12).unwrap_or(&self.commit);
        if self.commit.starts_with(&self.name) { short.to_owned() } else { format!("{} ({short})", self.name) }
    }

    pub(super) fn read(&self, path: &str) -> Content {
        match self.object(path) {
            Ok(Object::Blob(bytes)) => text(bytes),
            Ok(Object::Tree(entries)) => folder(entries),
            Ok(Object::Missing) => Content::Missing,
            Ok(Object::Other(reason)) => Content::Unreadable(reason.into()),
            Err(error) => Content::Unreadable(format!("git can't be asked: {error}").into()),
        }
    }

    pub(super) fn list(&self, path: &str) -> io::Result<Entries> {
        match self.object(path)? {
            Object::Tree(entries) => Ok(entries),
            Object::Missing => Err(ErrorKind::NotFound.into()),
            Object::Blob(_) | Object::Other(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn object(&self, path: &str) -> io::Result<Object> {
        let Some(path) = settled(&self.prefix, path) else { return Ok(Object::Missing) };
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.get(&format!("{}:{path}", self.commit))
    }
}

/// A path from the repository's root, without parts that lead nowhere; nothing for one that leads out.
fn settled(prefix: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = vec![];
    for part in prefix.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn folder(entries: Entries) -> Content {
    let names = entries.into_iter().map(|(name, is_folder)| if is_folder { name + "/" } else { name });
    let mut names: Vec<Arc<str>> = names.map(Into::into).collect();
    names.sort();
    Content::Folder(names.into())
}

/// A git command in a folder, in its own language and without locks.
pub(super) fn git(folder: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null());
    command
}

fn ask(folder: &Utf8Path, words: &[&str]) -> Result<String, GitError> {
    let Output { status, stdout, stderr } = git(folder).args(words).output().map_err(|error| refused(&error))?;
    if !status.success() {
        let reason = String::from_utf8_lossy(&stderr);
        let reason = reason.lines().next().unwrap_or("").trim_start_matches("fatal: ");
        return Err(GitError::Refused(reason.to_owned()));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}

fn refused(error: &io::Error) -> GitError {
    GitError::Refused(match error.kind() {
        ErrorKind::NotFound => "there is no `git` in the PATH, and revisions are read with it".to_owned(),
        _ => format!("git can't be asked: {error}"),
    })
}
