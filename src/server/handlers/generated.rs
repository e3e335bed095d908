//! What is asked of a generated file leads to the source that it comes from.

use gen_lsp_types as lsp;

use crate::db::SourceFile;
use crate::ide::{self, FileRange};
use crate::server::convert;
use crate::server::snapshot::Snapshot;

/// The line that a place of a generated file comes from.
pub(super) fn origin(snapshot: &Snapshot, at: &lsp::TextDocumentPositionParams) -> Option<FileRange> {
    let position = snapshot.position(at)?;
    let path = position.file.path(&snapshot.db);
    if path.ends_with(".pf") {
        return None;
    }
    ide::origin(&snapshot.db, path, position.file.text(&snapshot.db), position.offset)
}

/// That line in words.
pub(super) fn hover(snapshot: &Snapshot, at: &lsp::TextDocumentPositionParams) -> Option<lsp::Hover> {
    let FileRange { file, range } = origin(snapshot, at)?;
    let text = file.text(&snapshot.db);
    let start = text.get(..range.start as usize)?;
    let number = start.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or("").trim();
    let value = format!("comes from `{}:{number}`\n\n```platformc\n{line}\n```", file.path(&snapshot.db));
    let contents = convert::markdown(value);
    Some(lsp::Hover { contents: contents.into(), range: None })
}

/// The first line of a generated file, which says what it is made of.
pub(super) fn link(snapshot: &Snapshot, file: SourceFile) -> Option<lsp::DocumentLink> {
    let source = ide::declaration_of(&snapshot.db, file.path(&snapshot.db))?;
    let head = file.text(&snapshot.db).lines().next().filter(|line| line.starts_with('#'))?;
    let location = snapshot.location(source)?;
    let line = location.range.start.line + 1;
    let target = lsp::Uri(format!("{}#L{line}", location.uri.0));
    let range = snapshot.range(file, crate::text::TextRange::new(0, head.len()));
    let tooltip = Some("the declaration that this file comes from".to_owned());
    Some(lsp::DocumentLink { range, target: Some(target), tooltip, data: None })
}
