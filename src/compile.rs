//! The facade: everything that commands, watching and editors ask for.

use crate::db::Db;
use crate::diagnostics::{Diagnostic, Severity, sort};
use crate::model::{check_declaration, estate_diagnostics, head_diagnostics, service_diagnostics};
use crate::names::{Item, declarations, duplicates, items, reachable};
use crate::schema::Kind;
use crate::source::outline;
use crate::syntax::syntax;

/// Every finding of the platform, in the order of files and lines.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut all = reachable(db).diagnostics.clone();
    for file in &reachable(db).files {
        let outline = outline(db, *file);
        all.extend(outline.diagnostics.iter().cloned());
        for decl in &outline.decls {
            all.extend(syntax(db, *decl).diagnostics.iter().cloned());
            all.extend(items(db, *decl).diagnostics.iter().cloned());
        }
    }
    all.extend(duplicates(db));
    all.extend(estate_diagnostics(db).iter().cloned());
    for item in &declarations(db).items {
        all.extend(item_diagnostics(db, *item));
    }
    all.extend(crate::checks::platform_diagnostics(db).iter().cloned());
    sort(db, &mut all);
    all
}

fn item_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Diagnostic> {
    let mut all = check_declaration(db, item).clone();
    if item.kind(db) == Kind::Service {
        all.extend(head_diagnostics(db, item).iter().cloned());
        all.extend(service_diagnostics(db, item).iter().cloned());
    }
    all
}

/// Whether some finding forbids to write anything.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}
