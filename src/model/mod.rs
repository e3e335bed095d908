//! The resolved platform: hubs, clusters, teams, layers, services and their instances, without a trace of where in the
//! source they come from.

mod access;
mod auth;
mod bounds;
mod checks;
mod claims;
mod duration;
mod entities;
mod estates;
mod explain;
mod fields;
mod freezes;
mod gather;
mod heads;
mod identity;
mod kinds;
mod limits;
mod local;
mod lower;
mod namespaces;
mod objects;
mod owners;
mod parameters;
mod placement;
mod previews;
mod promoter;
mod promotion;
mod raw;
mod reach;
mod refusals;
mod removed;
mod reviews;
mod rollouts;
mod scheme;
mod secrets;
mod selector;
mod services;
mod settings;
mod spec;
mod spelling;
mod stages;
mod stored;
pub use access::{ADMINS_ALWAYS, Granted, OWNER_ALWAYS, Rights, actions, allows, rights, teams_of};
pub use auth::{Auth, Aws, Credential, Exec, External, Tls};
mod targets;
mod versions;

pub use bounds::{Bounds, Namespace, namespace, namespace_diagnostics};
pub use checks::{check_declaration, check_name};
pub use claims::{Alike, Claim, alike, claim, over, said, written};

pub use crate::text::some;
pub(crate) use duration::canonical;
pub use entities::{
    Cluster, DefaultProject, Deliver, Environment, Estate, Forge, Generator, Health, Hub, Layer, Order, Platform,
    Promoter, PromoterForge, Promotion, Repository, RepositoryKind, Role, Settings, Store, StoreKind, Team,
};
pub use estates::{estate, estate_diagnostics, worlds};
pub use explain::{Everywhere, Explained, Somewhere, everywhere, explain_value, given_role};
pub use freezes::{Freeze, Frozen, frozen};
pub(crate) use freezes::{freeze_diagnostics, freeze_span};
pub(crate) use heads::need_span;
pub use heads::{Head, Need, Slot, Used, head, head_diagnostics, instance_name};
pub(crate) use identity::moved_span;
pub use identity::{Identity, Moved, Moves, Names, identity, moved_diagnostics, moves, spoken_of};
pub use limits::Limits;
pub use local::{ValueKey, closure, images, local as local_path, value_keys, wanted_files, workloads};
pub use objects::BOUNDING;
pub(crate) use objects::Brought;
pub use owners::{ClusterName, Namespaces, Owned, namespace_owner, namespaces_of, ownership};
pub use previews::{Preview, PullForge, PullRequests, TimeToLive, Token, preview, preview_diagnostics};
pub(crate) use previews::{preview_line, preview_span};
pub use promotion::{Artifact, Edit, Promoted, Stop, promoted, promotion_diagnostics, says_promote};
pub use reach::{Given, OWN_ROLE, Reached, cluster_roles, given, is_reserved, own_actions};
pub use removed::{Removals, Removed, Workloads, never_deletes, removals, removed_diagnostics};
pub use reviews::{Read, Reader, codeowners_places, file_owner, owned_reads};
pub use rollouts::{Batch, Rollout, RolloutStep, rollout, rollout_diagnostics};
pub(crate) use rollouts::{rollout_span, step_spans};
pub use scheme::{Scheme, SchemePart};
pub use secrets::masked;
pub use selector::Requirement;
pub(crate) use services::brought_objects;
pub use services::{Service, Variant, service, service_diagnostics};
pub use spec::{Helm, Kustomize, Object, Origin, Plugin, Remote, Secret, Source, Spec, Sync, Tool};
pub use stages::{Relation, Running, Runs, Stage, Stages, running, stage_order};
pub use targets::{Place, User, places, users};
