//! Why an answer is what it is: the line that lets a team do something, and what holds nothing back.

use super::answers::Allowed;
use crate::checks::lines::line_in;
use crate::db::Db;
use crate::diagnostics::Span;
use crate::model::{estate, given_role, head, rights};
use crate::names::declarations;
use crate::plan::{Guarantee, edges};
use crate::schema::Kind;
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::Value;

/// The line because of which a `can` says yes, with what it gives.
pub(super) fn granting(db: &dyn Db, allowed: &Allowed<'_>) -> Option<(Span, String)> {
    let (item, team, estate) = (allowed.item, allowed.team.as_ref(), estate(db));
    if estate.is_admin(team) {
        let platform = declarations(db).of(db, Kind::Platform).next()?;
        return Some((line_in(db, platform, "admins")?, format!("team {team} may do everything")));
    }
    let head = head(db, item).as_ref()?;
    let slot = head.instances.get(allowed.position)?;
    let has = |role: &str| estate.role(role).is_some_and(|role| role.actions.contains(allowed.action.as_ref()));
    let role = rights(db, item).at(allowed.position)?.get(team)?.iter().find(|role| has(role))?;
    let is_to_team = |teams: &Value| {
        let mut teams = teams.as_list().unwrap_or_default().iter().filter_map(Value::as_text);
        teams.any(|given| given.as_ref() == team)
    };
    let written = given_role(db, item, slot, role).filter(|(teams, _)| is_to_team(teams));
    let span = written.map(|(_, step)| step.span).or_else(|| line_in(db, item, "owner"))?;
    Some((span, format!("team {team} is {role} here")))
}

/// That nobody is in a team of which some `can` in an expression asks.
pub(super) fn nobody(db: &dyn Db, expr: &Expr) -> Option<String> {
    let mut found = None;
    expr.walk(&mut |expr| {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && callee.plain_text() == Some("can")
            && let Some(team) = arguments.first().and_then(|team| estate(db).team(team.value.plain_text()?))
            && team.sso.is_empty()
        {
            found = Some(format!("nobody is in team {}: it has no group in `sso`", team.name));
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
