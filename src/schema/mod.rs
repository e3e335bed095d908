//! The one table of kinds, attributes, types, defaults and documentation. Checker, completion, hover, formatter and the
//! language reference read it; nothing is described twice.

mod actions;
mod auth;
mod entities;
mod freezes;
mod functions;
mod identity;
mod namespaces;
mod paths;
mod policies;
mod previews;
mod reference;
mod rollouts;
mod secrets;
mod services;
mod sources;
mod types;

pub use actions::{ACTIONS, Action, BuiltInRole, ROLES, Reach, action_of};
pub use functions::{FORGES, FUNCTIONS, Function, PARAMETER_TYPES, PROVIDERS, Parameter};
pub use identity::{MOVED, REMOVED, body_of};
pub use paths::{Below, below, below_in};
pub use policies::{FACTS, Fact, Over, QUESTIONS, asked_for, question};
pub use previews::PREVIEW_DIFFERS;
pub use reference::language_reference;
pub use services::{SERVICE, SERVICE_DEFAULTS, TEMPLATE};
pub use types::{Attribute, BlockSchema, Choice, Form, Kind, KindSchema, Text, Type, Version};

/// All kinds that can be declared, in reading order.
pub const KINDS: &[KindSchema] = entities::KINDS;

/// What a condition and every expression of a service may name beside its own locals.
pub const AMBIENTS: &[(&str, &str)] = &[
    ("cluster", "the cluster's name"),
    ("env", "the cluster's environment"),
    ("region", "the cluster's region, or null"),
    ("labels", "the cluster's labels; one that is missing is null in a condition"),
    ("vars", "the variables of platform, environment and cluster; not in conditions"),
    ("service", "the service's name; not in conditions"),
    ("owner", "the team that owns the service; not in conditions"),
    ("pr", "the pull request that a preview is for; only in `preview`"),
];

/// The schema of a kind.
#[must_use]
pub fn kind(kind: Kind) -> &'static KindSchema {
    let found = KINDS.iter().find(|schema| schema.kind == kind);
    found.unwrap_or(&KINDS[0])
}

/// What stands in the `preview` of a service.
pub const PREVIEW: &BlockSchema = &previews::PREVIEW;

/// What stands in the `rollout` of a service.
pub const ROLLOUT: &BlockSchema = &rollouts::ROLLOUT;

/// What the table says of a value of a service: whether it must be there, or what it is without a line. Below free keys, such
/// as those of Helm values, every path is known.
#[must_use]
pub fn attribute_at(path: &[&str]) -> Option<Form> {
    attribute_in(&SERVICE_DEFAULTS, path)
}

/// The same of a value of any declaration, by the block of its kind.
#[must_use]
pub fn attribute_in(block: &'static BlockSchema, path: &[&str]) -> Option<Form> {
    let mut block = block;
    let mut keys = path.iter();
    while let Some(key) = keys.next() {
        let attribute = block.attribute(key)?;
        match attribute.of {
            Type::Block(inner) => block = inner,
            Type::Map(_) | Type::Object | Type::Objects | Type::Named(_) | Type::List(_) => {
                return Some(attribute.form);
            }
            _ => return keys.next().is_none().then_some(attribute.form),
        }
    }
    Some(Form::Optional)
}

/// The kind that a word declares.
#[must_use]
pub fn kind_of_word(word: &str) -> Option<Kind> {
    KINDS.iter().find(|schema| schema.kind.word() == word).map(|schema| schema.kind)
}
