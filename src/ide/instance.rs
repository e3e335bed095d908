//! Instances of services, by the names that people give them.

use crate::db::Db;
use crate::diagnostics::did_you_mean;
use crate::documents::Meaning;
use crate::model::{Slot, estate, head, instance_name};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// An instance that is asked about.
pub struct Instance<'db> {
    item: Item<'db>,
    /// The service's name.
    pub service: &'db str,
    /// Which of its instances.
    pub slot: Slot,
    /// Its place among the service's instances.
    pub position: usize,
}

impl<'db> Instance<'db> {
    /// All instances of a platform.
    pub fn all(db: &'db dyn Db) -> impl Iterator<Item = Self> {
        declarations(db).of(db, Kind::Service).flat_map(|item| Self::of(db, item))
    }

    /// The instances of a service.
    pub fn of(db: &'db dyn Db, item: Item<'db>) -> Vec<Self> {
        let slots = head(db, item).iter().flat_map(|head| head.instances.iter().enumerate());
        slots.map(|(position, slot)| Self { item, service: item.name(db), slot: slot.clone(), position }).collect()
    }

    /// Finds `SERVICE@CLUSTER` or `SERVICE.ITEM@CLUSTER`.
    ///
    /// # Errors
    /// If there is none of that name; the text says which there are.
    pub fn find(db: &'db dyn Db, text: &str) -> Result<Self, String> {
        let (service, cluster) =
            text.split_once('@').ok_or(format!("`{text}` is no instance: write SERVICE@CLUSTER"))?;
        let (service, each) = service.split_once('.').map_or((service, None), |(service, item)| (service, Some(item)));
        let declarations = declarations(db);
        let item = declarations.get(Kind::Service, service).ok_or_else(|| {
            let names: Vec<_> = declarations.of(db, Kind::Service).map(|item| item.name(db)).collect();
            let near = did_you_mean(service, names.iter().map(std::convert::AsRef::as_ref));
            format!(
                "there is no service `{service}`{}",
                near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
            )
        })?;
        let head = head(db, item).as_ref().ok_or(format!("`{service}` has mistakes"))?;
        let is = |slot: &Slot| slot.cluster.as_ref() == cluster && slot.item.as_deref() == each;
        let position = head.instances.iter().position(is).ok_or_else(|| {
            let known: Vec<String> = head.instances.iter().take(8).map(|slot| instance_name(service, slot)).collect();
            let known_cluster =
                if estate(db).cluster(cluster).is_some() { "" } else { ", and there is no such cluster" };
            format!("`{text}` is no instance{known_cluster}; there are {}", known.join(", "))
        })?;
        let slot = head.instances.get(position).cloned().ok_or("no such instance")?;
        Ok(Self { item, service: item.name(db), slot, position })
    }

    /// The service.
    #[must_use]
    pub fn item(&self) -> Item<'db> {
        self.item
    }

    /// Whether an Application is this instance's.
    #[must_use]
    pub fn is(&self, meaning: &Meaning) -> bool {
        meaning.slot == self.slot && meaning.service.as_ref() == self.service
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        instance_name(self.service, &self.slot)
    }
}
