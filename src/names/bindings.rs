//! Whom files are imported for. A file has one reader: all its imports are for one team, or none is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};

/// The files that are reached so far, each with the team it is for and the import that says so.
pub(super) struct Bindings {
    files: BTreeMap<String, (Option<Arc<str>>, Option<Span>)>,
}

impl Bindings {
    /// The main file is for everybody.
    pub(super) fn new(main: &str) -> Self {
        Self { files: BTreeMap::from([(main.to_owned(), (None, None))]) }
    }

    /// The team that a file is for.
    pub(super) fn of(&self, path: &str) -> Option<Arc<str>> {
        self.files.get(path).and_then(|(team, _)| team.clone())
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    pub(super) fn teams(&self) -> BTreeMap<String, Arc<str>> {
        let bound = self.files.iter().filter_map(|(path, (team, _))| Some((path.clone(), Arc::clone(team.as_ref()?))));
        bound.collect()
    }

    /// Notes whom one import's files are for, and gives those that are new.
    pub(super) fn bind(
        &mut self,
        paths: Vec<String>,
        team: Option<&Arc<str>>,
        import: Span,
        sink: &mut Sink,
    ) -> Vec<String> {
        let mut new = vec![];
        let mut apart = vec![];
        for path in paths {
            match self.files.get(&path) {
                Some((known, first)) if known.as_ref() != team => apart.push((path, known.clone(), *first)),
                Some(_) => {}
                None => {
                    self.files.insert(path.clone(), (team.cloned(), Some(import)));
                    new.push(path);
                }
            }
        }
        if let [(path, known, first), more @ ..] = apart.as_slice() {
            let path = if more.is_empty() { format!("`{path}`") } else { format!("`{path}` and {} more", more.len()) };
            sink.push(imported_apart(import, &path, (team, known.as_ref()), *first));
        }
        new
    }
}

type Teams<'t> = (Option<&'t Arc<str>>, Option<&'t Arc<str>>);

fn imported_apart(import: Span, path: &str, (here, there): Teams<'_>, first: Option<Span>) -> Diagnostic {
    let whom = |team: Option<&Arc<str>>| team.map_or("everybody".to_owned(), |team| format!("team {team}"));
    let message = format!("imported for {} here, and for {} elsewhere: {path}", whom(here), whom(there));
    let finding = Diagnostic::new(codes::IMPORTED_APART, import, message)
        .note("a file that is for a team declares only what the team owns; what it imports is for the team too")
        .help("import each file once, or always with the same `for`");
    match first {
        Some(first) => finding.also(first, format!("for {} here", whom(there))),
        None => finding,
    }
}

/// A file for one team that imports for another.
pub(super) fn handed_on(span: Span, importer: &str) -> Diagnostic {
    Diagnostic::new(codes::NOT_THE_TEAMS, span, format!("this file is for team {importer}, and imports for another"))
        .note("whom a file is for is said by a file that admins own")
        .help("leave `for` away, or move the import into such a file")
}
