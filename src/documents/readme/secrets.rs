use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::cells::cell;
use crate::model::{Remote, Secret, Service, Tool, some};

/// Where the keys of a service's Secrets are read from: by Secret, store and key, the places in the store.
type Rows<'s> = BTreeMap<(&'s Arc<str>, &'s Arc<str>, String), BTreeSet<String>>;

/// Which Secrets a service has, and where their content is. The content itself is known to nobody here.
pub(super) fn secrets(out: &mut String, service: &Service) {
    let mut rows = Rows::new();
    for source in service.variants.iter().flat_map(|variant| &variant.spec.sources) {
        if let Tool::Secrets(secrets) = &source.tool {
            secrets.iter().for_each(|secret| add(secret, &mut rows));
        }
    }
    if rows.is_empty() {
        return;
    }
    out.push_str("\n## Its secrets\n\n| Secret | store | key | read from |\n|---|---|---|---|\n");
    for ((secret, store, key), places) in rows {
        let places: Vec<&str> = places.iter().map(AsRef::as_ref).collect();
        let _ = writeln!(out, "| {secret} | {store} | {key} | {} |", cell(&some(&places)));
    }
}

fn add<'s>(secret: &'s Secret, rows: &mut Rows<'s>) {
    let all = secret.all.iter().map(|place| ("all".to_owned(), place));
    let keys = secret.keys.iter().map(|(key, place)| (format!("`{key}`"), place));
    for (key, place) in all.chain(keys) {
        rows.entry((&secret.name, &secret.store, key)).or_default().insert(shown(place));
    }
}

fn shown(place: &Remote) -> String {
    match &place.property {
        Some(property) => format!("`{}#{property}`", place.key),
        None => format!("`{}`", place.key),
    }
}
