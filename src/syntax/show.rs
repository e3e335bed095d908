//! Expressions as text, in one spelling, whatever the source's blanks and breaks.

use std::fmt::{self, Display, Formatter};

use super::ast::{Argument, Expr, ExprKind, TextPart, UnaryOperator};

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Null => out.write_str("null"),
            ExprKind::Bool(value) => value.fmt(out),
            ExprKind::Int(value) => value.fmt(out),
            ExprKind::Float(value) => value.0.fmt(out),
            ExprKind::Text(parts) => text(parts, out),
            ExprKind::Name(name) => out.write_str(name),
            ExprKind::List(items) => bracketed(items, out),
            ExprKind::On(service, cluster) => write!(out, "{service} on {cluster}"),
            ExprKind::Object(_) => out.write_str("{ ... }"),
            ExprKind::Comprehension { name, over, filter, value } => {
                let filter = filter.as_ref().map(|filter| format!(" where {filter}")).unwrap_or_default();
                write!(out, "[for {} in {over}{filter}: {value}]", name.text)
            }
            ExprKind::Member(of, key) => write!(out, "{of}.{}", key.text),
            ExprKind::Index(of, key) => write!(out, "{of}[{key}]"),
            ExprKind::Call(callee, arguments) => call(callee, arguments, out),
            ExprKind::Unary(UnaryOperator::Not, of) => write!(out, "not {}", nested(of)),
            ExprKind::Unary(UnaryOperator::Minus, of) => write!(out, "-{}", nested(of)),
            ExprKind::Binary(operator, left, right) => {
                write!(out, "{} {} {}", nested(left), operator.text(), nested(right))
            }
            ExprKind::If(condition, then, otherwise) => write!(out, "if {condition} then {then} else {otherwise}"),
            ExprKind::Broken => out.write_str("..."),
        }
    }
}

fn nested(expr: &Expr) -> String {
    let joined = match &expr.kind {
        ExprKind::Binary(operator, ..) => !operator.is_comparison(),
        kind => matches!(kind, ExprKind::If(..)),
    };
    if joined { format!("({expr})") } else { expr.to_string() }
}

fn text(parts: &[TextPart], out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("\"")?;
    for part in parts {
        match part {
            TextPart::Literal(text) => {
                out.write_str(&text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))?;
            }
            TextPart::Value(expr) => write!(out, "${{{expr}}}")?,
        }
    }
    out.write_str("\"")
}

fn bracketed(items: &[Expr], out: &mut Formatter<'_>) -> fmt::Result {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    write!(out, "[{}]", items.join(", "))
}

fn call(callee: &Expr, arguments: &[Argument], out: &mut Formatter<'_>) -> fmt::Result {
    let argument = |argument: &Argument| match &argument.name {
        Some(name) => format!("{} = {}", name.text, argument.value),
        None => argument.value.to_string(),
    };
    write!(out, "{callee}({})", arguments.iter().map(argument).collect::<Vec<_>>().join(", "))
}
