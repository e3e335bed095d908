use super::outline;
use crate::db::{Db, SourceFile};
use crate::diagnostics::Span;
use crate::text::TextRange;

/// The place of a span in its file as it is now. For printing only: what a query keeps stays relative.
pub fn absolute(db: &dyn Db, span: Span) -> (SourceFile, TextRange) {
    let Some(key) = span.anchor else { return (span.file, span.range) };
    let start = outline(db, span.file).find(key).map_or(0, |decl| decl.start(db));
    (span.file, span.range.shift(start))
}
