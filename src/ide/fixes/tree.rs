//! The entries and blocks around a place of a declaration.

use crate::db::{Db, SourceFile};
use crate::diagnostics::Span;
use crate::schema::{BlockSchema, Type, body_of, kind_of_word};
use crate::source::{Decl, outline};
use crate::syntax::ast::{Block, DeclarationKind, Entry, EntryKind, Named};
use crate::syntax::syntax;
use crate::text::TextRange;

/// A declaration, and what in it lies around a place.
pub(super) struct Around<'db> {
    pub(super) file: SourceFile,
    pub(super) decl: Decl<'db>,
    start: u32,
    /// The entries around the place, the outermost first.
    entries: Vec<Found<'db>>,
    /// The blocks around the place with the attributes that they take, the outermost first.
    pub(super) blocks: Vec<(&'db Block, &'static BlockSchema)>,
}

/// An entry around a place.
#[derive(Clone, Copy)]
pub(super) struct Found<'db> {
    pub(super) entry: &'db Entry,
    /// Where its key stands, if it has one.
    pub(super) key: Option<TextRange>,
    name: &'db str,
}

impl<'db> Around<'db> {
    pub(super) fn innermost(&self) -> Option<Found<'db>> {
        self.entries.last().copied()
    }

    /// The innermost entry with this key.
    pub(super) fn keyed(&self, key: &str) -> Option<Found<'db>> {
        self.entries.iter().rev().find(|found| found.name == key).copied()
    }

    /// What the declaration itself says of a key.
    pub(super) fn said(&self, key: &str) -> Option<&'db Entry> {
        let (block, _) = self.blocks.first()?;
        block.entries.iter().find(|entry| key_of(entry).1 == key)
    }

    /// A range of the declaration as one of its file.
    pub(super) fn in_file(&self, range: TextRange) -> TextRange {
        range.shift(self.start)
    }
}

/// What lies around the start of a span, if it is one of a declaration.
pub(super) fn around(db: &dyn Db, span: Span) -> Option<Around<'_>> {
    let key = span.anchor?;
    let decl = *outline(db, span.file).decls.iter().find(|decl| decl.key(db) == key)?;
    let mut around = Around { file: span.file, decl, start: decl.start(db), entries: vec![], blocks: vec![] };
    match &syntax(db, decl).declaration.kind {
        DeclarationKind::Named(named) => declared(&mut around, named, span.range),
        DeclarationKind::For(each) => descend(&mut around, &each.body, None, span.range),
        DeclarationKind::Import(_) | DeclarationKind::Broken => {}
    }
    Some(around)
}

fn declared<'db>(around: &mut Around<'db>, named: &'db Named, at: TextRange) {
    let subject = named.of.as_ref().and_then(|word| kind_of_word(&word.text));
    let schema = kind_of_word(&named.word.text).map(|of| body_of(of, subject));
    around.blocks.extend(schema.map(|schema| (&named.body, schema)));
    descend(around, &named.body, schema, at);
}

fn descend<'db>(around: &mut Around<'db>, block: &'db Block, schema: Option<&'static BlockSchema>, at: TextRange) {
    let holds = |entry: &&Entry| entry.range.start <= at.start && at.start < entry.range.end.max(entry.range.start + 1);
    let Some(entry) = block.entries.iter().find(holds) else { return };
    let (key, name) = key_of(entry);
    around.entries.push(Found { entry, key, name });
    match &entry.kind {
        EntryKind::Nested { body, .. } => {
            let inner = schema.and_then(|schema| block_schema(schema, name));
            around.blocks.extend(inner.map(|inner| (body, inner)));
            descend(around, body, inner, at);
        }
        EntryKind::Named(named) => match schema {
            None => declared(around, named, at),
            Some(schema) => {
                let inner = block_schema(schema, name);
                around.blocks.extend(inner.map(|inner| (&named.body, inner)));
                descend(around, &named.body, inner, at);
            }
        },
        EntryKind::When { body, .. } => descend(around, body, schema, at),
        EntryKind::For(each) => descend(around, &each.body, schema, at),
        EntryKind::Object { body, .. } => descend(around, body, None, at),
        EntryKind::Assign { value, .. } => objects(around, value, at),
        _ => {}
    }
}

/// Keys of the objects in a value.
fn objects<'db>(around: &mut Around<'db>, value: &'db crate::syntax::ast::Expr, at: TextRange) {
    value.walk(&mut |expr| {
        if let crate::syntax::ast::ExprKind::Object(body) = &expr.kind
            && expr.range.start <= at.start
            && at.start < expr.range.end
        {
            descend(around, body, None, at);
        }
    });
}

fn key_of(entry: &Entry) -> (Option<TextRange>, &str) {
    match &entry.kind {
        EntryKind::Assign { key, .. } | EntryKind::Nested { key, .. } => (Some(key.range), key.text.as_ref()),
        EntryKind::Named(named) => (Some(named.word.range), named.word.text.as_ref()),
        _ => (None, ""),
    }
}

fn block_schema(schema: &'static BlockSchema, key: &str) -> Option<&'static BlockSchema> {
    match schema.attribute(key)?.of {
        Type::Block(inner) | Type::Named(inner) => Some(inner),
        _ => None,
    }
}
