//! Placements as label selectors.

use std::sync::Arc;

use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, UnaryOperator};

/// One requirement of a selector: the label has, or has not, one of these values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label of the cluster's registration.
    pub key: Arc<str>,
    /// Whether it must not have one of them; a label that is missing then fits.
    pub negated: bool,
    /// The values.
    pub values: Vec<Arc<str>>,
}

/// The selector that means the same as a placement, if there is one: a chain of `and` of what labels can say.
pub(super) fn selector(on: Option<&Expr>) -> Option<Vec<Requirement>> {
    let mut requirements = vec![];
    match on {
        None => Some(requirements),
        Some(on) if on.plain_text() == Some("all") => Some(requirements),
        Some(on) => collect(on, &mut requirements).then_some(requirements),
    }
}

fn collect(expr: &Expr, requirements: &mut Vec<Requirement>) -> bool {
    match &expr.kind {
        ExprKind::Binary(BinaryOperator::And, left, right) => {
            collect(left, requirements) && collect(right, requirements)
        }
        _ => match requirement(expr) {
            Some(requirement) => {
                requirements.push(requirement);
                true
            }
            None => false,
        },
    }
}

fn requirement(expr: &Expr) -> Option<Requirement> {
    match &expr.kind {
        ExprKind::Unary(UnaryOperator::Not, inner) => {
            requirement(inner).map(|inner| Requirement { negated: !inner.negated, ..inner })
        }
        ExprKind::Binary(operator, left, right) => {
            let (negated, many) = match operator {
                BinaryOperator::Equal => (false, false),
                BinaryOperator::NotEqual => (true, false),
                BinaryOperator::In => (false, true),
                BinaryOperator::NotIn => (true, true),
                _ => return None,
            };
            let values = if many { list(right)? } else { vec![Arc::from(right.plain_text()?)] };
            Some(Requirement { key: key(left)?, negated, values })
        }
        _ => None,
    }
}

fn list(expr: &Expr) -> Option<Vec<Arc<str>>> {
    match &expr.kind {
        ExprKind::List(items) => items.iter().map(|item| item.plain_text().map(Arc::from)).collect(),
        _ => None,
    }
}

/// The label that carries what a condition asks for.
fn key(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name) => match name.as_ref() {
            "env" => Some("platformc.io/env".into()),
            "region" => Some("platformc.io/region".into()),
            "cluster" => Some("platformc.io/cluster".into()),
            _ => None,
        },
        ExprKind::Member(of, key) if matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == "labels") => {
            Some(Arc::clone(&key.text))
        }
        ExprKind::Index(of, key) if matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == "labels") => {
            key.literal().map(Arc::from)
        }
        _ => None,
    }
}
