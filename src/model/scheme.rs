//! How Applications are named.

use std::sync::Arc;

use super::Cluster;
use crate::syntax::ast::{Expr, ExprKind, TextPart};

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SchemePart {
    /// Text as it stands.
    Literal(Arc<str>),
    /// The service's name.
    Service,
    /// The cluster's name.
    Cluster,
    /// The item of `each`, where there is one.
    Item,
    /// The environment's name.
    Environment,
    /// The region.
    Region,
}

/// How Applications are named: the default is `<service>.<cluster>`, or `<service>.<item>.<cluster>` with `each`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scheme {
    /// The pieces; `None` for the default.
    pub parts: Option<Vec<SchemePart>>,
}

impl Scheme {
    /// Reads a scheme; anything but the five names gives nothing.
    pub(super) fn read(expr: &Expr) -> Option<Self> {
        let ExprKind::Text(parts) = &expr.kind else { return None };
        let parts = parts.iter().map(|part| match part {
            TextPart::Literal(text) => Some(SchemePart::Literal(Arc::clone(text))),
            TextPart::Value(Expr { kind: ExprKind::Name(name), .. }) => match name.as_ref() {
                "service" => Some(SchemePart::Service),
                "cluster" => Some(SchemePart::Cluster),
                "item" => Some(SchemePart::Item),
                "env" => Some(SchemePart::Environment),
                "region" => Some(SchemePart::Region),
                _ => None,
            },
            TextPart::Value(_) => None,
        });
        let parts: Vec<SchemePart> = parts.collect::<Option<_>>()?;
        Some(Self { parts: Some(parts) })
    }

    /// The pieces that make the names of a service's Applications.
    #[must_use]
    pub fn pieces(&self, with_items: bool) -> Vec<SchemePart> {
        let dot = || SchemePart::Literal(".".into());
        match &self.parts {
            Some(parts) => parts.clone(),
            None if with_items => vec![SchemePart::Service, dot(), SchemePart::Item, dot(), SchemePart::Cluster],
            None => vec![SchemePart::Service, dot(), SchemePart::Cluster],
        }
    }

    /// The name of one Application; `service` is what they are named after.
    #[must_use]
    pub fn name(&self, service: &str, item: Option<&str>, cluster: &Cluster) -> String {
        match (&self.parts, item) {
            (Some(parts), _) => parts.iter().map(|part| part.text(service, item, cluster)).collect(),
            (None, Some(item)) => format!("{service}.{item}.{}", cluster.identity),
            (None, None) => format!("{service}.{}", cluster.identity),
        }
    }
}

impl SchemePart {
    fn text<'t>(&'t self, service: &'t str, item: Option<&'t str>, cluster: &'t Cluster) -> &'t str {
        match self {
            Self::Literal(text) => text,
            Self::Service => service,
            Self::Cluster => &cluster.identity,
            Self::Item => item.unwrap_or(""),
            Self::Environment => &cluster.environment,
            Self::Region => cluster.region.as_deref().unwrap_or(""),
        }
    }
}
