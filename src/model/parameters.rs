//! The parameters of templates.

use crate::syntax::ast::{Block, EntryKind, Expr, Word};
use crate::values::Value;

/// Its name, its type, and its default.
pub(super) type Parameter<'a> = (&'a Word, &'a Word, Option<&'a Expr>);

/// The parameters of a template.
pub(super) fn parameters(body: &Block) -> impl Iterator<Item = Parameter<'_>> {
    body.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Param { name, of, default } => Some((name, of, default.as_ref())),
        _ => None,
    })
}

/// Whether a value has a parameter's type.
pub(super) fn fits(value: &Value, of: &str) -> bool {
    match of {
        "string" => matches!(value, Value::Text(_) | Value::Reference(..)),
        "int" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Float(_) | Value::Int(_)),
        "bool" => matches!(value, Value::Bool(_)),
        "list" => matches!(value, Value::List(_)),
        "object" => matches!(value, Value::Object(_)),
        _ => true,
    }
}
