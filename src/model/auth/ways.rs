//! Exactly one way into a cluster, and one that is taken.

use super::super::fields::Fields;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::overlays::Tree;

const WAYS: [&str; 6] = ["aws", "gcp", "azure", "exec", "external_secret", "sealed_secret"];

/// Argo CD's own cluster, as it knows it.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// The only way that `auth` says.
pub(super) fn only(cluster: &Tree, auth: &Tree, sink: &mut Sink) -> Option<&'static str> {
    if auth.is_broken() {
        return None;
    }
    never_taken(cluster, auth, sink);
    let said: Vec<&str> = WAYS.into_iter().filter(|way| auth.get(way).is_some()).collect();
    match said.as_slice() {
        [] => sink.push(none(auth)),
        [only] => {
            beside(auth, only, sink);
            return WAYS.into_iter().find(|way| way == only);
        }
        [first, others @ ..] => others.iter().for_each(|way| sink.push(second(auth, first, way))),
    }
    None
}

fn none(auth: &Tree) -> Diagnostic {
    Diagnostic::new(codes::NOT_ONE_WAY_IN, auth.span(), "`auth` says no way into the cluster")
        .note("a `config` without a credential is written over the one that somebody puts there by other means")
        .help(format!("write one of `{}`, or leave `auth` away", WAYS.join("`, `")))
}

fn second(auth: &Tree, first: &str, way: &str) -> Diagnostic {
    let span = |way: &str| auth.get(way).unwrap_or(auth).span();
    Diagnostic::new(codes::NOT_ONE_WAY_IN, span(way), format!("`{way}` is a second way into the cluster"))
        .also(span(first), "the first one")
        .note("Argo CD takes one of several ways and passes over the others, without a word")
        .help("leave all but one away")
        .superfluous(&format!("Take `{way}` away"), Some(way))
}

/// What is said of TLS beside a `config` that comes as a whole would be lost.
fn beside(auth: &Tree, way: &str, sink: &mut Sink) {
    if !matches!(way, "external_secret" | "sealed_secret") {
        return;
    }
    for tree in ["ca", "server_name"].into_iter().filter_map(|key| auth.get(key)) {
        sink.push(
            Diagnostic::new(codes::EXCLUSIVE_ATTRIBUTES, tree.span(), format!("`{way}` brings the whole `config`"))
                .note("Argo CD reads what TLS needs from `tlsClientConfig` of the same `config`")
                .help("leave it away here, and put it into the `config`: `caData`, `serverName`")
                .superfluous("Take it away", None),
        );
    }
}

fn never_taken(cluster: &Tree, auth: &Tree, sink: &mut Sink) {
    let fields = Fields(Some(cluster));
    let new = |message: &str| Diagnostic::new(codes::WAY_NOT_TAKEN, auth.span(), message);
    if let (Some(register), false) = (fields.tree("register"), fields.flag("register", true)) {
        sink.push(
            new("`auth` of a cluster that is not registered")
                .also(register.span(), "somebody else registers it")
                .note("the way in stands in the registration, and the platform writes none")
                .help("leave `auth` away, or `register = false`")
                .superfluous("Take `auth` away", Some("auth")),
        );
    }
    if fields.text("server").is_some_and(|server| server.as_ref() == IN_CLUSTER) {
        sink.push(
            new("`auth` of the cluster that Argo CD runs on")
                .note("there Argo CD takes its own service account, whatever the registration says")
                .help("leave `auth` away")
                .superfluous("Take `auth` away", Some("auth")),
        );
    }
}
