//! What stands in `auth` as data: certificates, which are public, and a sealed text, which is of use to one cluster only.

use std::sync::LazyLock;

use regex::Regex;

use super::super::fields::Fields;
use super::base64::decode;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::overlays::Tree;

pub(super) fn check(auth: &Tree, sink: &mut Sink) {
    let fields = Fields(Some(auth));
    if let (Some(tree), Some(text)) = (fields.tree("ca"), fields.text("ca")) {
        sink.extend(authority(tree, &text));
    }
    let sealed = fields.block("sealed_secret");
    if let (Some(tree), Some(text)) = (sealed.tree("config"), sealed.text("config"))
        && !decode(&text).is_some_and(|bytes| is_sealed(&bytes))
    {
        sink.push(not_sealed(tree));
    }
    let external = fields.block("external_secret");
    if let (Some(tree), Some(key)) = (external.tree("key"), external.text("key"))
        && (key.starts_with('#') || key.ends_with('#'))
    {
        sink.push(
            Diagnostic::new(codes::BAD_VALUE, tree.span(), format!("`{key}` names nothing in a store"))
                .help("write `PATH`, or `PATH#PROPERTY`"),
        );
    }
}

fn authority(tree: &Tree, text: &str) -> Option<Diagnostic> {
    let bytes = decode(text);
    let inner = bytes.as_deref().map(String::from_utf8_lossy);
    if [Some(text), inner.as_deref()].into_iter().flatten().any(|text| text.contains("PRIVATE KEY-----")) {
        return Some(private_key(tree));
    }
    let problem = match inner {
        None => "this is no base64",
        Some(pem) if !are_certificates(&pem) => "this holds no certificates in PEM, or more than these",
        Some(_) => return None,
    };
    Some(
        Diagnostic::new(codes::BAD_CERTIFICATE, tree.span(), problem)
            .note("Argo CD drops a registration that it can't read, and trusts no server without its authority; only its log says so")
            .help("take `certificate-authority-data` of a kubeconfig, or what `base64 -w0 ca.crt` prints"),
    )
}

fn private_key(tree: &Tree) -> Diagnostic {
    Diagnostic::new(codes::PLAIN_SECRET, tree.span(), "`ca` holds a private key")
        .secret()
        .note("Git keeps what was ever committed; an authority is known by its certificates, and its key opens every cluster that trusts it")
        .help("take the certificates only, and replace the key where it is valid")
}

/// Whether a text is certificates in PEM, one after the other. A certificate in DER is a sequence, and begins so.
fn are_certificates(pem: &str) -> bool {
    static BLOCK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s)-----BEGIN CERTIFICATE-----\s([^-]*)-----END CERTIFICATE-----").ok());
    const SEQUENCE: u8 = 0x30;
    let Some(block) = BLOCK.as_ref() else { return true };
    let bodies: Vec<&str> = block.captures_iter(pem).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    let are_der = bodies.iter().all(|body| decode(body).is_some_and(|der| der.first() == Some(&SEQUENCE)));
    !bodies.is_empty() && are_der && pem.matches("-----BEGIN ").count() == bodies.len()
}

/// What `kubeseal` makes: the length of a key of RSA in two bytes, a session key sealed with it, and the text.
fn is_sealed(bytes: &[u8]) -> bool {
    const SHORTEST_KEY: usize = 256;
    const LONGEST_KEY: usize = 2048;
    /// The sign that the text is whole.
    const TAG: usize = 16;
    let [high, low, rest @ ..] = bytes else { return false };
    let key = usize::from(u16::from_be_bytes([*high, *low]));
    (SHORTEST_KEY..=LONGEST_KEY).contains(&key) && rest.len() > key + TAG
}

fn not_sealed(tree: &Tree) -> Diagnostic {
    Diagnostic::new(codes::NOT_SEALED, tree.span(), "this text is not sealed")
        .secret()
        .note("the controller refuses it, so Argo CD never gets in; and if it is the `config` itself, its credential now stands in Git")
        .help("write what `kubeseal --raw --namespace NAMESPACE --name cluster-NAME` prints; replace a credential that stood here")
}
