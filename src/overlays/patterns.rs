//! Which lines show what is an instance's own in texts alone. Their texts become patterns, so that a service is evaluated
//! once for all instances that differ in nothing else.

use std::sync::Arc;

use super::contribution::{Action, Contributions, Frame};
use crate::syntax::ast::{Block, EntryKind, Expr, ExprKind, TextPart};
use crate::values::{Own, Value};

/// Marks the lines of Helm values whose texts may be patterns: nothing reads those but the chart. `each` is the name that
/// `each` gives, and its items.
pub fn mark_patterns(contributions: &mut Contributions<'_>, each: Option<(&Arc<str>, &[Value])>) {
    let frames = &contributions.frames;
    for line in &mut contributions.list {
        let (Action::Set(expr) | Action::Append(expr)) = line.action else { continue };
        let Some(frame) = frames.get(line.frame).filter(|_| is_helm_value(&line.path)) else { continue };
        line.patterned = Shown { frame, each }.is_pattern(expr);
    }
}

fn is_helm_value(path: &[Arc<str>]) -> bool {
    let source = match path {
        [source, _, rest @ ..] if source.as_ref() == "source" => rest,
        _ => path,
    };
    matches!(source, [helm, values, ..] if helm.as_ref() == "helm" && values.as_ref() == "values")
}

struct Shown<'s> {
    frame: &'s Frame,
    each: Option<(&'s Arc<str>, &'s [Value])>,
}

impl Shown<'_> {
    /// Whether an expression is made of texts that show what is an instance's own, and of what mentions nothing of it.
    fn is_pattern(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => self.is_text(name),
            ExprKind::Text(parts) => parts.iter().all(|part| match part {
                TextPart::Literal(_) => true,
                TextPart::Value(value) => match &value.kind {
                    ExprKind::Name(name) => self.is_text(name),
                    _ => !self.mentions_own(value),
                },
            }),
            ExprKind::List(items) => items.iter().all(|item| self.is_pattern(item)),
            ExprKind::Object(block) => self.is_object(block),
            _ => !self.mentions_own(expr),
        }
    }

    fn is_object(&self, block: &Block) -> bool {
        block.entries.iter().all(|entry| match &entry.kind {
            EntryKind::Assign { value, .. } => self.is_pattern(value),
            EntryKind::Nested { body, .. } => self.is_object(body),
            _ => false,
        })
    }

    fn mentions_own(&self, expr: &Expr) -> bool {
        let mut found = false;
        expr.walk(&mut |expr| {
            found |= matches!(&expr.kind, ExprKind::Name(name) if self.is_own(name));
        });
        found
    }

    /// Whether a name is a text if it is an instance's own; an item of `each` may be something else.
    fn is_text(&self, name: &str) -> bool {
        self.each.is_none_or(|(item, items)| item.as_ref() != name || items.iter().all(|item| item.as_text().is_some()))
    }

    fn is_own(&self, name: &str) -> bool {
        let is_named = self.frame.locals.iter().any(|(local, _)| local.as_ref() == name)
            || self.frame.deferred.iter().any(|deferred| deferred.name.as_ref() == name);
        !is_named && (Own::of_ambient(name).is_some() || self.each.is_some_and(|(item, _)| item.as_ref() == name))
    }
}
