//! Files beside the output folder that belong to others, and hold a part of ours: CODEOWNERS.
//!
//! Each is replaced at once, so it holds the old part or the new one, and the next build makes it right whichever it is:
//! no journal has to tell of it. Only a file under its temporary name may be left, and the next build removes that.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Target;
use super::outcome::{Change, Problem};
use super::walk::{Kind, standing};
use crate::documents::{Part, merged};
use crate::model::{Forge, codeowners_places};
use crate::project::disk::{Disk, gone};

/// Where the platform lies in its repository, and what is said there.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The platform's folder, absolute.
    pub folder: &'a Utf8Path,
    /// The part of CODEOWNERS; without one, what earlier builds wrote goes.
    pub part: Option<Part<'a>>,
}

/// The temporary name of the file that is written.
const TEMPORARY: &str = ".platformc-CODEOWNERS.tmp";

/// One place of CODEOWNERS.
pub(super) struct Shared {
    /// The path from the platform's folder.
    path: &'static str,
    place: Utf8PathBuf,
    /// What stands there now, if anything does.
    found: Option<Vec<u8>>,
    /// What shall stand there, if anything shall.
    wanted: Option<Vec<u8>>,
}

impl Shared {
    /// Reads what stands there, which must be a file if something is to be said in it.
    fn new(
        disk: &dyn Disk,
        path: &'static str,
        place: Utf8PathBuf,
        kind: Option<Kind>,
        lines: Option<&str>,
    ) -> Result<Self, Problem> {
        let found = match kind {
            Some(Kind::File) => read(disk, &place).map_err(|error| Problem::io(&place, error))?,
            Some(Kind::Link) if lines.is_some() => return Err(Problem::Symlink(place)),
            Some(_) if lines.is_some() => return Err(Problem::NotAFile(place)),
            _ => None,
        };
        let wanted = wanted(&place, found.as_deref(), lines)?;
        Ok(Self { path, place, found, wanted })
    }

    /// What the run changes here.
    pub(super) fn change(&self) -> Option<(Change, String)> {
        let change = match (&self.found, &self.wanted) {
            (found, wanted) if found == wanted => return None,
            (None, _) => Change::Create,
            (_, None) => Change::Remove,
            _ => Change::Update,
        };
        Some((change, self.path.to_owned()))
    }

    fn temporary(&self) -> Utf8PathBuf {
        self.place.with_file_name(TEMPORARY)
    }

    /// Writes what shall stand there under a temporary name, with the permissions of what stands there.
    fn stage(&self, disk: &dyn Disk) -> io::Result<()> {
        let Some(text) = &self.wanted else { return Ok(()) };
        let beside = self.temporary();
        let mut file = disk.create(&beside)?;
        disk.write(&beside, &mut file, text)?;
        match &self.found {
            Some(_) => disk.permit(&beside, disk.metadata(&self.place)?.permissions()),
            None => Ok(()),
        }
    }

    /// Gives it its name, unless somebody has changed the file since.
    fn commit(&self, disk: &dyn Disk) -> io::Result<()> {
        if read(disk, &self.place)? != self.found {
            return Err(io::Error::other("it was changed in the meantime"));
        }
        match self.wanted {
            Some(_) => disk.rename(&self.temporary(), &self.place),
            None => disk.remove(&self.place),
        }
    }
}

/// What stands in each place of CODEOWNERS, and what shall. The part stands where the forge looks first, for a file that is
/// found before another hides it; in every other place there is none.
pub(super) fn compare(target: &Target) -> Result<Vec<Shared>, Problem> {
    let Some(Beside { folder, part }) = target.beside else { return Ok(vec![]) };
    let mut kinds = vec![];
    for path in places() {
        if is_reachable(target.disk, folder, path)? {
            kinds.push((path, kind(target.disk, &folder.join(path))?));
        }
    }
    let chosen = part.map(|part| chosen(part.forge, &kinds));
    let shared = kinds.into_iter().map(|(path, kind)| {
        let lines = part.filter(|_| chosen == Some(path)).map(|part| part.lines);
        Shared::new(target.disk, path, folder.join(path), kind, lines)
    });
    shared.collect()
}

/// Writes everything under temporary names.
pub(super) fn stage(disk: &dyn Disk, all: &[Shared]) -> Result<(), Problem> {
    changed(all).try_for_each(|shared| shared.stage(disk).map_err(|error| Problem::io(&shared.place, error)))
}

/// Removes what stands under temporary names, of this build or of an interrupted one.
pub(super) fn sweep(disk: &dyn Disk, all: &[Shared]) -> Result<(), Problem> {
    all.iter()
        .map(Shared::temporary)
        .try_for_each(|place| gone(disk.remove(&place)).map_err(|error| Problem::io(&place, error)))
}

/// Gives everything its name.
pub(super) fn commit(disk: &dyn Disk, all: &[Shared]) -> Result<(), Problem> {
    for (position, shared) in changed(all).enumerate() {
        let done = shared.commit(disk).map_err(|error| Problem::io(&shared.place, error));
        done.map_err(|problem| if position > 0 { problem.unfinished() } else { problem })?;
    }
    Ok(())
}

fn changed(all: &[Shared]) -> impl Iterator<Item = &Shared> {
    all.iter().filter(|shared| shared.found != shared.wanted)
}

/// The places of all forges, each once.
fn places() -> Vec<&'static str> {
    let mut places = [Forge::GitHub, Forge::GitLab].map(codeowners_places).concat();
    places.sort_unstable();
    places.dedup();
    places
}

/// The first place where the forge finds something, or else the repository's root.
fn chosen(forge: Forge, kinds: &[(&'static str, Option<Kind>)]) -> &'static str {
    let is_there = |path: &&str| kinds.iter().any(|(known, kind)| known == path && kind.is_some());
    codeowners_places(forge).into_iter().find(is_there).unwrap_or("CODEOWNERS")
}

/// The text with the part as it shall be. A file of which nothing is left but our part goes with it.
fn wanted(place: &Utf8Path, found: Option<&[u8]>, lines: Option<&str>) -> Result<Option<Vec<u8>>, Problem> {
    let text = found.unwrap_or_default();
    match merged(text, lines) {
        Ok(merged) if merged.is_empty() && (found.is_none() || !text.is_empty()) => Ok(None),
        Ok(merged) => Ok(Some(merged)),
        // Where nothing is to be said, damaged markers harm nobody.
        Err(_) if lines.is_none() => Ok(found.map(<[u8]>::to_vec)),
        Err(_) => Err(Problem::Damaged(place.to_owned())),
    }
}

/// Whether the folder of a place is there; no forge follows a link.
fn is_reachable(disk: &dyn Disk, folder: &Utf8Path, path: &str) -> Result<bool, Problem> {
    let Some((above, _)) = path.rsplit_once('/') else { return Ok(true) };
    let above = folder.join(above);
    match disk.metadata(&above) {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Problem::io(&above, error)),
    }
}

/// What stands in a place, if anything does.
fn kind(disk: &dyn Disk, place: &Utf8Path) -> Result<Option<Kind>, Problem> {
    standing(disk, place).map_err(|error| Problem::io(place, error))
}

fn read(disk: &dyn Disk, place: &Utf8Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![];
    match disk.read(place, u64::MAX, &mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(|()| Some(bytes)),
    }
}
