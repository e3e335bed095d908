//! The resolved platform: hubs, clusters, teams, layers, services and their instances, without a trace of where in the
//! source they come from.

mod bounds;
mod checks;
mod entities;
mod estates;
mod fields;
mod gather;
mod heads;
mod kinds;
mod limits;
mod local;
mod lower;
mod namespaces;
mod objects;
mod owners;
mod placement;
mod raw;
mod refusals;
mod scheme;
mod secrets;
mod selector;
mod services;
mod settings;
mod spec;
mod spelling;
mod targets;
mod versions;

pub use bounds::{Bounds, Namespace, namespace, namespace_diagnostics};
pub use checks::check_declaration;

pub use entities::{
    Cluster, Deliver, Environment, Estate, Generator, Health, Hub, Layer, Order, Platform, Repository, RepositoryKind,
    Settings, Team,
};
pub use estates::{estate, estate_diagnostics, worlds};
pub use gather::{Explained, explain_value};
pub(crate) use heads::need_span;
pub use heads::{Head, Need, Slot, Used, head, head_diagnostics};
pub use limits::Limits;
pub use local::{closure, wanted_files};
pub use lower::some;
pub use objects::BOUNDING;
pub(crate) use objects::Brought;
pub use owners::{Owned, namespace_owner, ownership};
pub use scheme::{Scheme, SchemePart};
pub use selector::Requirement;
pub(crate) use services::brought_objects;
pub use services::{Service, Variant, service, service_diagnostics};
pub use spec::{Helm, Kustomize, Object, Origin, Plugin, Source, Spec, Sync, Tool};
pub use targets::{Place, User, places, users};
