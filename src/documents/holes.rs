//! What differs from instance to instance in one document.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::yaml::{Hole, Text};
use crate::db::Db;
use crate::model::{Cluster, Scheme, SchemePart, estate};

pub(super) const CLUSTER: Hole = Hole(0);
pub(super) const SERVER: Hole = Hole(1);
pub(super) const ENVIRONMENT: Hole = Hole(2);
pub(super) const REGION: Hole = Hole(3);
pub(super) const ITEM: Hole = Hole(4);
pub(super) const WAVE: Hole = Hole(5);
/// What Argo CD calls the cluster.
pub(super) const KNOWN: Hole = Hole(6);

/// The values of an instance's holes.
fn values(cluster: &Cluster, item: Option<&Arc<str>>, wave: i64) -> Arc<[Arc<str>]> {
    let region = cluster.region.clone().unwrap_or_else(|| "".into());
    let item = item.cloned().unwrap_or_else(|| "".into());
    [
        Arc::clone(&cluster.name),
        Arc::clone(&cluster.server),
        Arc::clone(&cluster.environment),
        region,
        item,
        wave.to_string().into(),
        Arc::clone(&cluster.identity),
    ]
    .into()
}

/// A wave, as what queries are asked of.
#[salsa::interned]
struct Wave<'db> {
    #[returns(copy)]
    number: i64,
}

/// By cluster, the values of an instance in a wave that is of no item: most services have no other.
#[salsa::tracked]
fn values_in<'db>(db: &'db dyn Db, wave: Wave<'db>) -> FxHashMap<Arc<str>, Arc<[Arc<str>]>> {
    let clusters = estate(db).clusters.iter();
    clusters.map(|cluster| (Arc::clone(&cluster.name), values(cluster, None, wave.number(db)))).collect()
}

/// The values of an instance in a wave.
pub(super) fn values_of(db: &dyn Db, cluster: &Cluster, item: Option<&Arc<str>>, wave: i64) -> Arc<[Arc<str>]> {
    let shared = || values_in(db, Wave::new(db, wave)).get(&cluster.name).cloned();
    if item.is_none() { shared() } else { None }.unwrap_or_else(|| values(cluster, item, wave))
}

/// How the source shows what stands in an instance's holes.
pub(super) fn words(each: Option<&Arc<str>>) -> [Arc<str>; 5] {
    ["cluster", "", "env", "region", each.map_or("", AsRef::as_ref)].map(|word| format!("${{{word}}}").into())
}

/// The name of a service's Applications.
pub(super) fn name(scheme: &Scheme, service: &Arc<str>, with_items: bool) -> Text {
    scheme.pieces(with_items).into_iter().fold(Text::default(), |text, piece| match piece {
        SchemePart::Literal(literal) => text.then(literal),
        SchemePart::Service => text.then(Arc::clone(service)),
        SchemePart::Cluster => text.hole(KNOWN),
        SchemePart::Item if with_items => text.hole(ITEM),
        SchemePart::Item => text,
        SchemePart::Environment => text.hole(ENVIRONMENT),
        SchemePart::Region => text.hole(REGION),
    })
}
