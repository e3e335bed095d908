//! How the values of a service come about, on one of its instances and on all.

use std::sync::Arc;

use super::estates::estate;
use super::gather::{Asked, Gathered, Group, gather};
use super::heads::{Head, Slot, head};
use super::services::asked_for;
use crate::db::Db;
use crate::diagnostics::Sink;
use crate::names::Item;
use crate::overlays::{Action, Contribution, Level, Naming, Step, Tree, locals, scope_in, trace};
use crate::syntax::ast::{Expr, ExprKind, TextPart};
use crate::text::TextRange;
use crate::values::{Ambients, Expected, Value, World, evaluate, text_of};

/// How a value of an instance came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The value, or `None` where there is none.
    pub value: Option<Value>,
    /// The lines that have a say, strongest first.
    pub steps: Vec<Step>,
}

/// How the value at `path` of an instance came about.
pub fn explain_value<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    cluster: &str,
    each: Option<&str>,
    path: &[&str],
) -> Option<Explained> {
    let gathered = gather(db, item, &|_| true, &mut Sink::default())?;
    let cluster = estate(db).clusters.iter().position(|known| known.name.as_ref() == cluster)?;
    let items = gathered.each.as_ref().map(|(_, items)| items);
    let item = each.and_then(|name| items?.iter().position(|(known, _)| known.as_ref() == name));
    let groups = gathered.grouped(&[Asked { cluster, item }], Naming::Known, &mut Sink::default());
    let group = groups.first()?;
    let tree = gathered.resolve(group, &mut Sink::default()).tree;
    Some(Explained { value: tree.at(path).map(Tree::value), steps: steps(&gathered, group, path) })
}

/// Whom a role is given to on an instance, and the line that says so; nothing where no line does.
pub fn given_role<'db>(db: &'db dyn Db, item: Item<'db>, slot: &Slot, role: &str) -> Option<(Value, Step)> {
    let explained = explain_value(db, item, &slot.cluster, slot.item.as_deref(), &["access", role])?;
    let head = format!("access.{role} ");
    let winner = explained.steps.into_iter().find(|step| step.holds && step.text.starts_with(&head))?;
    Some((explained.value.unwrap_or(Value::Null), winner))
}

fn steps(gathered: &Gathered<'_>, group: &Group, path: &[&str]) -> Vec<Step> {
    let holds = |combination| gathered.holds(group, combination);
    trace(&gathered.contributions, &gathered.narrowness, &holds, path)
}

/// A service on all its instances, for questions about many of its values.
pub struct Everywhere<'db> {
    gathered: Gathered<'db>,
    head: Arc<Head>,
    asked: Vec<Asked>,
}

/// A value of some instances, and the lines that have a say in it.
pub struct Somewhere {
    /// Each instance with its value, or `None` where it has none.
    pub values: Vec<(Slot, Option<Value>)>,
    /// The lines, strongest first.
    pub steps: Vec<Step>,
}

/// A service on all its instances, or nothing where it can't be known on which.
pub fn everywhere<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Everywhere<'db>> {
    let head = Arc::clone(head(db, item).as_ref()?);
    let gathered = gather(db, item, &|_| true, &mut Sink::default())?;
    let asked = asked_for(db, &head, &gathered);
    Some(Everywhere { gathered, head, asked })
}

impl Everywhere<'_> {
    /// The value at `path` of every instance, for those together that the same lines hold for.
    #[must_use]
    pub fn values(&self, path: &[&str]) -> Vec<Somewhere> {
        let sink = &mut Sink::default();
        let mut found = vec![];
        for group in self.gathered.groups(&self.asked, sink) {
            let merged = self.gathered.resolve(&group, sink);
            if merged.undecided {
                for group in self.gathered.known(&group, &self.asked, sink) {
                    let tree = self.gathered.resolve(&group, sink).tree;
                    found.push(self.somewhere(&group, &tree, path));
                }
            } else {
                found.push(self.somewhere(&group, &merged.tree, path));
            }
        }
        found
    }

    fn somewhere(&self, group: &Group, tree: &Tree, path: &[&str]) -> Somewhere {
        let value = tree.at(path).map(Tree::value);
        let of = |member: &usize| {
            let (slot, asked) = (self.head.instances.get(*member)?, self.asked.get(*member)?);
            let open = value.as_ref().filter(|value| value.has_patterns());
            let own = open.map(|value| filled(value, &self.gathered.world(*asked)));
            Some((slot.clone(), own.or_else(|| value.clone())))
        };
        Somewhere { values: group.members.iter().filter_map(of).collect(), steps: steps(&self.gathered, group, path) }
    }

    /// What the service's own lines in a part of its text show of variables and other names, where that is the same on
    /// every instance that the line holds for: each expression with its value.
    #[must_use]
    pub fn constants(&self, within: TextRange) -> Vec<(&Expr, Value)> {
        let contributions = &self.gathered.contributions;
        let is_own = |line: &&Contribution<'_>| {
            contributions.frames.get(line.frame).map(|frame| frame.level) == Some(Level::Own)
        };
        let lines = contributions.list.iter().filter(is_own).filter(|line| touch(line.range, within));
        let shown: Vec<_> = lines.map(|line| (line, shown(line))).filter(|(_, shown)| !shown.is_empty()).collect();
        if shown.is_empty() {
            return vec![];
        }
        let groups = self.gathered.grouped(&self.asked, Naming::Known, &mut Sink::default());
        let values = shown.into_iter().flat_map(|(line, exprs)| exprs.into_iter().map(move |expr| (line, expr)));
        values.filter_map(|(line, expr)| Some((expr, self.constant(&groups, line, expr)?))).collect()
    }

    fn constant(&self, groups: &[Group], line: &Contribution<'_>, expr: &Expr) -> Option<Value> {
        let held = groups.iter().filter(|group| self.gathered.holds(group, line.combination));
        let mut values = held.map(|group| self.evaluate(&group.world, line.frame, expr));
        let first = values.next()??;
        values.all(|value| value.as_ref() == Some(&first)).then_some(first)
    }

    fn evaluate(&self, world: &World, frame: usize, expr: &Expr) -> Option<Value> {
        let (facts, contributions) = (self.gathered.facts(), &self.gathered.contributions);
        let locals = locals(facts, contributions, frame, world);
        let scope = scope_in(facts, contributions, frame, &locals, Ambients::All, Some(world));
        evaluate(&scope, expr, Expected::Value, &mut Sink::default()).ok()
    }
}

/// The expressions of a line of which one would like to see the value: what stands in interpolations, and variables.
fn shown<'e>(line: &Contribution<'e>) -> Vec<&'e Expr> {
    let (Action::Set(value) | Action::Append(value)) = line.action else { return vec![] };
    let mut found: Vec<&Expr> = vec![];
    value.walk(&mut |expr: &'e Expr| match &expr.kind {
        ExprKind::Text(parts) => found.extend(parts.iter().filter_map(|part| match part {
            TextPart::Value(value) if !is_name(value, "service") => Some(value),
            TextPart::Value(_) | TextPart::Literal(_) => None,
        })),
        ExprKind::Member(of, _) if is_name(of, "vars") => found.push(expr),
        _ => {}
    });
    // What stands in another that is shown is part of it.
    let outer: Vec<TextRange> = found.iter().map(|expr| expr.range).collect();
    let is_inner = |inner: TextRange| outer.iter().any(|outer| *outer != inner && outer.cover(inner) == *outer);
    found.retain(|expr| !is_inner(expr.range));
    found.sort_by_key(|expr| expr.range);
    found.dedup_by_key(|expr| expr.range);
    found
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(known) if known.as_ref() == name)
}

fn touch(one: TextRange, other: TextRange) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// A value with what is an instance's own put in.
pub(super) fn filled(value: &Value, world: &World) -> Value {
    let own = |name: &str| match name {
        "cluster" => world.cluster.as_deref().unwrap_or("").to_owned(),
        "env" => world.environment.to_string(),
        "region" => world.region.as_deref().unwrap_or("").to_owned(),
        _ => world.item.as_ref().and_then(|(_, item)| item.to_text()).as_deref().unwrap_or("").to_owned(),
    };
    match value {
        Value::Pattern(pieces) => Value::text(text_of(pieces, own)),
        Value::List(items) => Value::List(items.iter().map(|item| filled(item, world)).collect()),
        Value::Object(object) => {
            let entries = object.iter().map(|(key, value)| (Arc::clone(key), filled(value, world)));
            Value::Object(Arc::new(entries.collect()))
        }
        other => other.clone(),
    }
}
