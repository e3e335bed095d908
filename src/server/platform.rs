//! One platform: its project, and what was last said of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types as lsp;

use super::client::Client;
use super::colours::Colours;
use super::documents::Opened;
use super::snapshot::Snapshot;
use crate::diagnostics::Fix;
use crate::project::{Project, find};
use crate::text::TextRange;

/// Findings by path; a path without any is left out.
pub(super) type Findings = BTreeMap<String, Vec<Found>>;

/// A finding as the client takes it, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// As the client takes it.
    pub(super) diagnostic: lsp::Diagnostic,
    /// Where it is.
    pub(super) range: TextRange,
    /// How it can be mended.
    pub(super) fixes: Vec<Fix>,
}

impl Found {
    /// The stable code.
    pub(super) fn code(&self) -> &str {
        match &self.diagnostic.code {
            Some(lsp::Code::String(code)) => code,
            _ => "",
        }
    }
}

/// A platform that documents belong to.
pub(super) struct Platform {
    /// The main file, absolute.
    pub(super) main: Utf8PathBuf,
    /// What is loaded of it.
    pub(super) project: Project,
    /// What was found when it was last checked.
    pub(super) found: Arc<Findings>,
    /// The number of what hints, lenses and colours showed then.
    pub(super) shown: u64,
    /// The colours that the client has.
    pub(super) colours: Arc<Colours>,
    /// Whether all that it asks for has been loaded once.
    pub(super) is_loaded: bool,
    /// Whether something has changed that nobody has checked yet.
    pub(super) is_stale: bool,
    /// Whether it is being checked.
    pub(super) is_checking: bool,
}

impl Platform {
    pub(super) fn new(main: Utf8PathBuf) -> Self {
        let project = Project::new(&main);
        Self {
            main,
            project,
            found: Arc::default(),
            shown: 0,
            colours: Arc::default(),
            is_loaded: false,
            is_stale: true,
            is_checking: false,
        }
    }

    /// The path of a file in the platform's folder.
    pub(super) fn path_of(&self, file: &Utf8Path) -> Option<String> {
        let inside = file.strip_prefix(&self.project.folder).ok()?;
        Some(inside.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/"))
    }

    /// Whether what was found is so still.
    pub(super) fn is_checked(&self) -> bool {
        self.is_loaded && !self.is_stale && !self.is_checking
    }

    pub(super) fn snapshot(&self, client: &Arc<Client>, opened: &Arc<Opened>) -> Snapshot {
        Snapshot {
            db: self.project.database.clone(),
            folder: self.project.folder.clone(),
            client: Arc::clone(client),
            found: Arc::clone(&self.found),
            colours: Arc::clone(&self.colours),
            opened: Arc::clone(opened),
        }
    }
}

/// The main file of the platform that a file or folder belongs to: the nearest above it, or else the file itself.
pub(super) fn main_of(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let folder = if path.is_dir() { path } else { path.parent()? };
    let found = find(None, folder).ok();
    found.or_else(|| path.extension().is_some_and(|extension| extension == "pf").then(|| path.to_owned()))
}
