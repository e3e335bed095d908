//! The documents that the client has open.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use gen_lsp_types::{self as lsp, TextDocumentContentChangeEvent as Change};

use super::convert;
use crate::text::{Encoding, LineIndex};

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    /// The text as the client sees it.
    pub(super) text: Arc<str>,
    /// The client's number of that text.
    pub(super) version: i32,
}

/// All open documents, by their URI as the client spells it.
pub(super) type Documents = BTreeMap<String, Document>;

/// The open documents by path: their URI as the client spells it, and its number of their text.
pub(super) type Opened = BTreeMap<Utf8PathBuf, (lsp::Uri, i32)>;

/// The open documents that are files of this machine.
pub(super) fn opened(documents: &Documents) -> Opened {
    let of = |(uri, document): (&String, &Document)| {
        let uri = lsp::Uri(uri.clone());
        Some((convert::path(&uri)?, (uri, document.version)))
    };
    documents.iter().filter_map(of).collect()
}

impl Document {
    /// Makes a client's changes, one after the other.
    pub(super) fn change(&mut self, changes: Vec<Change>, version: i32, encoding: Encoding) {
        let mut text = self.text.to_string();
        for change in changes {
            match change {
                Change::TextDocumentContentChangePartial(part) => {
                    let range = convert::bytes(&text, &LineIndex::new(&text), part.range, encoding);
                    text.replace_range(range.start as usize..range.end as usize, &part.text);
                }
                Change::TextDocumentContentChangeWholeDocument(whole) => text = whole.text,
            }
        }
        self.text = text.into();
        self.version = version;
    }
}
