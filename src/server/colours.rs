//! The colours that the client has of each document, so that it can be told what differs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gen_lsp_types::SemanticToken;

type Kept = BTreeMap<String, (String, Arc<[SemanticToken]>)>;

/// The last tokens of each document, with their number.
#[derive(Debug, Default)]
pub(super) struct Colours(Mutex<Kept>);

impl Colours {
    /// The tokens of a document, if those of this number are the last.
    pub(super) fn get(&self, uri: &str, id: &str) -> Option<Arc<[SemanticToken]>> {
        let kept = self.kept();
        kept.get(uri).filter(|(known, _)| known == id).map(|(_, tokens)| Arc::clone(tokens))
    }

    /// Keeps the tokens of a document.
    pub(super) fn keep(&self, uri: &str, id: &str, tokens: &[SemanticToken]) {
        self.kept().insert(uri.to_owned(), (id.to_owned(), tokens.into()));
    }

    /// Lets go of those of a document that is closed.
    pub(super) fn forget(&self, uri: &str) {
        self.kept().remove(uri);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
