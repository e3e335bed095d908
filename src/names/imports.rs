//! Imports: from the main file to every file that it reaches, and the teams that they are for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use super::bindings::{Bindings, handed_on};
use crate::db::{Db, SourceFile, Workspace};
use crate::diagnostics::{self as codes, Change, Diagnostic, Sink, Span};
use crate::schema::Kind;
use crate::source::outline;
use crate::syntax::ast::DeclarationKind;
use crate::syntax::syntax;
use crate::text::TextRange;
use crate::values::{data_calls, join_path};

/// One `import` as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ImportPath {
    /// The path or pattern from the platform's folder; `None` where it leaves it.
    path: Option<String>,
    span: Span,
    team: Option<(Arc<str>, Span)>,
}

#[salsa::tracked]
fn import_paths(db: &dyn Db, file: SourceFile) -> Vec<ImportPath> {
    let imports = outline(db, file).decls.iter().filter(|decl| decl.word(db) == "import");
    let paths = imports.filter_map(|decl| match &syntax(db, *decl).declaration.kind {
        // A path that is no plain string has been reported.
        DeclarationKind::Import(import) if import.path.text.is_empty() && !syntax(db, *decl).diagnostics.is_empty() => {
            None
        }
        DeclarationKind::Import(import) => Some(ImportPath {
            path: join_path(file.path(db), &import.path.text),
            span: decl.site(db).span(import.path.range),
            team: import.team.as_ref().map(|team| (Arc::clone(&team.text), decl.site(db).span(team.range))),
        }),
        _ => None,
    });
    paths.collect()
}

/// The data files that a file reads, from the platform's folder.
#[salsa::tracked]
pub fn data_paths(db: &dyn Db, file: SourceFile) -> Vec<String> {
    let calls = outline(db, file).decls.iter().flat_map(|decl| data_calls(&syntax(db, *decl).declaration));
    calls.filter_map(|path| join_path(file.path(db), &path)).collect()
}

/// The files that the main file reaches, itself first, and what is wrong with the imports.
#[derive(Debug, PartialEq, Eq)]
pub struct Reachable {
    /// The files, in the order of their paths behind the main file.
    pub files: Vec<SourceFile>,
    /// The teams that files are imported for, by path.
    teams: BTreeMap<String, Arc<str>>,
    /// The teams that imports name.
    named: Vec<(Arc<str>, Span)>,
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Follows imports. A file that is imported twice, or by a circle, counts once.
#[salsa::tracked]
pub fn reachable(db: &dyn Db) -> Reachable {
    let workspace = Workspace::get(db);
    let mut known = Known { db, candidates: OnceCell::new(), missing: vec![] };
    let mut sink = Sink::default();
    let mut bindings = Bindings::new(workspace.main(db));
    let mut named = vec![];
    let mut queue = vec![workspace.main(db).to_owned()];
    while let Some(path) = queue.pop() {
        let Some(file) = workspace.files(db).get(&path) else { continue };
        let importer = bindings.of(&path);
        for import in import_paths(db, *file) {
            named.extend(import.team.clone());
            let team = import.team.as_ref().map(|(team, _)| team).or(importer.as_ref());
            queue.extend(bindings.bind(known.resolve(import, &mut sink), team, import.span, &mut sink));
            if let (Some((team, span)), Some(importer)) = (&import.team, &importer)
                && team != importer
            {
                sink.push(handed_on(*span, importer));
            }
        }
    }
    missing_main(db, &mut sink);
    missing_files(db, &known.missing, &bindings, &mut sink);
    let files = bindings.paths().filter_map(|path| workspace.files(db).get(path).copied()).collect();
    Reachable { files, teams: bindings.teams(), named, diagnostics: sink.finish() }
}

/// The team that a file is imported for: such a file declares only what the team owns, and widens nothing.
#[salsa::tracked]
pub fn bound_team(db: &dyn Db, file: SourceFile) -> Option<Arc<str>> {
    reachable(db).teams.get(file.path(db)).cloned()
}

/// Teams that imports name and nothing declares.
pub(crate) fn unknown_teams(db: &dyn Db) -> Vec<Diagnostic> {
    let names = super::names(db);
    let unknown = reachable(db).named.iter().filter(|(team, _)| names.get(Kind::Team, team).is_none());
    let finding = |(team, span): &(Arc<str>, Span)| {
        let teams = names.of(Kind::Team);
        let near = crate::diagnostics::did_you_mean(team, teams.iter().map(AsRef::as_ref));
        let message = format!("there is no team `{team}`");
        Diagnostic::new(codes::UNKNOWN_NAME, *span, message).meant(team, near).declare(Kind::Team.word(), team)
    };
    unknown.map(finding).collect()
}

fn missing_main(db: &dyn Db, sink: &mut Sink) {
    let workspace = Workspace::get(db);
    if let Some(file) = workspace.files(db).get(workspace.main(db))
        && outline(db, *file).is_missing
    {
        let span = Span { file: *file, anchor: None, range: TextRange::default() };
        sink.push(
            Diagnostic::new(codes::FILE_MISSING, span, format!("there is no file `{}`", workspace.main(db)))
                .help("`platformc init` writes a first one"),
        );
    }
}

/// For so many files that are not there a near one is looked for: that is work for each pair of them.
const MAX_SUGGESTED: usize = 20;

/// Imports of nothing. A near name is one that imports reach: what else has been loaded depends on what was asked before.
fn missing_files(db: &dyn Db, missing: &[(String, Span)], bindings: &Bindings, sink: &mut Sink) {
    for (at, (path, span)) in missing.iter().enumerate() {
        let reached = bindings.paths().map(String::as_str).filter(|_| at < MAX_SUGGESTED);
        let near = crate::diagnostics::did_you_mean(path, reached);
        let finding = Diagnostic::new(codes::FILE_MISSING, *span, format!("there is no file `{path}`"));
        sink.push(misspelt(db, finding, path, near));
    }
}

/// An import says a path from its own file on; its end is what is misspelt, as far as the two paths differ.
fn misspelt(db: &dyn Db, finding: Diagnostic, path: &str, near: Option<&str>) -> Diagnostic {
    let Some(near) = near else { return finding };
    let at = finding.primary.span;
    let folder = at.file.path(db).rfind('/').map_or(0, |slash| slash + 1);
    let finding = finding.help(format!("did you mean `{near}`?"));
    match (path.get(..folder) == near.get(..folder), near.get(folder..)) {
        (true, Some(near)) => finding.fix(format!("Write `\"{near}\"`"), Change::Replace(at, format!("\"{near}\""))),
        _ => finding,
    }
}

/// The files that have been loaded.
struct Known<'p> {
    db: &'p dyn Db,
    /// Those of the language, ready to be matched.
    candidates: OnceCell<Vec<(&'p str, Candidate<'p>)>>,
    /// The files that are imported and not there.
    missing: Vec<(String, Span)>,
}

impl<'p> Known<'p> {
    fn resolve(&mut self, import: &ImportPath, sink: &mut Sink) -> Vec<String> {
        let Some(path) = &import.path else {
            sink.push(Diagnostic::new(codes::IMPORT_OUTSIDE, import.span, "this path leaves the platform's folder").note(
                "a platform is compiled from the files below its main file, so that its meaning is the same everywhere",
            ));
            return vec![];
        };
        if is_pattern(path) {
            let found = self.matching(path);
            if found.is_empty() {
                let message = format!("no file matches `{path}`");
                sink.push(
                    Diagnostic::new(codes::IMPORT_MATCHES_NOTHING, import.span, message)
                        .superfluous("Take the import away", None),
                );
            }
            return found;
        }
        if self.is_there(path) {
            return vec![path.clone()];
        }
        self.missing.push((path.clone(), import.span));
        vec![]
    }

    /// Whether a file has been loaded and not deleted since.
    fn is_there(&self, path: &str) -> bool {
        let file = Workspace::get(self.db).files(self.db).get(path);
        file.is_some_and(|file| !outline(self.db, *file).is_missing)
    }

    fn candidates(&self) -> &[(&'p str, Candidate<'p>)] {
        let paths = || Workspace::get(self.db).files(self.db).keys().map(String::as_str);
        self.candidates.get_or_init(|| {
            let paths = paths().filter(|path| path.ends_with(".pf"));
            paths.map(|path| (path, Candidate::new(path))).collect()
        })
    }

    /// The files that a pattern matches; `*` stays within one folder.
    fn matching(&self, pattern: &str) -> Vec<String> {
        let Some(matcher) = matcher(pattern) else { return vec![] };
        let found = self.candidates().iter().filter(|(_, candidate)| matcher.is_match_candidate(candidate));
        let found = found.filter(|(path, _)| self.is_there(path));
        found.map(|(path, _)| (*path).to_owned()).collect()
    }
}

fn matcher(pattern: &str) -> Option<GlobSet> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
    // A set says that a pattern is too large; a matcher alone would panic.
    GlobSetBuilder::new().add(glob).build().ok()
}

/// Whether an import of a path or pattern takes in a file; both are seen from the platform's folder.
pub fn takes_in(pattern: &str, path: &str) -> bool {
    pattern == path || is_pattern(pattern) && matcher(pattern).is_some_and(|matcher| matcher.is_match(path))
}

/// The files that `import "path"` in a file takes in, as far as they are there.
pub fn imported(db: &dyn Db, file: SourceFile, path: &str) -> Vec<SourceFile> {
    let Some(path) = join_path(file.path(db), path) else { return vec![] };
    let known = Known { db, candidates: OnceCell::new(), missing: vec![] };
    let found = if is_pattern(&path) { known.matching(&path) } else { vec![path] };
    let files = Workspace::get(db).files(db);
    found.iter().filter(|path| known.is_there(path)).filter_map(|path| files.get(path).copied()).collect()
}

/// Whether an import takes in what matches, and not one file.
fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// What must be loaded before the platform is whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wanted {
    /// A file, which may be missing.
    File(Arc<str>),
    /// All files that match.
    Pattern(Arc<str>),
}

/// Everything that the files loaded so far ask for.
pub fn wanted(db: &dyn Db) -> BTreeSet<Wanted> {
    let mut wanted = BTreeSet::from([Wanted::File(Workspace::get(db).main(db).into())]);
    for file in &reachable(db).files {
        let imports = import_paths(db, *file).iter().filter_map(|import| import.path.as_deref());
        wanted.extend(
            imports.map(|path| if is_pattern(path) { Wanted::Pattern(path.into()) } else { Wanted::File(path.into()) }),
        );
        wanted.extend(data_paths(db, *file).iter().map(|path| Wanted::File(path.as_str().into())));
    }
    wanted
}
