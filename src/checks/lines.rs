//! Where a service says something.

use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::Span;
use crate::names::{Item, body, declarations, name_span};
use crate::schema::Kind;
use crate::syntax::ast::{Block, EntryKind, ExprKind};
use crate::text::TextRange;

/// Where a service's own block gives an attribute, also in its overlays; otherwise its name.
pub(super) fn line_of(db: &dyn Db, service: &str, key: &str) -> Option<Span> {
    let item = declarations(db).get(Kind::Service, service)?;
    Some(line_in(db, item, key).unwrap_or_else(|| name_span(db, item)))
}

/// Where an item's own block gives an attribute, also in its overlays.
pub(super) fn line_in(db: &dyn Db, item: Item<'_>, key: &str) -> Option<Span> {
    let range = range_of(&body(db, item)?.body, key)?;
    Some(item.decl(db).site(db).span(range))
}

/// Where a block, or an overlay in it, gives an attribute.
pub(super) fn range_of(block: &Block, key: &str) -> Option<TextRange> {
    block.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key: word, value, .. } if word.text.as_ref() == key => Some(value.range),
        EntryKind::Nested { key: word, .. } if word.text.as_ref() == key => Some(word.range),
        EntryKind::Unset { path } if path.first().is_some_and(|word| word.text.as_ref() == key) => Some(entry.range),
        EntryKind::When { body, .. } => range_of(body, key),
        _ => None,
    })
}

/// The name that an attribute of an item's own block says, of a call the name of what is called.
pub(super) fn names_in(db: &dyn Db, item: Item<'_>, key: &str) -> Option<Arc<str>> {
    let value = body(db, item)?.body.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key: word, value, .. } if word.text.as_ref() == key => Some(value),
        _ => None,
    })?;
    match &value.kind {
        ExprKind::Call(callee, _) => callee.plain_text().map(Into::into),
        _ => value.plain_text().map(Into::into),
    }
}
