//! The names that hold in a frame, for one instance.

use std::borrow::Cow;
use std::sync::Arc;

use super::condition::Facts;
use super::contribution::Contributions;
use crate::diagnostics::Sink;
use crate::values::{Ambients, Expected, Scope, Value, World, evaluate};

/// The locals of a frame on a cluster: those that are the same everywhere, and arguments that are not.
pub fn locals<'c>(
    facts: Facts<'_>,
    contributions: &'c Contributions<'_>,
    frame: usize,
    world: &World,
) -> Cow<'c, [(Arc<str>, Value)]> {
    let frame = &contributions.frames[frame];
    if frame.deferred.is_empty() {
        return Cow::Borrowed(&frame.locals);
    }
    let mut locals = frame.locals.clone();
    for deferred in &frame.deferred {
        let outer = &contributions.frames[deferred.frame].locals;
        let scope = scope_in(facts, contributions, deferred.frame, outer, Ambients::All, Some(world));
        let value = evaluate(&scope, &deferred.argument, Expected::Value, &mut Sink::default());
        locals.push((Arc::clone(&deferred.name), value.unwrap_or(Value::Null)));
    }
    Cow::Owned(locals)
}

/// The scope of a frame.
#[must_use]
pub fn scope_in<'s>(
    facts: Facts<'s>,
    contributions: &Contributions<'_>,
    frame: usize,
    locals: &'s [(Arc<str>, Value)],
    ambients: Ambients,
    world: Option<&'s World>,
) -> Scope<'s> {
    Scope {
        db: facts.db,
        site: contributions.frames[frame].site,
        names: facts.names,
        locals,
        item: facts.each.map(|(name, _)| name),
        ambients,
        world,
        answers: None,
    }
}
