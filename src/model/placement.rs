//! What an item says of itself before any cluster is looked at: where it stands, and names that it gives.

use std::sync::Arc;

use super::estates::{attribute, worlds};
use crate::db::Db;
use crate::diagnostics::{Sink, Span};
use crate::names::{Item, names};
use crate::schema::{Kind, Type};
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{Ambients, Expected, Scope, Value, boolean, check, evaluate_named};

/// The clusters that `on` selects.
pub(super) struct Placement {
    /// Their indices.
    pub(super) clusters: Vec<usize>,
    /// The condition, where no cluster meets it.
    pub(super) nowhere: Option<Span>,
}

/// The clusters that an item's `on` selects; all of them without one.
pub(super) fn placement<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) -> Placement {
    placed_by(db, item, "on", sink)
}

/// The clusters that an attribute of an item selects; all of them without it.
pub(super) fn placed_by<'db>(db: &'db dyn Db, item: Item<'db>, key: &str, sink: &mut Sink) -> Placement {
    let worlds = worlds(db);
    let Some(on) = attribute(db, item, key).filter(|on| !is_all(on)) else {
        return Placement { clusters: (0..worlds.len()).collect(), nowhere: None };
    };
    let mut found = Sink::default();
    let scope = Scope { ambients: Ambients::Condition, ..scope_of(db, item) };
    check(&scope, on, Expected::Value, &mut found);
    let holds = |index: &usize| {
        let scope = Scope { world: worlds.get(*index), ..scope };
        boolean(&scope, on, &mut found).unwrap_or(false)
    };
    let clusters: Vec<usize> = (0..worlds.len()).filter(holds).collect();
    let is_empty = clusters.is_empty() && !worlds.is_empty() && !found.has_errors();
    sink.extend(found.finish());
    Placement { clusters, nowhere: is_empty.then(|| scope.site.span(on.range)) }
}

/// Whether a placement is the word `all`.
pub(super) fn is_all(on: &Expr) -> bool {
    matches!(&on.kind, ExprKind::Name(name) if name.as_ref() == "all")
}

/// What can be named where no cluster is known.
pub(super) fn scope_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Scope<'db> {
    Scope {
        db,
        site: item.decl(db).site(db),
        names: names(db),
        locals: item.locals(db),
        item: None,
        ambients: Ambients::None,
        world: None,
        answers: None,
    }
}

/// The declaration of a kind that an expression names.
pub(super) fn reference<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    expr: &Expr,
    kind: Kind,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    let scope = scope_of(db, item);
    let mut found = Sink::default();
    let value = evaluate_named(&scope, expr, Expected::Kind(kind), &mut found);
    sink.extend(found.finish());
    match value.ok()? {
        Value::Reference(found, name) if found == kind => Some(name),
        other => {
            // The same words as where a constant is checked, so that it is said once.
            sink.push(crate::overlays::mismatch(&other, &Type::Reference(kind), scope.site.span(expr.range)));
            None
        }
    }
}
