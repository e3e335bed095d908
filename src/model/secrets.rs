//! Secrets that stand in the source as they are. What is found is never shown.

use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::RegexSet;

use super::fields::{Fields, source_blocks};
use super::local::values_file;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::overlays::Tree;
use crate::values::{Value, text_of};

/// Texts that are a secret wherever they stand: private keys and the tokens of well-known services.
static SHAPES: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----",
        r"\bA(KIA|SIA)[0-9A-Z]{16}\b",
        r"\bgh[pousr]_[0-9A-Za-z]{36,}\b",
        r"\bgithub_pat_[0-9A-Za-z_]{40,}\b",
        r"\bglpat-[0-9A-Za-z_-]{20,}",
        r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
        r"\b[sr]k_live_[0-9A-Za-z]{16,}\b",
        r"\bAIza[0-9A-Za-z_-]{35}\b",
        r"\bhv[sb]\.[0-9A-Za-z_-]{20,}",
        r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",
        r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
        r"\bnpm_[0-9A-Za-z]{36}\b",
        r"\bdop_v1_[0-9a-f]{64}\b",
        r"\bAccountKey=[0-9A-Za-z+/]{40,}",
        r"\b[a-z][a-z0-9+.-]*://[^/\s:@${}<>]+:[^/\s:@${}<>]+@",
    ])
    .ok()
});

/// What no text of these shapes is without. Most texts have none of it, and the expressions take longer to compile than a
/// small platform.
const SIGNS: [&str; 21] = [
    "-----BEGIN",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "k_live_",
    "AIza",
    "hvs.",
    "hvb.",
    "SG.",
    "eyJ",
    "npm_",
    "dop_v1_",
    "AccountKey=",
    "@",
];

static SIGN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(SIGNS).ok());

/// Ends of keys of which every text is a secret.
const SECRET_KEYS: [&str; 8] =
    ["password", "passwd", "passphrase", "privatekey", "apikey", "accesstoken", "authtoken", "bearertoken"];

/// Ends of keys that hold a secret, or the name of one.
const SUSPICIOUS_KEYS: [&str; 6] = ["secret", "token", "secretkey", "accesskey", "credentials", "authkey"];

/// Parts of keys below which texts are names of secrets and of their keys.
const NAMING_KEYS: [&str; 7] =
    ["secretkeys", "secretref", "secretkeyref", "existingsecret", "remoteref", "secretstore", "valuefrom"];

/// Looks through everything of a service that ends in a manifest.
pub(super) fn check(db: &dyn Db, tree: &Tree, sink: &mut Sink) {
    let mut search = Search { keys: vec![], place: &MANIFEST, sink };
    for block in source_blocks(tree) {
        let parts: [&[&str]; 11] = [
            &["helm", "repo"],
            &["kustomize", "repo"],
            &["manifests", "repo"],
            &["plugin", "repo"],
            &["helm", "values"],
            &["helm", "parameters"],
            &["kustomize", "patches"],
            &["plugin", "env"],
            &["plugin", "parameters"],
            &["manifests", "object"],
            &["application"],
        ];
        parts.into_iter().filter_map(|path| block.at(path)).for_each(|part| search.tree(part));
        super::stored::blocks(block).for_each(|(_, secret)| search.stored(secret));
        if let Some(files) = Fields(Some(block)).block("helm").tree("value_files") {
            search.files(db, files);
        }
    }
}

/// What becomes of a text, and how to mend it.
struct Kept {
    note: &'static str,
    help: &'static str,
    /// Whether a key that speaks of a secret holds one, and never the name of one.
    is_literal: bool,
}

const MANIFEST: Kept = Kept {
    note: "Git keeps what was ever committed, and Argo CD shows values to all who may see the Application",
    help: "replace it where it is valid and keep it in a store: `secret NAME { store = ...  keys { ... } }` makes a Secret to name here",
    is_literal: false,
};

const COMMAND: Kept = Kept {
    note: "Git keeps what was ever committed, and who gets into a cluster this way can do all that Argo CD can",
    help: "take it out of Git, replace it where it is valid, and let `external_secret` or `sealed_secret` bring the `config`",
    is_literal: true,
};

const REGISTRATION: Kept = Kept {
    note: "Git keeps what was ever committed, and what is registered stands in the tree once more",
    help: "take it out of Git, replace it where it is valid, and bring the credential by other means",
    is_literal: false,
};

/// Looks through the command that prints a cluster's credential.
pub(super) fn check_command(exec: &Tree, sink: &mut Sink) {
    let mut search = Search { keys: vec![], place: &COMMAND, sink };
    for part in ["env", "config"].into_iter().filter_map(|key| exec.get(key)) {
        search.tree(part);
    }
    if let Some(args) = exec.get("args") {
        search.arguments(args);
    }
}

/// Looks through what is said of something that is registered.
pub(super) fn check_registered(tree: &Tree, sink: &mut Sink) {
    let mut search = Search { keys: vec![], place: &REGISTRATION, sink };
    for key in ["url", "server", "credential", "repo"] {
        tree.get(key).into_iter().for_each(|part| search.tree(part));
    }
}

struct Search<'s> {
    /// The keys above, in small letters and without signs.
    keys: Vec<String>,
    place: &'static Kept,
    sink: &'s mut Sink,
}

impl Search<'_> {
    fn tree(&mut self, tree: &Tree) {
        match tree {
            Tree::Branch(children, _) => {
                // What a Secret says is reported with its object.
                let says = |key: &str| tree.get("kind").is_some_and(is_secret) && matches!(key, "data" | "stringData");
                for (key, child) in children.iter().filter(|(key, _)| !says(key)) {
                    self.keys.push(plain(key));
                    self.tree(child);
                    self.keys.pop();
                }
            }
            Tree::Leaf(value, span) => self.value(value, *span, None),
            Tree::Broken(_) => {}
        }
    }

    /// What follows a flag, after a blank or a `=`, is its value.
    fn arguments(&mut self, args: &Tree) {
        let value = args.value();
        let mut before = String::new();
        for arg in value.as_list().unwrap_or_default().iter().filter_map(Value::as_text) {
            let (flag, text) = match arg.split_once('=') {
                Some((flag, text)) if flag.starts_with('-') => (flag, text),
                _ => (before.as_str(), arg.as_ref()),
            };
            self.keys.push(plain(flag));
            self.value(&Value::Text(text.into()), args.span(), None);
            self.keys.pop();
            before = if arg.starts_with('-') { arg.to_string() } else { String::new() };
        }
    }

    /// What says where a store has a secret: anything but what has the form of one.
    fn stored(&mut self, secret: &Tree) {
        self.keys.push(NAMING_KEYS[0].to_owned());
        ["keys", "all", "labels", "annotations"]
            .iter()
            .filter_map(|key| secret.get(key))
            .for_each(|part| self.tree(part));
        self.keys.pop();
    }

    fn files(&mut self, db: &dyn Db, files: &Tree) {
        for path in files.value().as_list().unwrap_or_default().iter().filter_map(Value::as_text) {
            if let Some(values) = values_file(db, path) {
                self.value(values, files.span(), Some(path));
            }
        }
    }

    fn value(&mut self, value: &Value, span: Span, file: Option<&str>) {
        match value {
            Value::Text(text) => {
                if let Some(what) = secret(&self.keys, text, self.place.is_literal) {
                    self.sink.push(finding(what, span, file, &self.keys, self.place));
                }
            }
            Value::Pattern(pieces) => {
                self.value(&Value::Text(text_of(pieces, str::to_owned).into()), span, file);
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item, span, file)),
            Value::Object(object) => {
                // A variable of a container has its name beside its value.
                let variable = object.get("name").and_then(Value::as_text);
                for (key, value) in object.iter() {
                    self.keys.push(plain(variable.filter(|_| key.as_ref() == "value").unwrap_or(key)));
                    self.value(value, span, file);
                    self.keys.pop();
                }
            }
            _ => {}
        }
    }
}

/// What makes a text under some keys a secret.
fn secret(keys: &[String], text: &str, is_literal: bool) -> Option<&'static str> {
    if has_secret_form(text) {
        return Some("has the form of a key or a token");
    }
    let key = keys.last().filter(|_| !names_secrets(keys))?;
    let ends = |ends: &[&str]| ends.iter().any(|end| key.ends_with(end));
    if text.is_empty() || is_reference(text) {
        None
    } else if ends(&SECRET_KEYS) {
        Some("has a key that says that it is a secret")
    } else if ends(&SUSPICIOUS_KEYS) && (is_literal || is_random(text)) {
        Some("looks like a secret, and so does its key")
    } else {
        None
    }
}

fn names_secrets(keys: &[String]) -> bool {
    keys.iter().any(|key| NAMING_KEYS.iter().any(|naming| key.contains(naming)))
}

/// A value as it may be shown: every text that may be a secret is hidden.
#[must_use]
pub fn masked(keys: &[&str], value: &Value) -> Value {
    let keys: Vec<String> = keys.iter().map(|key| plain(key)).collect();
    hidden(&keys, value)
}

fn hidden(keys: &[String], value: &Value) -> Value {
    match value {
        Value::Text(text) if secret(keys, text, true).is_some() => Value::text("***"),
        Value::List(items) => Value::List(items.iter().map(|item| hidden(keys, item)).collect()),
        Value::Object(object) => {
            let variable = object.get("name").and_then(Value::as_text);
            let entry = |(key, value): (&Arc<str>, &Value)| {
                let name = plain(variable.filter(|_| key.as_ref() == "value").unwrap_or(key));
                let keys: Vec<String> = keys.iter().cloned().chain([name]).collect();
                (Arc::clone(key), hidden(&keys, value))
            };
            Value::Object(Arc::new(object.iter().map(entry).collect()))
        }
        other => other.clone(),
    }
}

/// Whether a text has the form of a key or a token.
pub(super) fn has_secret_form(text: &str) -> bool {
    let has_sign = SIGN.as_ref().is_none_or(|sign| sign.is_match(text));
    has_sign && SHAPES.as_ref().is_some_and(|shapes| shapes.is_match(text))
}

fn is_secret(kind: &Tree) -> bool {
    matches!(kind, Tree::Leaf(Value::Text(kind), _) if kind.as_ref() == "Secret")
}

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// Whether something else puts the secret in: a variable, a template, a path, a reference to a store.
fn is_reference(text: &str) -> bool {
    text.starts_with(['$', '/', '<', '%'])
        || text.contains("{{")
        || text.contains("${")
        || text.contains("$(")
        || text.contains("vault:")
        || text.contains("ref+")
}

/// Whether a text is no word: long, without blanks, of letters and digits in no order that a name has.
fn is_random(text: &str) -> bool {
    const SHORTEST: usize = 16;
    let has = |is: fn(&char) -> bool| text.chars().any(|character| is(&character));
    let is_plain = text.chars().all(|character| character.is_ascii_graphic());
    let kinds = [has(char::is_ascii_lowercase), has(char::is_ascii_uppercase), has(char::is_ascii_digit)];
    let is_hex = text.chars().all(|character| character.is_ascii_hexdigit());
    text.len() >= SHORTEST && is_plain && (kinds == [true; 3] || (is_hex && kinds[2]))
}

fn finding(what: &str, span: Span, file: Option<&str>, keys: &[String], place: &Kept) -> Diagnostic {
    let message = match (file, keys.last()) {
        (Some(file), Some(key)) => format!("a text under `{key}` in `{file}` {what}"),
        (Some(file), None) => format!("a text in `{file}` {what}"),
        (None, _) => format!("this text {what}"),
    };
    let finding = Diagnostic::new(codes::PLAIN_SECRET, span, message);
    let finding = if file.is_none() { finding.secret() } else { finding };
    finding.note(place.note).help(place.help)
}
