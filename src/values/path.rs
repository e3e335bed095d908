//! Paths of a service's own attributes, where one is asked for: names, dots and quoted keys.

use std::sync::Arc;

use super::resolve::Scope;
use super::value::Value;
use crate::diagnostics::{self as codes, Diagnostic, Reported, Sink, did_you_mean};
use crate::schema::{Below, below};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::is_word;
use crate::text::TextRange;

/// The keys that an expression is made of, if it is a path.
#[must_use]
pub fn path_keys(expr: &Expr) -> Option<Vec<(Arc<str>, TextRange)>> {
    let mut here = expr;
    let mut keys = vec![];
    loop {
        match &here.kind {
            ExprKind::Name(word) => keys.push((Arc::clone(word), here.range)),
            ExprKind::Member(_, key) => keys.push((Arc::clone(&key.text), key.range)),
            ExprKind::Index(_, key) => keys.push((key.literal()?.into(), key.range)),
            _ => return None,
        }
        match &here.kind {
            ExprKind::Member(of, _) | ExprKind::Index(of, _) => here = of,
            _ => break,
        }
    }
    keys.reverse();
    Some(keys)
}

/// The path, if the table knows it.
pub(super) fn value(scope: &Scope<'_>, keys: &[(Arc<str>, TextRange)], sink: &mut Sink) -> Result<Value, Reported> {
    let path: Arc<[Arc<str>]> = keys.iter().map(|(key, _)| Arc::clone(key)).collect();
    match below(&path) {
        Ok(_) => Ok(Value::Path(path)),
        Err((at, known)) => Err(sink.error(unknown(scope, keys, at, known))),
    }
}

fn unknown(scope: &Scope<'_>, keys: &[(Arc<str>, TextRange)], at: usize, known: Below) -> Diagnostic {
    let (before, rest) = keys.split_at(at);
    let before: Vec<Arc<str>> = before.iter().map(|(key, _)| Arc::clone(key)).collect();
    let (key, range) = rest.first().map_or(("", TextRange::default()), |(key, range)| (key.as_ref(), *range));
    let message = if before.is_empty() {
        format!("a service has no `{key}` that could differ between stages")
    } else {
        format!("`{}` has no `{key}`", show(&before))
    };
    let finding = Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, scope.site.span(range), message);
    let Below::Keys(block) = known else { return finding.help(format!("write `{}`", show(&before))) };
    let names = || block.attributes.iter().filter(|known| known.can_differ()).map(|known| known.name);
    let near = did_you_mean(key, names());
    let others = || format!("there are {}", names().collect::<Vec<_>>().join(", "));
    finding.meant(key, near).help_if(near.is_none().then(others))
}

/// A path as one would write it.
pub(super) fn show(keys: &[Arc<str>]) -> String {
    let mut out = String::new();
    for key in keys {
        match (is_word(key), out.is_empty()) {
            (true, true) => out.push_str(key),
            (true, false) => out.extend([".", key.as_ref()]),
            (false, _) => out.extend(["[\"", key.as_ref(), "\"]"]),
        }
    }
    out
}
