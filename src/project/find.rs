//! Where a platform's main file is.

use camino::{Utf8Path, Utf8PathBuf};

use super::load::LoadError;

/// The main file: `file` itself, `platform.pf` in the folder `file`, or `platform.pf` here or in a parent folder.
///
/// # Errors
/// There is none.
pub fn find(file: Option<&Utf8Path>, here: &Utf8Path) -> Result<Utf8PathBuf, LoadError> {
    if let Some(file) = file {
        let path = here.join(file);
        let path = if path.is_dir() { path.join("platform.pf") } else { path };
        return if path.is_file() {
            Ok(path)
        } else {
            Err(LoadError { path, reason: "there is no such file".to_owned() })
        };
    }
    let found = here.ancestors().map(|folder| folder.join("platform.pf")).find(|path| path.is_file());
    found.ok_or_else(|| LoadError {
        path: here.join("platform.pf"),
        reason: "there is no platform.pf here or in a parent folder; `platformc init` writes a first one".to_owned(),
    })
}

/// The same for whoever may look into a revision instead: a file that is named need not be there, only its folder.
///
/// # Errors
/// There is none.
pub fn find_in(file: Option<&Utf8Path>, here: &Utf8Path) -> Result<Utf8PathBuf, LoadError> {
    let named = file.map(|file| here.join(file)).filter(|path| !path.is_dir());
    let parent = named.as_ref().and_then(|path| path.parent()).is_some_and(Utf8Path::is_dir);
    named.filter(|_| parent).map_or_else(|| find(file, here), Ok)
}
