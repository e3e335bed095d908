//! Positions and paths, here and there.

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types as lsp;
use url::Url;

use crate::text::{Encoding, LineColumn, LineIndex, TextRange};

/// The path of a file, if it is one of this machine.
pub(super) fn path(uri: &lsp::Uri) -> Option<Utf8PathBuf> {
    let url = Url::parse(uri.as_ref()).ok().filter(|url| url.scheme() == "file")?;
    Utf8PathBuf::from_path_buf(url.to_file_path().ok()?).ok()
}

/// A text in Markdown.
pub(super) fn markdown(value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }
}

/// The URI of an absolute path.
pub(super) fn uri(path: &Utf8Path) -> Option<lsp::Uri> {
    Some(lsp::Uri(Url::from_file_path(path).ok()?.into()))
}

/// The byte of a position.
pub(super) fn offset(text: &str, lines: &LineIndex, position: lsp::Position, encoding: Encoding) -> u32 {
    lines.offset(text, LineColumn { line: position.line, column: position.character }, encoding)
}

/// The range of bytes that a range is.
pub(super) fn bytes(text: &str, lines: &LineIndex, range: lsp::Range, encoding: Encoding) -> TextRange {
    let [start, end] = [range.start, range.end].map(|position| offset(text, lines, position, encoding) as usize);
    TextRange::new(start, end)
}

/// The range that bytes are.
pub(super) fn range(text: &str, lines: &LineIndex, bytes: TextRange, encoding: Encoding) -> lsp::Range {
    let [start, end] = [bytes.start, bytes.end].map(|offset| {
        let position = lines.position(text, offset, encoding);
        lsp::Position { line: position.line, character: position.column }
    });
    lsp::Range { start, end }
}
