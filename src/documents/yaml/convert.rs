//! What a tree becomes, and what becomes one.

use std::sync::Arc;

use serde_json::Value;

use super::{Node, Text};

impl Node {
    /// The same tree with `values` in its holes.
    #[must_use]
    pub fn fill(&self, values: &[Arc<str>]) -> Self {
        match self {
            Self::Text(text) if text.has_holes() => Self::text(text.filled(values)),
            Self::List(items) => Self::list(items.iter().map(|item| item.fill(values))),
            Self::Map(entries) => {
                Self::Map(entries.iter().map(|(key, node)| (key.clone(), node.fill(values))).collect())
            }
            other => other.clone(),
        }
    }

    /// The tree as JSON, with `values` in its holes.
    pub fn to_json(&self, values: &[Arc<str>]) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::from(*value),
            Self::Float(value) if value.is_finite() => Value::from(*value),
            Self::Float(value) => Value::String(value.to_string()),
            Self::Text(text) => Value::String(text.filled(values)),
            Self::List(items) => items.iter().map(|item| item.to_json(values)).collect(),
            Self::Map(entries) => entries.iter().map(|(key, node)| (key.to_string(), node.to_json(values))).collect(),
            Self::Filled(trees, items) => {
                items.iter().filter_map(|(tree, values)| Some(trees.get(*tree)?.to_json(values))).collect()
            }
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Arc<str>> for Node {
    fn from(text: Arc<str>) -> Self {
        Self::text(text)
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Node {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Self::List(items)
    }
}
