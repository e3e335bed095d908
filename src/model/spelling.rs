//! Regions and labels are whatever clusters say; one that no cluster has is misspelt.

use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::source::Site;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind};
use crate::values::World;

/// Reports regions and labels that a condition asks for and no cluster has.
pub(super) fn check(worlds: &[World], condition: &Expr, site: Site, sink: &mut Sink) {
    condition.walk(&mut |expr| {
        label(worlds, expr, site, sink);
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
    let near = did_you_mean(text, known());
    let misspelt = near.is_some() || !excluded;
    if misspelt && known().next().is_some() && !known().any(|region| region == text) {
        let message = format!("no cluster is in region \"{text}\"");
        let at = site.span(expr.range);
        let help = near.map(|near| format!("did you mean `\"{near}\"`?"));
        sink.push(Diagnostic::new(codes::UNKNOWN_NAME, at, message).help_if(help).meant_by(at, text, near));
    }
}

/// A label that no cluster has may be one of the future; what is nearly one that there is, is refused.
fn label(worlds: &[World], expr: &Expr, site: Site, sink: &mut Sink) {
    let ExprKind::Member(of, key) = &expr.kind else { return };
    if !matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == "labels") {
        return;
    }
    let known = || worlds.iter().flat_map(|world| world.labels.keys()).map(AsRef::as_ref);
    if known().any(|label| label == key.text.as_ref()) {
        return;
    }
    if let Some(near) = did_you_mean(&key.text, known()) {
        let message = format!("no cluster has a label `{}`", key.text);
        let at = site.span(key.range);
        sink.push(
            Diagnostic::new(codes::UNKNOWN_NAME, at, message).help(format!("did you mean `labels.{near}`?")).meant_by(
                at,
                &key.text,
                Some(near),
            ),
        );
    }
}
