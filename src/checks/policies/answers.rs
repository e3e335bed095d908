//! What the resolved platform answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::checks::lines::line_in;
use crate::db::Db;
use crate::diagnostics::Span;
use crate::model::{
    Cluster, Estate, Head, Slot, Team, allows, estate, explain_value, head, instance_name, rights, worlds, written,
};
use crate::names::{Item, declarations};
use crate::overlays::Tree;
use crate::plan::{Guarantee, edges, waves};
use crate::schema::{BlockSchema, Form, Kind, Over, SERVICE_DEFAULTS, attribute_in};
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{Answers, Question, Unanswered, Value, World, path_keys};

/// What is asked about.
pub(super) enum About<'a> {
    /// An instance of a service, by its position.
    Instance(Item<'a>, &'a Head, usize),
    Service(Item<'a>, &'a Head),
    /// A cluster with the service of each instance on it.
    Cluster(&'a Cluster, Vec<Arc<str>>),
    /// A team with its services.
    Team(&'a Team, Vec<Arc<str>>),
    Platform,
}

/// What is asked about, with what is known of it.
pub(super) struct Asked<'a> {
    db: &'a dyn Db,
    about: About<'a>,
    tree: Option<&'a Tree>,
    /// Where it is declared.
    pub(super) origin: Span,
    /// The last `can` that said yes.
    allowed: RefCell<Option<Allowed<'a>>>,
}

/// Something that a team may do.
#[derive(Clone)]
pub(super) struct Allowed<'a> {
    pub(super) item: Item<'a>,
    pub(super) position: usize,
    pub(super) team: Arc<str>,
    pub(super) action: Arc<str>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(db: &'a dyn Db, about: About<'a>, tree: Option<&'a Tree>, origin: Span) -> Self {
        Self { db, about, tree, origin, allowed: RefCell::default() }
    }

    /// What the last `can` that was asked allows.
    pub(super) fn allowed(&self) -> Option<Allowed<'a>> {
        self.allowed.borrow().clone()
    }

    fn over(&self) -> Over {
        match self.about {
            About::Instance(..) => Over::Instance,
            About::Service(..) => Over::Service,
            About::Cluster(..) => Over::Cluster,
            About::Team(..) => Over::Team,
            About::Platform => Over::Platform,
        }
    }

    /// The line that gives what an expression asks for, if some line does.
    pub(super) fn line(&self, expr: &Expr) -> Option<Span> {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && callee.plain_text() == Some("has")
        {
            return self.line(&arguments.first()?.value);
        }
        let keys = path_keys(expr)?;
        let path: Vec<&str> = keys.iter().map(|(key, _)| key.as_ref()).collect();
        let first = *path.first()?;
        match &self.about {
            About::Instance(item, ..) | About::Service(item, _) if matches!(first, "owner" | "layer") => {
                line_in(self.db, *item, first)
            }
            // What has a name of its own here is another's, but of a cluster.
            About::Instance(..) if self.over().attribute(first).is_none() => None,
            _ => self.tree?.at(&path).map(Tree::span),
        }
    }

    /// The cluster that questions are asked of where no condition says another.
    fn here(&self) -> Option<&str> {
        match &self.about {
            About::Instance(_, head, position) => head.instances.get(*position).map(|slot| slot.cluster.as_ref()),
            About::Cluster(cluster, _) => Some(&cluster.name),
            _ => None,
        }
    }

    fn is_asked(&self, cluster: &str, on: Option<&BTreeSet<Arc<str>>>) -> bool {
        on.map_or_else(|| self.here().is_none_or(|here| here == cluster), |on| on.contains(cluster))
    }

    fn find(&self, service: &str) -> Result<(Item<'a>, &'a Head), Unanswered> {
        let item = declarations(self.db).get(Kind::Service, service).ok_or(Unanswered::Unsound)?;
        Ok((item, head(self.db, item).as_deref().ok_or(Unanswered::Unsound)?))
    }

    /// The instances of a service that are asked about.
    fn positions(&self, head: &Head, on: Option<&BTreeSet<Arc<str>>>) -> Result<Vec<usize>, Unanswered> {
        let all = head.instances.iter().enumerate();
        let found: Vec<usize> =
            all.filter(|(_, slot)| self.is_asked(&slot.cluster, on)).map(|(position, _)| position).collect();
        let nowhere = || Unanswered::Nowhere(format!("`{}` runs on no cluster that it is asked of", head.name));
        if found.is_empty() { Err(nowhere()) } else { Ok(found) }
    }

    fn can(
        &self,
        team: &str,
        action: &str,
        service: Option<&str>,
        on: Option<&BTreeSet<Arc<str>>>,
    ) -> Result<Value, Unanswered> {
        let ((item, head), one) = match (service, &self.about) {
            (Some(service), _) => (self.find(service)?, None),
            (None, About::Instance(item, head, position)) => ((*item, *head), Some(*position)),
            (None, About::Service(item, head)) => ((*item, *head), None),
            (None, _) => return Err(Unanswered::Unsound),
        };
        let positions = one.map_or_else(|| self.positions(head, on), |position| Ok(vec![position]))?;
        let is_anybody = estate(self.db).team(team).is_some_and(|team| !team.sso.is_empty());
        let rights = rights(self.db, item);
        let answer = |position: usize| {
            rights.at(position).is_some_and(|granted| is_anybody && allows(estate(self.db), granted, team, action))
        };
        let first = positions.first().copied();
        let answer = same(head, positions.into_iter().map(|position| (position, answer(position))));
        let is_yes = answer == Ok(Value::Bool(true));
        *self.allowed.borrow_mut() = first.filter(|_| is_yes).map(|position| Allowed {
            item,
            position,
            team: team.into(),
            action: action.into(),
        });
        answer
    }

    fn before(&self, first: &str, second: &str, on: Option<&BTreeSet<Arc<str>>>) -> Result<Value, Unanswered> {
        let ((_, first), (_, second)) = (self.find(first)?, self.find(second)?);
        let both = |position: &usize| second.instances.get(*position).is_some_and(|slot| first.runs_on(&slot.cluster));
        let positions: Vec<usize> = self.positions(second, on)?.into_iter().filter(both).collect();
        if positions.is_empty() {
            return Err(Unanswered::Nowhere(format!(
                "`{}` and `{}` run together on no cluster",
                first.name, second.name
            )));
        }
        let answers = positions.into_iter().map(|position| (position, self.waits(second, position, &first.name)));
        same(second, answers)
    }

    /// Whether an instance starts only when a service on its cluster is Synced and Healthy.
    fn waits(&self, head: &Head, position: usize, first: &str) -> bool {
        let Some(slot) = head.instances.get(position) else { return false };
        let mut seen: FxHashSet<(Arc<str>, Slot)> = FxHashSet::default();
        let mut left = vec![(Arc::clone(&head.name), slot.clone())];
        while let Some((service, slot)) = left.pop() {
            let Ok((_, this)) = self.find(&service) else { continue };
            let Some(position) = this.instances.iter().position(|known| *known == slot) else { continue };
            for edge in edges(self.db, &service, position) {
                if edge.guarantee != Guarantee::Ordered {
                    continue;
                }
                if edge.service.as_ref() == first {
                    return true;
                }
                if seen.insert((Arc::clone(&edge.service), edge.slot.clone())) {
                    left.push((edge.service, edge.slot));
                }
            }
        }
        false
    }

    fn clusters(&self, service: &str, on: Option<&BTreeSet<Arc<str>>>) -> Result<Value, Unanswered> {
        let (_, head) = self.find(service)?;
        let is_asked = |cluster: &&Arc<str>| on.is_none_or(|on| on.contains(*cluster));
        let clusters: BTreeSet<&Arc<str>> = head.instances.iter().map(|slot| &slot.cluster).filter(is_asked).collect();
        Ok(Value::List(clusters.into_iter().map(|name| Value::Reference(Kind::Cluster, Arc::clone(name))).collect()))
    }

    fn value(&self, service: &str, cluster: &str, path: &[Arc<str>]) -> Result<Value, Unanswered> {
        let (item, head) = self.find(service)?;
        let slots: Vec<&Slot> = head.instances.iter().filter(|slot| slot.cluster.as_ref() == cluster).collect();
        let keys: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let of = |slot: &&Slot| {
            let explained = explain_value(self.db, item, cluster, slot.item.as_deref(), &keys);
            let value = explained.and_then(|explained| explained.value);
            value.unwrap_or_else(|| without_line(&SERVICE_DEFAULTS, &keys))
        };
        let mut values: Vec<Value> = slots.iter().map(of).collect();
        values.dedup();
        match (values.pop(), values.is_empty()) {
            (Some(value), true) => Ok(value),
            (None, _) => Err(Unanswered::Nowhere(format!("`{service}` does not run on `{cluster}`"))),
            (Some(_), false) => {
                Err(Unanswered::Varies(slots.iter().map(|slot| instance_name(service, slot)).collect()))
            }
        }
    }
}

/// Whether a cluster's environment is protected.
fn protected(estate: &Estate, cluster: &str) -> bool {
    estate.cluster(cluster).is_some_and(|cluster| cluster.protected)
}

/// The answer of several instances, if it is the same of all.
fn same(head: &Head, answers: impl Iterator<Item = (usize, bool)>) -> Result<Value, Unanswered> {
    let (mut yes, mut no) = (vec![], vec![]);
    for (position, answer) in answers {
        let Some(slot) = head.instances.get(position) else { continue };
        if answer { &mut yes } else { &mut no }.push(instance_name(&head.name, slot));
    }
    match (yes.is_empty(), no.is_empty()) {
        (false, false) => Err(Unanswered::Differs { yes, no }),
        (is_no, _) => Ok(Value::Bool(!is_no)),
    }
}

/// What the table says of an attribute that no line gives.
fn without_line(block: &'static BlockSchema, path: &[&str]) -> Value {
    match attribute_in(block, path) {
        Some(Form::Default(text)) => written(text),
        _ => Value::Null,
    }
}

fn names(kind: Kind, names: &[Arc<str>]) -> Value {
    let unique: BTreeSet<&Arc<str>> = names.iter().collect();
    Value::List(unique.into_iter().map(|name| Value::Reference(kind, Arc::clone(name))).collect())
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A cluster as an object; a label that others have is null.
fn object(world: &World, labels: &BTreeSet<&Arc<str>>, protected: bool) -> Value {
    let text = |text: Option<&Arc<str>>| text.map_or(Value::Null, |text| Value::Text(Arc::clone(text)));
    let labels = labels.iter().map(|key| (Arc::clone(key), text(world.labels.get(*key))));
    let entries = [
        ("name", text(world.cluster.as_ref())),
        ("env", text(Some(&world.environment))),
        ("region", text(world.region.as_ref())),
        ("labels", Value::Object(Arc::new(labels.collect()))),
        ("protected", Value::Bool(protected)),
    ];
    Value::Object(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<BTreeMap<_, _>>()))
}

impl Answers for Asked<'_> {
    fn attribute(&self, path: &[&str]) -> Value {
        let said = self.tree.and_then(|tree| tree.at(path)).filter(|tree| !tree.is_broken());
        match (said, self.over().attributes()) {
            (Some(tree), _) => tree.value(),
            (None, Some(block)) => without_line(block, path),
            (None, None) => Value::Null,
        }
    }

    fn fact(&self, name: &str) -> Value {
        let estate = estate(self.db);
        match (&self.about, name) {
            (About::Instance(_, head, _) | About::Service(_, head), "layer") => {
                Value::Reference(Kind::Layer, Arc::clone(&head.layer))
            }
            (About::Instance(..) | About::Cluster(..), "protected") => {
                Value::Bool(self.here().is_some_and(|cluster| protected(estate, cluster)))
            }
            (About::Instance(item, _, position), "wave") => {
                waves(self.db, *item).get(*position).copied().map_or(Value::Null, Value::Int)
            }
            (About::Service(_, head), "instances") => number(head.instances.len()),
            (About::Service(_, head), "clusters") => {
                let is_there = |world: &&World| world.cluster.as_ref().is_some_and(|cluster| head.runs_on(cluster));
                let clusters = worlds(self.db).iter().filter(is_there);
                let labels = worlds(self.db).iter().flat_map(|world| world.labels.keys()).collect();
                let of = |world: &World| {
                    object(world, &labels, world.cluster.as_ref().is_some_and(|cluster| protected(estate, cluster)))
                };
                Value::List(clusters.map(of).collect())
            }
            (About::Cluster(_, services), "instances") => number(services.len()),
            (About::Cluster(_, services) | About::Team(_, services), "services") => names(Kind::Service, services),
            (About::Team(team, _), "team") => Value::Reference(Kind::Team, Arc::clone(&team.name)),
            _ => Value::Null,
        }
    }

    fn worlds(&self) -> &[World] {
        worlds(self.db)
    }

    fn ask(&self, question: &Question<'_>, on: Option<&BTreeSet<Arc<str>>>) -> Result<Value, Unanswered> {
        match question {
            Question::Can { team, action, service } => self.can(team, action, *service, on),
            Question::Before { first, second } => self.before(first, second, on),
            Question::Clusters(service) => self.clusters(service, on),
            Question::Value { service, cluster, path } => self.value(service, cluster, path),
        }
    }
}
