//! Which ambient names an expression depends on: instances that agree on them have the same value.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::contribution::{Action, Contributions};
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{Value, World};

/// Something of an instance that values depend on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// Its cluster's name.
    Cluster,
    /// Its environment.
    Environment,
    /// Its region.
    Region,
    /// Whether it has a region.
    Regional,
    /// One of its labels, or all.
    Label(Option<Arc<str>>),
    /// One of its variables, or all.
    Variable(Option<Arc<str>>),
    /// Its item of `each`.
    Item,
}

/// Whether instances that differ by their own names alone are told apart where nothing but their texts shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// They are not: their texts are patterns.
    Patterns,
    /// They are, and every text is known.
    Known,
}

/// Everything that the contributions mention.
#[must_use]
pub fn mentions(contributions: &Contributions<'_>, item: Option<&Arc<str>>, own: Naming) -> BTreeSet<Mention> {
    let mut found = BTreeSet::new();
    for contribution in &contributions.list {
        if let Action::Set(expr) | Action::Append(expr) = contribution.action {
            if contribution.patterned && own == Naming::Patterns {
                of_pattern(expr, item, &mut found);
            } else {
                of_expr(expr, item, &mut found);
            }
        }
    }
    for deferred in contributions.frames.iter().flat_map(|frame| &frame.deferred) {
        of_expr(&deferred.argument, item, &mut found);
    }
    found
}

/// What a line mentions of which the texts are patterns: what is an instance's own does not tell it from others.
fn of_pattern(expr: &Expr, item: Option<&Arc<str>>, found: &mut BTreeSet<Mention>) {
    let mut all = BTreeSet::new();
    of_expr(expr, item, &mut all);
    found.extend(all.into_iter().filter_map(|mention| match mention {
        Mention::Cluster | Mention::Environment | Mention::Item => None,
        Mention::Region => Some(Mention::Regional),
        other => Some(other),
    }));
}

/// Everything that the conditions mention: instances that agree on it meet the same conditions.
#[must_use]
pub fn mentions_of_conditions(contributions: &Contributions<'_>, item: Option<&Arc<str>>) -> BTreeSet<Mention> {
    let mut found = BTreeSet::new();
    for condition in &contributions.conditions {
        of_expr(condition.expr, item, &mut found);
    }
    for deferred in contributions.frames.iter().flat_map(|frame| &frame.deferred) {
        of_expr(&deferred.argument, item, &mut found);
    }
    found
}

/// Adds what one expression mentions.
pub fn of_expr(expr: &Expr, item: Option<&Arc<str>>, found: &mut BTreeSet<Mention>) {
    // Members are looked at before the names below them, which would stand for the whole.
    let mut members: Vec<*const Expr> = vec![];
    expr.walk(&mut |expr| match &expr.kind {
        ExprKind::Member(of, key) => {
            let ambient = match &of.kind {
                ExprKind::Name(name) => name.as_ref(),
                _ => "",
            };
            let mention = match ambient {
                "vars" => Mention::Variable(Some(Arc::clone(&key.text))),
                "labels" => Mention::Label(Some(Arc::clone(&key.text))),
                _ => return,
            };
            members.push(std::ptr::from_ref(of.as_ref()));
            found.insert(mention);
        }
        ExprKind::Name(name) if !members.contains(&std::ptr::from_ref(expr)) => {
            found.extend(whole(name, item));
        }
        _ => {}
    });
}

fn whole(name: &str, item: Option<&Arc<str>>) -> Option<Mention> {
    match name {
        "cluster" => Some(Mention::Cluster),
        "env" => Some(Mention::Environment),
        "region" => Some(Mention::Region),
        "labels" => Some(Mention::Label(None)),
        "vars" => Some(Mention::Variable(None)),
        _ => item.filter(|item| item.as_ref() == name).map(|_| Mention::Item),
    }
}

impl Mention {
    /// What the mention is for an instance.
    #[must_use]
    pub fn of(&self, world: &World) -> Value {
        let text = |text: Option<&Arc<str>>| text.map_or(Value::Null, |text| Value::Text(Arc::clone(text)));
        match self {
            Self::Cluster => text(world.cluster.as_ref()),
            Self::Environment => text(Some(&world.environment)),
            Self::Region => text(world.region.as_ref()),
            Self::Regional => Value::Bool(world.region.is_some()),
            Self::Label(Some(key)) => text(world.labels.get(key)),
            Self::Variable(Some(key)) => world.vars.get(key).cloned().unwrap_or(Value::Null),
            Self::Label(None) | Self::Variable(None) => text(world.cluster.as_ref()),
            Self::Item => world.item.as_ref().map_or(Value::Null, |(_, item)| item.clone()),
        }
    }
}
