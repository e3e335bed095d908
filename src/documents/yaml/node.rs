use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

use super::{Hole, Text};

/// A YAML tree. Its scalars are typed: a text is read back as a string, whatever it looks like.
///
/// Two floats are equal when their bits are, so that a tree can be a key and `0.0` differs from `-0.0`.
#[derive(Clone, Debug)]
pub enum Node {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; what is not finite is written as text, since readers differ on it.
    Float(f64),
    /// A string, possibly with holes.
    Text(Text),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order written; keys are expected to differ.
    Map(Vec<(Arc<str>, Node)>),
    /// A sequence of what few trees are with values in their holes: each item names its tree. The trees are laid out once,
    /// however long the sequence is.
    Filled(Arc<[Node]>, Vec<(usize, Arc<[Arc<str>]>)>),
}

impl Node {
    /// A string without holes.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(Text::literal(text))
    }

    /// A string that is one hole.
    pub fn hole(hole: Hole) -> Self {
        Self::Text(hole.into())
    }

    /// A sequence of `items`.
    pub fn list(items: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// A mapping of `entries`, in their order.
    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, node)| (key.into(), node)).collect())
    }

    /// What a mapping holds under `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(name, _)| **name == *key).map(|(_, node)| node)
    }

    /// What stands at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The same, to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, key| match node {
            Self::Map(entries) => entries.iter_mut().find(|(name, _)| **name == **key).map(|(_, node)| node),
            _ => None,
        })
    }

    /// The string, if the node is one without holes.
    pub fn as_str(&self) -> Option<&str> {
        let Self::Text(text) = self else { return None };
        text.as_str()
    }

    /// Whether the node is a sequence or a mapping with nothing in it.
    pub fn is_empty_collection(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            Self::Filled(_, items) => items.is_empty(),
            _ => false,
        }
    }

    /// Puts `node` under `key`, in place of what was there or at the end; only a mapping takes it.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, node: impl Into<Self>) {
        let Self::Map(entries) = self else { return };
        let (key, node) = (key.into(), node.into());
        match entries.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = node,
            None => entries.push((key, node)),
        }
    }

    /// The same as [`Node::insert`] if there is a node to put.
    pub fn insert_some(&mut self, key: impl Into<Arc<str>>, node: Option<impl Into<Self>>) {
        if let Some(node) = node {
            self.insert(key, node);
        }
    }

    /// The same as [`Node::insert`] unless `node` is an empty collection.
    pub fn insert_filled(&mut self, key: impl Into<Arc<str>>, node: impl Into<Self>) {
        let node = node.into();
        self.insert_some(key, (!node.is_empty_collection()).then_some(node));
    }

    /// The mapping with `node` under `key`; for chains of [`Node::insert`].
    #[must_use]
    pub fn with(mut self, key: impl Into<Arc<str>>, node: impl Into<Self>) -> Self {
        self.insert(key, node);
        self
    }

    /// The mapping with `node` under `key`, if there is a node; for chains of [`Node::insert_some`].
    #[must_use]
    pub fn with_some(mut self, key: impl Into<Arc<str>>, node: Option<impl Into<Self>>) -> Self {
        self.insert_some(key, node);
        self
    }

    /// The mapping with `node` under `key`, unless it is an empty collection.
    #[must_use]
    pub fn with_filled(mut self, key: impl Into<Arc<str>>, node: impl Into<Self>) -> Self {
        self.insert_filled(key, node);
        self
    }

    /// Appends `node` to a sequence; only a sequence takes it.
    pub fn push(&mut self, node: impl Into<Self>) {
        if let Self::List(items) = self {
            items.push(node.into());
        }
    }

    /// Appends `node` to a sequence if `wanted`.
    pub fn push_if(&mut self, wanted: bool, node: impl Into<Self>) {
        if wanted {
            self.push(node);
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left.to_bits() == right.to_bits(),
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            (Self::Filled(left, items), Self::Filled(right, others)) => left == right && items == others,
            _ => false,
        }
    }
}

impl Eq for Node {}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::List(items) => items.hash(state),
            Self::Map(entries) => entries.hash(state),
            Self::Filled(trees, items) => (trees, items).hash(state),
        }
    }
}
