//! Freezes without anything to hold back.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{estate, freeze_span, frozen, head};
use crate::names::declarations;
use crate::schema::Kind;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let held = held(db);
    for (kind, of, freezes) in frozen(db).all().filter(|(kind, of, _)| !held.contains(&(*kind, Arc::clone(of)))) {
        for freeze in freezes {
            let Some(span) = freeze_span(db, kind, of, &freeze.name) else { continue };
            let message = format!("`{}` holds nothing back: nothing runs in {} `{of}`", freeze.name, kind.word());
            sink.push(
                Diagnostic::new(codes::FREEZES_NOTHING, span, message)
                    .note("a window without an Application to act on is no part of any project")
                    .help("leave it away, or declare it where something runs"),
            );
        }
    }
}

/// The environments, layers and services that something runs in.
fn held(db: &dyn Db) -> BTreeSet<(Kind, Arc<str>)> {
    let mut held = BTreeSet::new();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()) {
        let clusters = head.instances.iter().filter_map(|slot| estate(db).cluster(&slot.cluster));
        held.extend(clusters.map(|cluster| (Kind::Environment, Arc::clone(&cluster.environment))));
        if !head.instances.is_empty() {
            held.extend([(Kind::Layer, Arc::clone(&head.layer)), (Kind::Service, Arc::clone(&head.name))]);
        }
    }
    held
}
