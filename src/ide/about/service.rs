use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::Db;
use crate::documents::application_paths;
use crate::ide::markdown::{Facts, code};
use crate::ide::summary::{glance, parameters};
use crate::model::{estate, head};
use crate::names::{Item, body, declarations};
use crate::plan::{self, Reason};
use crate::schema::Kind;
use crate::syntax::ast::{EntryKind, ExprKind};
use crate::text::counted;

/// What is worth knowing of a service.
pub(super) fn facts<'db>(db: &'db dyn Db, item: Item<'db>) -> Facts {
    let mut facts = Facts::default();
    let (Some(head), Some(glance)) = (head(db, item), glance(db, item)) else { return facts };
    let contact = estate(db).team(&head.owner).and_then(|team| team.contact.clone());
    facts.item("owner", contact.map_or(head.owner.to_string(), |contact| format!("{} ({contact})", head.owner)));
    facts.item("layer", format!("{}, {}", head.layer, glance.wave()));
    let clusters: BTreeSet<&Arc<str>> = head.instances.iter().map(|slot| &slot.cluster).collect();
    facts.item(&format!("on {}", glance.places()), crate::ide::markdown::names(clusters));
    facts.item("namespace", glance.namespace.as_deref().unwrap_or("differs from cluster to cluster"));
    facts.names("needs", needs(db, head.name.as_ref()));
    facts.names("needed by", plan::needed_anyhow(db, item));
    facts.item("becomes", files(db, item));
    facts
}

/// What a service needs, each with why where nobody wrote it down.
fn needs(db: &dyn Db, service: &str) -> BTreeSet<String> {
    let need = |edge: &plan::Edge| match &edge.reason {
        Reason::Written => Some(edge.service.to_string()),
        Reason::Inferred(why) => Some(format!("{} (uses {why})", edge.service)),
        Reason::Layer(_) => None,
    };
    plan::needs(db, service, None).iter().filter_map(need).collect()
}

fn files<'db>(db: &'db dyn Db, item: Item<'db>) -> String {
    let Some(platform) = &estate(db).platform else { return String::new() };
    let paths = application_paths(db, item);
    let first = paths.first().map(|path| code(&platform.repository_path(path))).unwrap_or_default();
    match paths.len() {
        0 | 1 => first,
        count => format!("{first} and {} more", count - 1),
    }
}

/// What is worth knowing of a template.
pub(super) fn of_template<'db>(db: &'db dyn Db, item: Item<'db>) -> Facts {
    let mut facts = Facts::default();
    for parameter in parameters(db, item) {
        facts.item(&code(&parameter.show()), parameter.doc.as_deref().unwrap_or(" "));
    }
    let users = users(db, item.name(db));
    facts.item(&format!("used by {}", counted(users.len(), "service")), crate::ide::markdown::names(users));
    facts
}

/// The services that use a template.
pub(in crate::ide) fn users<'db>(db: &'db dyn Db, template: &str) -> Vec<&'db Arc<str>> {
    let uses = |item: &Item<'db>| {
        body(db, *item).is_some_and(|named| {
            named.body.entries.iter().any(|entry| match &entry.kind {
                EntryKind::Assign { key, value, .. } if key.text.as_ref() == "use" => {
                    used(&value.kind) == Some(template)
                }
                _ => false,
            })
        })
    };
    declarations(db).of(db, Kind::Service).filter(uses).map(|item| item.name(db)).collect()
}

fn used(value: &ExprKind) -> Option<&str> {
    match value {
        ExprKind::Name(name) => Some(name),
        ExprKind::Call(callee, _) => used(&callee.kind),
        _ => None,
    }
}
