//! What one sees of a service at a glance.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::db::Db;
use crate::model::{head, service, worlds};
use crate::names::{Item, body, declarations};
use crate::plan::{needed_anyhow, waves};
use crate::schema::Kind;
use crate::syntax::ast::EntryKind;
use crate::text::counted;

/// What one sees of a service at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glance {
    /// How many instances it has.
    pub instances: usize,
    /// On how many clusters.
    pub clusters: usize,
    /// Its first and its last wave.
    pub waves: (i64, i64),
    /// How many services need it.
    pub needed_by: usize,
    /// Its namespace, where that is the same everywhere.
    pub namespace: Option<Arc<str>>,
}

/// A service at a glance, or nothing where it can't be known.
#[salsa::tracked]
pub fn glance<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Glance> {
    let head = head(db, item).as_ref()?;
    let clusters: BTreeSet<&str> = head.instances.iter().map(|slot| slot.cluster.as_ref()).collect();
    let waves = waves(db, item);
    let (first, last) = (waves.iter().min().copied(), waves.iter().max().copied());
    Some(Glance {
        instances: head.instances.len(),
        clusters: clusters.len(),
        waves: (first.unwrap_or(0), last.unwrap_or(0)),
        needed_by: needed_anyhow(db, item).len(),
        namespace: namespace(db, item),
    })
}

fn namespace<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<str>> {
    let mut variants = service(db, item).as_ref()?.variants.iter().map(|variant| &variant.spec.namespace);
    let first = variants.next()?;
    variants.all(|namespace| namespace == first).then(|| Arc::clone(first))
}

impl Glance {
    /// Its wave, or from which to which.
    #[must_use]
    pub fn wave(&self) -> String {
        match self.waves {
            (first, last) if first == last => format!("wave {first}"),
            (first, last) => format!("waves {first} to {last}"),
        }
    }

    /// Where it runs, in short.
    #[must_use]
    pub fn places(&self) -> String {
        let clusters = counted(self.clusters, "cluster");
        if self.instances == self.clusters {
            clusters
        } else {
            format!("{} on {clusters}", counted(self.instances, "instance"))
        }
    }
}

/// A number that changes when something does that hints, lenses and colours show beside the text of their own file.
#[salsa::tracked(returns(copy))]
pub fn shown(db: &dyn Db) -> u64 {
    let mut hasher = FxHasher::default();
    for item in declarations(db).items() {
        (item.kind(db), item.name(db)).hash(&mut hasher);
        match item.kind(db) {
            Kind::Service => glance(db, *item).hash(&mut hasher),
            Kind::Template => parameters(db, *item).hash(&mut hasher),
            _ => {}
        }
    }
    worlds(db).hash(&mut hasher);
    hasher.finish()
}

/// The parameters of a template as they are written, each with its default.
#[salsa::tracked]
pub fn parameters<'db>(db: &'db dyn Db, template: Item<'db>) -> Vec<Parameter> {
    let entries = body(db, template).into_iter().flat_map(|named| &named.body.entries);
    let parameter = entries.filter_map(|entry| match &entry.kind {
        EntryKind::Param { name, of, default } => Some(Parameter {
            name: Arc::clone(&name.text),
            of: Arc::clone(&of.text),
            default: default.as_ref().map(|default| default.to_string().into()),
            doc: entry.doc.clone(),
        }),
        _ => None,
    });
    parameter.collect()
}

/// A parameter of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub of: Arc<str>,
    /// What it is where no argument says otherwise.
    pub default: Option<Arc<str>>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
}

impl Parameter {
    /// The parameter as it is written.
    #[must_use]
    pub fn show(&self) -> String {
        let default = self.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
        format!("{} : {}{default}", self.name, self.of)
    }
}
