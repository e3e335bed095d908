//! Where a preview may show what is known of its pull request.

use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::source::Site;
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{PULL, PULL_FACTS, computed};

/// What a value of a preview may show of a pull request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// Everything: it is data to whoever reads it.
    All,
    /// What has letters, digits and dashes alone.
    Plain,
    /// Nothing: it is written before any pull request is there.
    Nothing,
}

/// Checks the value at `keys` of a preview.
pub(super) fn check(keys: &[&str], value: &Expr, site: Site, sink: &mut Sink) {
    let mut found = vec![];
    computed(value, &mut found);
    for range in found {
        sink.push(
            Diagnostic::new(codes::PULL_NOT_SHOWN, site.span(range), "nothing can be computed of a pull request")
                .note("there is none while the platform is compiled: Argo CD puts the text in, once for each")
                .help("show it as it is, such as `\"${pr.number}\"`, and let the chart do the rest"),
        );
    }
    let shows = shows(keys);
    value.walk(&mut |expr| {
        let ExprKind::Member(of, key) = &expr.kind else { return };
        if !matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == PULL) {
            return;
        }
        let fact = PULL_FACTS.iter().find(|fact| fact.name == key.text.as_ref());
        let finding = |message: String| Diagnostic::new(codes::PULL_NOT_SHOWN, site.span(expr.range), message);
        match (shows, fact) {
            (Shows::Nothing, _) => sink.push(
                finding(format!("`{}` can't differ from one pull request to the next", keys.join(".")))
                    .note("it is read, or written into a file, before any pull request is there")
                    .help("show the pull request in Helm values, in Kustomize's images, in a revision or in the namespace"),
            ),
            (Shows::Plain, Some(fact)) if !fact.is_plain => sink.push(
                finding(format!("`{PULL}.{}` may hold anything", fact.name))
                    .note("whoever opens a pull request writes it, and it would stand where a name or a version is read")
                    .help(format!("take one of {}; the others stand in Helm values and annotations", plain())),
            ),
            _ => {}
        }
    });
}

fn plain() -> String {
    let plain = PULL_FACTS.iter().filter(|fact| fact.is_plain).map(|fact| format!("`{PULL}.{}`", fact.name));
    plain.collect::<Vec<_>>().join(", ")
}

fn shows(keys: &[&str]) -> Shows {
    match keys {
        ["source", _, rest @ ..] => shows(rest),
        ["helm", "values", ..] | ["annotations", ..] => Shows::All,
        ["helm" | "kustomize" | "plugin", "path" | "repo" | "value_files" | "components", ..] | ["manifests", ..] => {
            if matches!(keys, ["manifests", "revision"]) { Shows::Plain } else { Shows::Nothing }
        }
        ["namespace"] | ["helm" | "kustomize" | "plugin" | "links", ..] => Shows::Plain,
        _ => Shows::Nothing,
    }
}
