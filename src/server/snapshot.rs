use std::sync::Arc;

use camino::Utf8PathBuf;
use gen_lsp_types as lsp;

use super::client::Client;
use super::colours::Colours;
use super::convert;
use super::documents::Opened;
use super::platform::Findings;
use crate::db::{Database, SourceFile, Workspace};
use crate::ide::{self, At, FilePosition, FileRange, lines};
use crate::text::TextRange;

/// A platform as it is at one time, and how its client speaks.
#[derive(Clone)]
pub(super) struct Snapshot {
    /// The database.
    pub(super) db: Database,
    /// The platform's folder, absolute.
    pub(super) folder: Utf8PathBuf,
    /// The client.
    pub(super) client: Arc<Client>,
    /// What was found when it was last checked.
    pub(super) found: Arc<Findings>,
    /// The colours that the client has.
    pub(super) colours: Arc<Colours>,
    /// The documents that the client has open.
    pub(super) opened: Arc<Opened>,
}

impl Snapshot {
    /// The file that a URI names, if it belongs to the platform.
    pub(super) fn file(&self, uri: &lsp::Uri) -> Option<SourceFile> {
        let path = convert::path(uri)?;
        let path = path.strip_prefix(&self.folder).ok()?;
        Workspace::get(&self.db).files(&self.db).get(path.as_str()).copied()
    }

    /// The URI of a file, as the client spells it where it has the document open.
    pub(super) fn uri(&self, file: SourceFile) -> Option<lsp::Uri> {
        let path = self.folder.join(file.path(&self.db));
        self.opened.get(&path).map(|(uri, _)| uri.clone()).or_else(|| convert::uri(&path))
    }

    /// The client's number of the text of a document that is open.
    pub(super) fn version(&self, uri: &lsp::Uri) -> Option<i32> {
        self.opened.get(&convert::path(uri)?).map(|(_, version)| *version)
    }

    /// The place that a position is.
    pub(super) fn position(&self, at: &lsp::TextDocumentPositionParams) -> Option<FilePosition> {
        let file = self.file(&at.text_document.uri)?;
        Some(FilePosition { file, offset: self.offset(file, at.position) })
    }

    /// The word that a position touches.
    pub(super) fn at(&self, at: &lsp::TextDocumentPositionParams) -> Option<At<'_>> {
        ide::at(&self.db, self.position(at)?)
    }

    /// The byte of a position in a file.
    pub(super) fn offset(&self, file: SourceFile, position: lsp::Position) -> u32 {
        convert::offset(file.text(&self.db), lines(&self.db, file), position, self.client.encoding)
    }

    /// The bytes of a range in a file.
    pub(super) fn bytes(&self, file: SourceFile, range: lsp::Range) -> TextRange {
        convert::bytes(file.text(&self.db), lines(&self.db, file), range, self.client.encoding)
    }

    /// The position of a byte of a file.
    pub(super) fn place(&self, file: SourceFile, byte: u32) -> lsp::Position {
        self.range(file, TextRange { start: byte, end: byte }).start
    }

    /// The range that bytes of a file are.
    pub(super) fn range(&self, file: SourceFile, bytes: TextRange) -> lsp::Range {
        convert::range(file.text(&self.db), lines(&self.db, file), bytes, self.client.encoding)
    }

    /// A part of a file as the client takes it.
    pub(super) fn location(&self, place: FileRange) -> Option<lsp::Location> {
        Some(lsp::Location { uri: self.uri(place.file)?, range: self.range(place.file, place.range) })
    }

    /// Edits of a file as the client takes them.
    pub(super) fn edits(&self, file: SourceFile, edits: impl IntoIterator<Item = ide::Edit>) -> Vec<lsp::TextEdit> {
        let edit = |edit: ide::Edit| lsp::TextEdit { range: self.range(file, edit.range), new_text: edit.text };
        edits.into_iter().map(edit).collect()
    }
}
