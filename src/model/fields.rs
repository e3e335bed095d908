//! Reading typed values out of a resolved block. Types have been checked before; what is not there gives nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::overlays::Tree;
use crate::values::Value;

/// A block to read from.
#[derive(Clone, Copy)]
pub(super) struct Fields<'t>(pub(super) Option<&'t Tree>);

/// The blocks of a service that say where its manifests come from: its own, and each `source`.
pub(super) fn source_blocks(tree: &Tree) -> impl Iterator<Item = &Tree> {
    let named = match tree.get("source") {
        Some(Tree::Branch(named, _)) => Some(named.values()),
        _ => None,
    };
    std::iter::once(tree).chain(named.into_iter().flatten())
}

impl<'t> Fields<'t> {
    pub(super) fn tree(self, key: &str) -> Option<&'t Tree> {
        self.0.and_then(|tree| tree.get(key))
    }

    pub(super) fn block(self, key: &str) -> Self {
        Self(self.tree(key))
    }

    fn leaf(self, key: &str) -> Option<&'t Value> {
        match self.tree(key) {
            Some(Tree::Leaf(value, _)) => Some(value),
            _ => None,
        }
    }

    pub(super) fn text(self, key: &str) -> Option<Arc<str>> {
        self.leaf(key).and_then(Value::as_text).cloned()
    }

    pub(super) fn flag(self, key: &str, otherwise: bool) -> bool {
        match self.leaf(key) {
            Some(Value::Bool(value)) => *value,
            _ => otherwise,
        }
    }

    pub(super) fn int(self, key: &str, otherwise: i64) -> i64 {
        match self.leaf(key) {
            Some(Value::Int(value)) => *value,
            _ => otherwise,
        }
    }

    pub(super) fn values(self, key: &str) -> &'t [Value] {
        self.leaf(key).and_then(Value::as_list).unwrap_or_default()
    }

    pub(super) fn texts(self, key: &str) -> Vec<Arc<str>> {
        self.values(key).iter().filter_map(Value::as_text).cloned().collect()
    }

    /// The entries of a map, as values.
    pub(super) fn map(self, key: &str) -> BTreeMap<Arc<str>, Value> {
        match self.tree(key).map(Tree::value) {
            Some(Value::Object(object)) => object.as_ref().clone(),
            _ => BTreeMap::new(),
        }
    }

    /// The entries of a block, each with where it comes from.
    pub(super) fn entries(self, key: &str) -> impl Iterator<Item = (&'t Arc<str>, &'t Tree)> {
        let children = match self.tree(key) {
            Some(Tree::Branch(children, _)) => Some(children),
            _ => None,
        };
        children.into_iter().flatten()
    }

    pub(super) fn text_map(self, key: &str) -> BTreeMap<Arc<str>, Arc<str>> {
        self.block(key).all_texts()
    }

    /// The entries of the block that are texts.
    pub(super) fn all_texts(self) -> BTreeMap<Arc<str>, Arc<str>> {
        let entries = match self.0.map(Tree::value) {
            Some(Value::Object(object)) => object.as_ref().clone().into_iter(),
            _ => BTreeMap::new().into_iter(),
        };
        entries.filter_map(|(key, value)| value.as_text().map(|text| (key, Arc::clone(text)))).collect()
    }
}
