use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostics::Span;
use crate::values::Value;

/// A resolved value, each part with the place it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A value that is no object, or an empty one.
    Leaf(Value, Span),
    /// An object.
    Branch(BTreeMap<Arc<str>, Tree>, Span),
    /// Something that could not be evaluated; an error says why.
    Broken(Span),
}

impl Tree {
    /// The part under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Branch(children, _) => children.get(key),
            Self::Leaf(..) | Self::Broken(_) => None,
        }
    }

    /// The part under a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    /// Where it comes from; of an object, its strongest line.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Leaf(_, span) | Self::Branch(_, span) | Self::Broken(span) => *span,
        }
    }

    /// The value without its origins; what is broken is null.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Leaf(value, _) => value.clone(),
            Self::Branch(children, _) => {
                let entries = children.iter().map(|(key, child)| (Arc::clone(key), child.value()));
                Value::Object(Arc::new(entries.collect()))
            }
            Self::Broken(_) => Value::Null,
        }
    }

    /// The same with other texts.
    #[must_use]
    pub fn map_texts(&self, change: &impl Fn(&Arc<str>) -> Arc<str>) -> Self {
        match self {
            Self::Leaf(value, span) => Self::Leaf(value.map_texts(change), *span),
            Self::Branch(children, span) => {
                let children = children.iter().map(|(key, child)| (Arc::clone(key), child.map_texts(change)));
                Self::Branch(children.collect(), *span)
            }
            Self::Broken(span) => Self::Broken(*span),
        }
    }

    /// Whether some part of it is broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Leaf(..) => false,
            Self::Branch(children, _) => children.values().any(Self::is_broken),
            Self::Broken(_) => true,
        }
    }
}
