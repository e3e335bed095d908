//! Imports: from the main file to every file that it reaches.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::{Db, SourceFile, Workspace};
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
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
    for_team: Option<Span>,
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
            for_team: import.team.as_ref().map(|team| decl.site(db).span(team.range)),
        }),
        _ => None,
    });
    paths.collect()
}

#[salsa::tracked]
fn data_paths(db: &dyn Db, file: SourceFile) -> Vec<String> {
    let calls = outline(db, file).decls.iter().flat_map(|decl| data_calls(&syntax(db, *decl).declaration));
    calls.filter_map(|path| join_path(file.path(db), &path)).collect()
}

/// The files that the main file reaches, itself first, and what is wrong with the imports.
#[derive(Debug, PartialEq, Eq)]
pub struct Reachable {
    /// The files, in the order of their paths behind the main file.
    pub files: Vec<SourceFile>,
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Follows imports. A file that is imported twice, or by a circle, counts once.
#[salsa::tracked]
pub fn reachable(db: &dyn Db) -> Reachable {
    let workspace = Workspace::get(db);
    let mut sink = Sink::default();
    let mut seen = BTreeSet::from([workspace.main(db).to_owned()]);
    let mut queue = vec![workspace.main(db).to_owned()];
    while let Some(path) = queue.pop() {
        let Some(file) = workspace.files(db).get(&path) else { continue };
        for import in import_paths(db, *file) {
            let found = resolve(db, import, &mut sink);
            queue.extend(found.into_iter().filter(|path| seen.insert(path.clone())));
        }
    }
    missing_main(db, &mut sink);
    let files = seen.iter().filter_map(|path| workspace.files(db).get(path).copied()).collect();
    Reachable { files, diagnostics: sink.finish() }
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

fn resolve(db: &dyn Db, import: &ImportPath, sink: &mut Sink) -> Vec<String> {
    if let Some(team) = import.for_team {
        sink.push(
            Diagnostic::new(codes::NOT_YET, team, "`import ... for TEAM` is not there yet")
                .help("leave `for` and the team away; the file is read with full rights"),
        );
    }
    let Some(path) = &import.path else {
        sink.push(Diagnostic::new(codes::IMPORT_OUTSIDE, import.span, "this path leaves the platform's folder").note(
            "a platform is compiled from the files below its main file, so that its meaning is the same everywhere",
        ));
        return vec![];
    };
    let files = Workspace::get(db).files(db);
    if is_pattern(path) {
        let found = matching(path, files.keys());
        if found.is_empty() {
            sink.push(Diagnostic::new(codes::IMPORT_MATCHES_NOTHING, import.span, format!("no file matches `{path}`")));
        }
        return found;
    }
    match files.get(path) {
        Some(file) if !outline(db, *file).is_missing => vec![path.clone()],
        _ => {
            let paths = files.keys().map(String::as_str).filter(|path| path.ends_with(".pf"));
            let near = crate::diagnostics::did_you_mean(path, paths).map(|near| format!("did you mean `{near}`?"));
            sink.push(
                Diagnostic::new(codes::FILE_MISSING, import.span, format!("there is no file `{path}`")).help_if(near),
            );
            vec![]
        }
    }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// The `.pf` files among `paths` that a pattern matches; `*` stays within one folder.
fn matching<'p>(pattern: &str, paths: impl Iterator<Item = &'p String>) -> Vec<String> {
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    let Ok(matcher) = glob.map(|glob| glob.compile_matcher()) else { return vec![] };
    paths.filter(|path| path.ends_with(".pf") && matcher.is_match(path.as_str())).cloned().collect()
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
