//! Files that no import reaches: they belong to no platform, and only their text can be checked.

use super::findings::{Finding, finding};
use crate::db::{Content, Db, SourceFile, Workspace};
use crate::names::reachable;
use crate::source::outline;
use crate::syntax::syntax;

/// The files of the language that are loaded and that nothing imports.
pub fn strays(db: &dyn Db) -> Vec<SourceFile> {
    let reached = &reachable(db).files;
    let files = Workspace::get(db).files(db).iter().filter(|(path, _)| path.ends_with(".pf"));
    let is_text = |file: &SourceFile| matches!(file.content(db), Content::Text(_));
    files.map(|(_, file)| *file).filter(|file| is_text(file) && !reached.contains(file)).collect()
}

/// What is wrong with the text of a file by itself.
pub fn text_findings(db: &dyn Db, file: SourceFile) -> Vec<Finding> {
    let outline = outline(db, file);
    let inner = outline.decls.iter().flat_map(|decl| &syntax(db, *decl).diagnostics);
    outline.diagnostics.iter().chain(inner).map(|diagnostic| finding(db, diagnostic)).collect()
}
