//! Placements as label selectors.

use std::sync::Arc;

use super::placement::is_all;
use crate::schema::Kind;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, UnaryOperator};
use crate::values::Value;

/// One requirement of a selector: the label has, or has not, one of these values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label of the cluster's registration.
    pub key: Arc<str>,
    /// Whether it must not have one of them; a label that is missing then fits.
    pub negated: bool,
    /// The values.
    pub values: Vec<Arc<str>>,
    /// Whether the values are names of clusters.
    pub asks_for_names: bool,
}

/// What a side of a comparison says; the kind is that of the names it may hold.
type Evaluate<'e> = dyn Fn(&Expr, Option<Kind>) -> Option<Value> + 'e;

/// The selector that means the same as a placement, if there is one: a chain of `and` of what labels can say.
pub(super) fn selector(on: Option<&Expr>, evaluate: &Evaluate<'_>) -> Option<Vec<Requirement>> {
    let mut requirements = vec![];
    match on.filter(|on| !is_all(on)) {
        None => Some(requirements),
        Some(on) => collect(on, evaluate, &mut requirements).then_some(requirements),
    }
}

fn collect(expr: &Expr, evaluate: &Evaluate<'_>, requirements: &mut Vec<Requirement>) -> bool {
    if let ExprKind::Binary(BinaryOperator::And, left, right) = &expr.kind {
        return collect(left, evaluate, requirements) && collect(right, evaluate, requirements);
    }
    let requirement = requirement(expr, evaluate);
    let said = requirement.is_some();
    requirements.extend(requirement);
    said
}

fn requirement(expr: &Expr, evaluate: &Evaluate<'_>) -> Option<Requirement> {
    match &expr.kind {
        ExprKind::Unary(UnaryOperator::Not, inner) => {
            requirement(inner, evaluate).map(|inner| Requirement { negated: !inner.negated, ..inner })
        }
        ExprKind::Binary(operator, left, right) => {
            let negated = match operator {
                BinaryOperator::Equal | BinaryOperator::In => false,
                BinaryOperator::NotEqual | BinaryOperator::NotIn => true,
                _ => return None,
            };
            let (key, kind) = key(left)?;
            let values = match evaluate(right, kind)? {
                Value::List(items) => items.iter().map(|item| item.as_text().cloned()).collect::<Option<Vec<_>>>()?,
                value => vec![value.as_text().cloned()?],
            };
            let asks_for_names = kind == Some(Kind::Cluster);
            (!values.is_empty()).then_some(Requirement { key, negated, values, asks_for_names })
        }
        _ => None,
    }
}

/// The label that carries what a condition asks for, and the kind of names that it is compared with.
fn key(expr: &Expr) -> Option<(Arc<str>, Option<Kind>)> {
    let is_labels = |of: &Expr| matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == "labels");
    match &expr.kind {
        ExprKind::Name(name) => match name.as_ref() {
            "env" => Some(("platformc.io/env".into(), Some(Kind::Environment))),
            "region" => Some(("platformc.io/region".into(), None)),
            "cluster" => Some(("platformc.io/cluster".into(), Some(Kind::Cluster))),
            _ => None,
        },
        ExprKind::Member(of, key) if is_labels(of) => Some((Arc::clone(&key.text), None)),
        ExprKind::Index(of, key) if is_labels(of) => key.literal().map(|key| (key.into(), None)),
        _ => None,
    }
}
