use std::collections::BTreeMap;
use std::sync::Arc;

use super::pattern::{Piece, text_of};
use crate::schema::Kind;
use crate::syntax::ast::Float;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(Float),
    /// A string.
    Text(Arc<str>),
    /// A string with parts that are an instance's own, where nothing but its text matters. Only [`super::Ambients::Patterns`]
    /// gives it.
    Pattern(Arc<[Piece]>),
    /// A list.
    List(Arc<[Value]>),
    /// An object; its keys are sorted, so that the order of lines never shows.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
    /// The name of a declaration.
    Reference(Kind, Arc<str>),
    /// A service on a cluster that is named: `vault on mgmt`.
    Placed(Arc<str>, Arc<str>),
    /// What a service provides: the function and its argument, such as `crd` and `issuers.cert-manager.io`.
    Provided(Arc<str>, Arc<str>),
    /// A path of a service's own attributes, by its keys.
    Path(Arc<[Arc<str>]>),
}

impl Value {
    /// A string.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// What kind of value it is, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an int",
            Self::Float(_) => "a float",
            Self::Text(_) | Self::Pattern(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Reference(..) => "a name",
            Self::Placed(..) => "a service on a cluster",
            Self::Provided(..) => "something provided",
            Self::Path(_) => "a path",
        }
    }

    /// The string, or the name as one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) | Self::Reference(_, text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The keys and values of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The same with other texts.
    #[must_use]
    pub fn map_texts(&self, change: &impl Fn(&Arc<str>) -> Arc<str>) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(text)),
            Self::List(items) => Self::List(items.iter().map(|item| item.map_texts(change)).collect()),
            Self::Object(object) => {
                let entries = object.iter().map(|(key, value)| (Arc::clone(key), value.map_texts(change)));
                Self::Object(Arc::new(entries.collect()))
            }
            other => other.clone(),
        }
    }

    /// Whether some text in it has parts that are an instance's own.
    #[must_use]
    pub fn has_patterns(&self) -> bool {
        match self {
            Self::Pattern(_) => true,
            Self::List(items) => items.iter().any(Self::has_patterns),
            Self::Object(object) => object.values().any(Self::has_patterns),
            _ => false,
        }
    }

    /// The value as text in an interpolation; a list, an object or null has none.
    #[must_use]
    pub fn to_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Bool(value) => Some(value.to_string().into()),
            Self::Int(value) => Some(value.to_string().into()),
            Self::Float(value) => Some(value.0.to_string().into()),
            Self::Text(text) | Self::Reference(_, text) => Some(Arc::clone(text)),
            Self::Null
            | Self::Pattern(_)
            | Self::List(_)
            | Self::Object(_)
            | Self::Placed(..)
            | Self::Provided(..)
            | Self::Path(_) => None,
        }
    }

    /// The value as one would write it, for messages; long ones are cut.
    #[must_use]
    pub fn show(&self) -> String {
        let text = match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::Reference(_, name) => name.to_string(),
            Self::Placed(service, cluster) => format!("{service} on {cluster}"),
            Self::Provided(what, name) => format!("{what}(\"{name}\")"),
            Self::Path(keys) => super::path::show(keys),
            other => other.to_json().to_string(),
        };
        if text.chars().count() <= 60 { text } else { text.chars().take(57).chain("...".chars()).collect() }
    }

    /// The value as JSON; names become strings.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => value.0.into(),
            Self::Text(text) | Self::Reference(_, text) => text.as_ref().into(),
            Self::Pattern(pieces) => text_of(pieces, |own| format!("${{{own}}}")).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(object) => object.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect(),
            Self::Placed(..) | Self::Provided(..) | Self::Path(_) => self.show().into(),
        }
    }
}
