//! Policies and tests as they are written, and what they are asked of.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::estates::worlds;
use super::gather::{Group, gather, gather_alone};
use super::heads::head;
use super::placement::scope_of;
use super::services::asked_for;
use crate::db::Db;
use crate::diagnostics::Sink;
use crate::names::{Item, body};
use crate::overlays::{Mention, Naming, Tree};
use crate::schema::{Kind, Over, kind};
use crate::source::Site;
use crate::syntax::ast::{Block, EntryKind, Expr};
use crate::values::{Ambients, Answers, Scope, Value, World};

/// A policy, or a test.
#[derive(Clone, Debug)]
pub struct Claim<'db> {
    /// Its declaration.
    pub item: Item<'db>,
    /// What it is asked of.
    pub over: Over,
    /// Which of them it concerns.
    pub filter: Option<&'db Expr>,
    /// What must hold: the `require` of a policy, or each `expect` of a test.
    pub required: Vec<&'db Expr>,
    /// What is said where it does not hold.
    pub message: Option<&'db Expr>,
    /// Whether it only warns.
    pub warns: bool,
}

/// What a policy or a test is asked of, by its kind and its block; nothing for every other declaration.
#[must_use]
pub fn over(kind: Kind, body: &Block) -> Option<Over> {
    match kind {
        Kind::Policy => match said_in(body, "over") {
            Some(said) => said.plain_text().and_then(Over::of_word),
            None => Some(Over::Instance),
        },
        Kind::Test => Some(Over::Platform),
        _ => None,
    }
}

fn said_in<'b>(body: &'b Block, name: &str) -> Option<&'b Expr> {
    body.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key, value, .. } if key.text.as_ref() == name => Some(value),
        _ => None,
    })
}

/// What a policy or a test says; nothing for every other declaration.
pub fn claim<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Claim<'db>> {
    let named = body(db, item)?;
    let said = |name: &str| said_in(&named.body, name);
    let over = over(item.kind(db), &named.body)?;
    match item.kind(db) {
        Kind::Policy => Some(Claim {
            item,
            over,
            filter: said("where"),
            required: said("require").into_iter().collect(),
            message: said("message"),
            warns: said("severity").and_then(Expr::plain_text) == Some("warning"),
        }),
        Kind::Test => {
            let expected = named.body.entries.iter().filter_map(|entry| match &entry.kind {
                EntryKind::Expect(value) => Some(value),
                _ => None,
            });
            let required = expected.collect();
            Some(Claim { item, over, filter: None, required, message: None, warns: false })
        }
        _ => None,
    }
}

impl<'db> Claim<'db> {
    /// Its name.
    #[must_use]
    pub fn name(&self, db: &'db dyn Db) -> &'db Arc<str> {
        self.item.name(db)
    }

    /// Where it stands.
    #[must_use]
    pub fn site(&self, db: &'db dyn Db) -> Site {
        self.item.decl(db).site(db)
    }

    /// Everything that it evaluates.
    pub fn expressions(&self) -> impl Iterator<Item = &'db Expr> {
        self.filter.into_iter().chain(self.required.iter().copied()).chain(self.message)
    }

    /// What its expressions can name.
    #[must_use]
    pub fn scope<'s>(&self, db: &'s dyn Db, world: Option<&'s World>, answers: Option<&'s dyn Answers>) -> Scope<'s>
    where
        'db: 's,
    {
        Scope { ambients: Ambients::Claim(self.over), world, answers, ..scope_of(db, self.item) }
    }
}

/// Instances of a service that differ in nothing that is asked for.
#[derive(Clone, Debug)]
pub struct Alike {
    /// What names stand for on one of them.
    pub world: World,
    /// What was asked for, with the lines that it comes from.
    pub tree: Tree,
    /// Their positions in the service's head.
    pub instances: Vec<usize>,
}

/// The instances of a service, as far as some attributes and names are concerned.
pub fn alike<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    paths: &[Vec<Arc<str>>],
    mentions: &BTreeSet<Mention>,
) -> Vec<Alike> {
    let sink = &mut Sink::default();
    let is_asked =
        |path: &[Arc<str>]| paths.iter().any(|asked| path.iter().zip(asked).all(|(one, other)| one == other));
    let Some(head) = head(db, item) else { return vec![] };
    let Some(gathered) = gather(db, item, &is_asked, sink) else { return vec![] };
    let asked = asked_for(db, head, &gathered);
    let groups = gathered.groups_by(&asked, Naming::Known, mentions, sink);
    let resolved = groups.into_iter().map(|group| {
        let tree = gathered.resolve(&group, sink).tree;
        let world = World { service: Some(Arc::clone(item.name(db))), ..group.world };
        Alike { world, tree, instances: group.members }
    });
    resolved.collect()
}

/// What a cluster or a team says of itself.
pub fn said<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Tree> {
    let sink = &mut Sink::default();
    let gathered = gather_alone(db, item, &kind(item.kind(db)).body, &|_| true)?;
    let world = worlds(db)
        .iter()
        .find(|world| item.kind(db) == Kind::Cluster && world.cluster.as_deref() == Some(item.name(db).as_ref()));
    let group = Group::of(world.cloned().unwrap_or_default());
    Some(gathered.resolve(&group, sink).tree)
}

/// A value that the table says for what no line says, as one would write it.
#[must_use]
pub fn written(text: &str) -> Value {
    match text {
        "" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "[]" => Value::List([].into()),
        _ => match text.parse() {
            Ok(number) => Value::Int(number),
            Err(_) => Value::text(text.trim_matches('"')),
        },
    }
}
