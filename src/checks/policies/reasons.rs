//! Why an answer is what it is: the line that lets a team do something, and what holds nothing back.

use crate::checks::lines::line_in;
use crate::db::Db;
use crate::diagnostics::Span;
use crate::model::{allows, estate, explain_value, head, rights};
use crate::names::declarations;
use crate::plan::{Guarantee, edges};
use crate::schema::Kind;
use crate::syntax::ast::{Expr, ExprKind};

/// The line because of which some `can` in an expression says yes, with what it gives.
pub(super) fn granting(db: &dyn Db, expr: &Expr) -> Option<(Span, String)> {
    let mut found = None;
    expr.walk(&mut |expr| {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && callee.plain_text() == Some("can")
            && let [team, action, service, ..] = arguments.as_slice()
            && let (Some(team), Some(action), Some(service)) =
                (team.value.plain_text(), action.value.plain_text(), service.value.plain_text())
        {
            found = found.take().or_else(|| line(db, team, action, service));
        }
    });
    found
}

/// Why some `before` in an expression says no, though the order is meant so.
pub(super) fn converging(db: &dyn Db, expr: &Expr) -> Option<&'static str> {
    let mut found = None;
    expr.walk(&mut |expr| {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && callee.plain_text() == Some("before")
            && let [first, second, ..] = arguments.as_slice()
            && let (Some(first), Some(second)) = (first.value.plain_text(), second.value.plain_text())
        {
            found = found.or_else(|| loose(db, first, second));
        }
    });
    found
}

fn loose(db: &dyn Db, first: &str, second: &str) -> Option<&'static str> {
    let head = head(db, declarations(db).get(Kind::Service, second)?).as_ref()?;
    let edges = (0..head.instances.len()).flat_map(|position| edges(db, second, position));
    let mut loose = edges.filter(|edge| edge.service.as_ref() == first && edge.guarantee == Guarantee::Converges);
    loose.next().map(|edge| edge.because)
}

fn line(db: &dyn Db, team: &str, action: &str, service: &str) -> Option<(Span, String)> {
    let item = declarations(db).get(Kind::Service, service)?;
    let (head, estate) = (head(db, item).as_ref()?, estate(db));
    if estate.is_admin(team) {
        let platform = declarations(db).of(db, Kind::Platform).next()?;
        return Some((line_in(db, platform, "admins")?, format!("team {team} may do everything")));
    }
    let rights = rights(db, item);
    let is_yes =
        |(position, _): &(usize, _)| rights.at(*position).is_some_and(|granted| allows(estate, granted, team, action));
    let (position, slot) = head.instances.iter().enumerate().find(is_yes)?;
    let roles = rights.at(position)?.get(team)?;
    let has = |role: &str| estate.role(role).is_some_and(|role| role.actions.contains(action));
    let role = roles.iter().find(|role| has(role))?;
    let steps = explain_value(db, item, &slot.cluster, slot.item.as_deref(), &["access", role])?.steps;
    let winner = steps.into_iter().find(|step| step.holds && step.text.starts_with(&format!("access.{role} ")));
    let span = winner.map(|step| step.span).or_else(|| line_in(db, item, "owner"))?;
    Some((span, format!("team {team} is {role} here")))
}
