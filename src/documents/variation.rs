//! Folders that differ from instance to instance, named by what they differ by: `all`, `prod`, `eu`, `prod-eu`. A new
//! cluster in an old environment then gets no new folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::holes;
use super::yaml::Text;
use crate::model::{Cluster, Estate, Head, Service, Slot, Spec};

/// What instances can differ by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Environment,
    Region,
    Item,
    Cluster,
}

/// By what the folders of a source differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variation {
    prefix: Option<Arc<str>>,
    axes: &'static [Axis],
}

/// From the coarsest to the finest; the last one tells all instances apart.
const CANDIDATES: [&[Axis]; 10] = [
    &[],
    &[Axis::Environment],
    &[Axis::Region],
    &[Axis::Item],
    &[Axis::Environment, Axis::Region],
    &[Axis::Item, Axis::Environment],
    &[Axis::Item, Axis::Region],
    &[Axis::Item, Axis::Environment, Axis::Region],
    &[Axis::Cluster],
    &[Axis::Item, Axis::Cluster],
];

impl Axis {
    fn value<'v>(self, cluster: &'v Cluster, slot: &'v Slot) -> &'v str {
        match self {
            Self::Environment => &cluster.environment,
            Self::Region => cluster.region.as_deref().unwrap_or("none"),
            Self::Item => slot.item.as_deref().unwrap_or("none"),
            Self::Cluster => &cluster.name,
        }
    }
}

/// The coarsest way to tell a service's instances apart so that `content`, and what it takes from the cluster, are the same
/// within each folder.
pub(super) fn variation<T: PartialEq, U: PartialEq>(
    service: &Service,
    estate: &Estate,
    name: Option<&Arc<str>>,
    content: impl Fn(&Spec) -> Option<T>,
    from_cluster: impl Fn(&Cluster) -> U,
) -> Variation {
    let contents: Vec<Option<T>> = service.variants.iter().map(|variant| content(&variant.spec)).collect();
    let (mut different, mut of_clusters) = (Different::default(), Different::default());
    let mut placed = vec![];
    for (variant, content) in service.variants.iter().zip(&contents) {
        let content = different.number(content);
        for slot in variant.instances.iter().filter_map(|position| service.head.instances.get(*position)) {
            let Some(cluster) = estate.cluster(&slot.cluster) else { continue };
            placed.push((cluster, slot, (content, of_clusters.number(from_cluster(cluster)))));
        }
    }
    let fits = |axes: &&&'static [Axis]| {
        let with_regions = !axes.contains(&Axis::Region) || placed.iter().all(|(cluster, ..)| cluster.region.is_some());
        with_regions && is_consistent(axes, &placed)
    };
    let axes = CANDIDATES.iter().find(fits).copied().unwrap_or(&[Axis::Item, Axis::Cluster]);
    Variation { prefix: name.cloned(), axes }
}

/// Values that differ from each other, by number: there are few, and they are compared often.
struct Different<T>(Vec<T>);

impl<T> Default for Different<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T: PartialEq> Different<T> {
    fn number(&mut self, value: T) -> usize {
        self.0.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.0.push(value);
            self.0.len() - 1
        })
    }
}

fn is_consistent(axes: &[Axis], placed: &[(&Cluster, &Slot, (usize, usize))]) -> bool {
    let mut seen: FxHashMap<Vec<&str>, (usize, usize)> = FxHashMap::default();
    placed.iter().all(|(cluster, slot, content)| {
        let key = axes.iter().map(|axis| axis.value(cluster, slot)).collect();
        *seen.entry(key).or_insert(*content) == *content
    })
}

impl Variation {
    /// The folder of one instance.
    pub(super) fn folder(&self, cluster: &Cluster, slot: &Slot) -> String {
        let parts = self.prefix.iter().map(AsRef::as_ref).chain(self.axes.iter().map(|axis| axis.value(cluster, slot)));
        let parts: Vec<&str> = parts.collect();
        if parts.is_empty() { "all".to_owned() } else { parts.join("-") }
    }

    /// Whether folders of two items differ.
    pub(super) fn tells_items_apart(&self) -> bool {
        self.axes.contains(&Axis::Item)
    }

    /// The folder of any instance, with holes.
    pub(super) fn text(&self) -> Text {
        let mut text = self.prefix.as_ref().map_or_else(Text::default, |prefix| Text::literal(Arc::clone(prefix)));
        for axis in self.axes {
            if !text.0.is_empty() {
                text = text.then("-");
            }
            text = text.hole(match axis {
                Axis::Environment => holes::ENVIRONMENT,
                Axis::Region => holes::REGION,
                Axis::Item => holes::ITEM,
                Axis::Cluster => holes::CLUSTER,
            });
        }
        if text.0.is_empty() { Text::literal("all") } else { text }
    }

    /// The folders of all instances, each with one variant that fills it.
    pub(super) fn folders<'s>(&self, service: &'s Service, estate: &Estate) -> BTreeMap<String, &'s Spec> {
        let mut folders = BTreeMap::new();
        for variant in &service.variants {
            for slot in slots(&service.head, &variant.instances) {
                if let Some(cluster) = estate.cluster(&slot.cluster) {
                    folders.entry(self.folder(cluster, slot)).or_insert(variant.spec.as_ref());
                }
            }
        }
        folders
    }
}

fn slots<'h>(head: &'h Head, positions: &'h [usize]) -> impl Iterator<Item = &'h Slot> {
    positions.iter().filter_map(|position| head.instances.get(*position))
}
