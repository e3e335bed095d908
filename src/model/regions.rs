//! Regions are whatever clusters say; one that no cluster has is misspelt.

use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::source::Site;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind};
use crate::values::World;

/// Reports regions that a condition compares with and no cluster has.
pub(super) fn check(worlds: &[World], condition: &Expr, site: Site, sink: &mut Sink) {
    condition.walk(&mut |expr| {
        if let ExprKind::Binary(operator, left, right) = &expr.kind
            && operator.is_comparison()
            && matches!(&left.kind, ExprKind::Name(name) if name.as_ref() == "region")
        {
            let excluded = matches!(operator, BinaryOperator::NotEqual | BinaryOperator::NotIn);
            right.walk(&mut |literal| unknown(worlds, literal, excluded, site, sink));
        }
    });
}

/// A region that is only excluded may well be one of the future; then only what is nearly a known one is refused.
fn unknown(worlds: &[World], expr: &Expr, excluded: bool, site: Site, sink: &mut Sink) {
    let Some(text) = expr.literal() else { return };
    let known = || worlds.iter().filter_map(|world| world.region.as_deref());
    let near = did_you_mean(text, known()).map(|near| format!("did you mean `\"{near}\"`?"));
    let misspelt = near.is_some() || !excluded;
    if misspelt && known().next().is_some() && !known().any(|region| region == text) {
        let message = format!("no cluster is in region \"{text}\"");
        sink.push(Diagnostic::new(codes::UNKNOWN_NAME, site.span(expr.range), message).help_if(near));
    }
}
