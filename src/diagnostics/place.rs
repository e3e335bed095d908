use rustc_hash::FxHashSet;

use super::{Diagnostic, Span};
use crate::db::{Db, SourceFile};
use crate::text::TextRange;

/// Puts findings into the order of the source (path, start, end, code, message) and drops those that stand there twice.
pub fn sort(db: &dyn Db, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = FxHashSet::default();
    diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
    diagnostics.sort_by_cached_key(|diagnostic| {
        let (file, range) = place(db, diagnostic.primary.span);
        (file.path(db), range, diagnostic.code.id, diagnostic.message.clone())
    });
}

/// Where a span lies in its file as it is now, moved inwards to what the file holds.
pub(crate) fn place(db: &dyn Db, span: Span) -> (SourceFile, TextRange) {
    let (file, range) = crate::source::absolute(db, span);
    (file, range.clamp_to(file.text(db)))
}
