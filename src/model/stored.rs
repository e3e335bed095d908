//! Secrets whose content stays in a store: what `secret` says, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::duration::canonical;
use super::estates::estate;
use super::fields::Fields;
use super::heads::Used;
use super::secrets::has_secret_form;
use super::spec::{Origin, Remote, Secret, Source, Tool};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::overlays::Tree;
use crate::schema::Kind;
use crate::values::{Value, is_subdomain};

/// The definition of `ExternalSecrets`, which each service with a `secret` uses.
const DEFINITION: &str = "externalsecrets.external-secrets.io";

/// The keys that Kubernetes asks for in a Secret of a type.
const KEYS_OF_TYPES: [(&str, &[&str]); 4] = [
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
];

/// The blocks of a service's secrets, by what it calls them.
pub(super) fn blocks(tree: &Tree) -> impl Iterator<Item = (&Arc<str>, &Tree)> {
    let blocks = match tree.get("secret") {
        Some(Tree::Branch(blocks, _)) => Some(blocks),
        _ => None,
    };
    blocks.into_iter().flatten()
}

/// What the secrets of a service use.
pub(super) fn uses(db: &dyn Db, tree: &Tree, found: &mut Vec<Used>) {
    for (_, block) in blocks(tree) {
        found.push(Used { what: "crd".into(), name: DEFINITION.into() });
        if let Some(Tree::Leaf(Value::Reference(Kind::Store, name), _)) = block.get("store") {
            let store = estate(db).store(name);
            found.extend(store.map(|store| Used { what: "secret_store".into(), name: Arc::clone(&store.object) }));
        }
    }
}

/// The source that the secrets of a service make, if it has any.
pub(super) fn source(db: &dyn Db, tree: &Tree, sink: &mut Sink) -> Option<Source> {
    let secrets = blocks(tree).filter_map(|(id, block)| Reader { db, id, block, sink }.secret());
    let secrets: Vec<Secret> = secrets.collect();
    (!secrets.is_empty()).then_some(Source { name: None, origin: Origin::Written, tool: Tool::Secrets(secrets) })
}

struct Reader<'r> {
    db: &'r dyn Db,
    id: &'r Arc<str>,
    block: &'r Tree,
    sink: &'r mut Sink,
}

impl Reader<'_> {
    fn secret(&mut self) -> Option<Secret> {
        self.check_name();
        let fields = Fields(Some(self.block));
        let keys = self.keys();
        let all = fields.tree("all").and_then(|all| self.remote(all));
        self.check_keys();
        let store = estate(self.db).store(&fields.text("store")?)?;
        Some(Secret {
            id: Arc::clone(self.id),
            name: fields.text("name").unwrap_or_else(|| Arc::clone(self.id)),
            store: Arc::clone(&store.name),
            reference: (store.kind, Arc::clone(&store.object)),
            refresh: canonical(&fields.text("refresh").unwrap_or_else(|| Arc::clone(&store.refresh))),
            keys,
            all,
            kind: fields.text("type"),
            labels: fields.text_map("labels"),
            annotations: fields.text_map("annotations"),
        })
    }

    fn check_name(&mut self) {
        if let Err(problem) = is_subdomain(self.id) {
            self.sink.push(
                Diagnostic::new(codes::BAD_NAME, self.block.span(), problem.message)
                    .note(problem.note)
                    .help("a secret's block is called as its Secret and its file are: `secret chat-db { ... }`"),
            );
        }
    }

    fn keys(&mut self) -> BTreeMap<Arc<str>, Remote> {
        let Some(Tree::Branch(entries, _)) = self.block.get("keys") else { return BTreeMap::new() };
        let mut keys = BTreeMap::new();
        for (key, place) in entries {
            self.check_key(key, place);
            keys.extend(self.remote(place).map(|remote| (Arc::clone(key), remote)));
        }
        keys
    }

    fn check_key(&mut self, key: &str, place: &Tree) {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if key.is_empty() || key.len() > 253 || !key.bytes().all(legal) {
            self.sink.push(
                Diagnostic::new(codes::BAD_SECRET_KEY, place.span(), format!("no Secret has a key `{key}`"))
                    .note("Kubernetes takes letters, digits, `-`, `_` and `.` in the keys of a Secret, at most 253")
                    .help("left of `=` stands the Secret's key, right of it where the store has its text"),
            );
        }
    }

    /// `key` or `key#property`.
    fn remote(&mut self, place: &Tree) -> Option<Remote> {
        let value = place.value();
        let text = value.as_text()?;
        let (key, property) = text.split_once('#').map_or((text.as_ref(), None), |(key, rest)| (key, Some(rest)));
        if key.trim().is_empty() || property.is_some_and(|property| property.trim().is_empty()) {
            self.empty(place, key);
            return None;
        }
        Some(Remote { key: key.into(), property: property.map(Arc::from) })
    }

    fn empty(&mut self, place: &Tree, key: &str) {
        // A text that is a secret itself is not told.
        let message = match key.trim() {
            "" => "the remote key is empty".to_owned(),
            key if has_secret_form(key) => "nothing stands behind `#`".to_owned(),
            key => format!("nothing stands behind `{key}#`"),
        };
        self.sink.push(
            Diagnostic::new(codes::EMPTY_REMOTE_KEY, place.span(), message)
                .note("the operator would ask the store for nothing, and the Secret would never be made")
                .help("write `\"KEY\"`, or `\"KEY#PROPERTY\"` where the store keeps several texts under one key"),
        );
    }

    /// Whether there is something to read, and all that the type asks for.
    fn check_keys(&mut self) {
        let says_keys = matches!(self.block.get("keys"), Some(Tree::Branch(entries, _)) if !entries.is_empty());
        if self.block.get("all").is_some() || self.block.is_broken() {
            return;
        }
        if says_keys {
            return self.check_type();
        }
        self.sink.push(
            Diagnostic::new(codes::SECRET_WITHOUT_KEYS, self.block.span(), format!("secret `{}` reads nothing", self.id))
                .note("an ExternalSecret without `data` and `dataFrom` makes an empty Secret, and whoever waits for its keys waits for ever")
                .help("write `keys { KEY = \"REMOTE\" }`, or `all = \"REMOTE\"` for all that stands there"),
        );
    }

    fn check_type(&mut self) {
        let Some(kind) = Fields(Some(self.block)).text("type") else { return };
        let asked = KEYS_OF_TYPES.iter().find(|(known, _)| *known == kind.as_ref()).map_or(&[][..], |(_, keys)| keys);
        let lacks = |key: &&&str| self.block.at(&["keys", key]).is_none();
        let missing: Vec<String> = asked.iter().filter(lacks).map(|key| format!("`{key}`")).collect();
        if missing.is_empty() {
            return;
        }
        let span = self.block.get("type").unwrap_or(self.block).span();
        let message = format!("secret `{}` lacks {}", self.id, missing.join(" and "));
        self.sink.push(
            Diagnostic::new(codes::KEYS_OF_TYPE, span, message)
                .note(format!("Kubernetes refuses a Secret of the type `{kind}` without"))
                .help("write the key in quotes: `keys { \"tls.crt\" = \"...\" }`"),
        );
    }
}
