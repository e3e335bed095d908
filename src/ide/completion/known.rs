//! What the platform itself says: variables, labels, parameters, the values of charts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Asked, Offer, Sort, snippet};
use crate::db::{Db, Workspace};
use crate::ide::context::{Holds, literal_in};
use crate::ide::symbols::{Role, symbols};
use crate::model::{ValueKey, images, value_keys, workloads};
use crate::names::{body, declarations};
use crate::schema::{Below, BlockSchema, Kind, ROLES, Type, below_in};
use crate::source::outline;
use crate::syntax::ast::EntryKind;
use crate::syntax::is_word;
use crate::values::{DataFormat, PULL, PULL_FACTS, Value, data_file, join_path};

/// A template's parameter.
pub(in crate::ide) struct Parameter {
    pub(in crate::ide) name: Arc<str>,
    pub(in crate::ide) of: Arc<str>,
    /// The default, as it is written.
    pub(in crate::ide) default: Option<String>,
    /// What is said above it.
    pub(in crate::ide) doc: Option<Arc<str>>,
}

impl Parameter {
    /// As a line of the template declares it.
    pub(in crate::ide) fn show(&self) -> String {
        let default = self.default.as_ref().map_or(String::new(), |default| format!(" = {default}"));
        format!("{} : {}{default}", self.name, self.of)
    }

    /// An argument for it, with a place to fill in.
    pub(super) fn argument(&self, number: usize) -> String {
        let value = match self.of.as_ref() {
            "string" => format!("\"${number}\""),
            "list" => format!("[${number}]"),
            "object" => format!("{{ ${number} }}"),
            _ => format!("${number}"),
        };
        format!("{} = {value}", self.name)
    }
}

/// The parameters of a template, in the order of its lines.
pub(in crate::ide) fn parameters(db: &dyn Db, template: &str) -> Vec<Parameter> {
    let Some(item) = declarations(db).get(Kind::Template, template) else { return vec![] };
    let text = item.decl(db).text(db);
    let entries = body(db, item).map_or(&[][..], |named| named.body.entries.as_slice());
    let parameter = |entry: &crate::syntax::ast::Entry| match &entry.kind {
        EntryKind::Param { name, of, default } => Some(Parameter {
            name: Arc::clone(&name.text),
            of: Arc::clone(&of.text),
            default: default.as_ref().map(|default| default.range.of(text).to_owned()),
            doc: entry.doc.clone(),
        }),
        _ => None,
    };
    entries.iter().filter_map(parameter).collect()
}

/// As many rows of a file tell what rows have.
const ROWS: usize = 100;

/// Names, each with who says them.
type Said = BTreeMap<Arc<str>, Vec<String>>;

/// The variables or labels that are said anywhere.
fn said(db: &dyn Db, kinds: &[Kind], name_of: impl Fn(&Role) -> Option<Arc<str>>) -> Said {
    let mut said = Said::new();
    for item in kinds.iter().flat_map(|kind| declarations(db).of(db, *kind)) {
        for name in symbols(db, item.decl(db)).iter().filter_map(|symbol| name_of(&symbol.role)) {
            let by = format!("{} {}", item.kind(db).word(), item.name(db));
            said.entry(name).or_default().push(by);
        }
    }
    said
}

fn variables(db: &dyn Db) -> Said {
    said(db, &[Kind::Platform, Kind::Environment, Kind::Cluster], |role| match role {
        Role::Variable(name, true) => Some(Arc::clone(name)),
        _ => None,
    })
}

fn labels(db: &dyn Db) -> Said {
    said(db, &[Kind::Cluster], |role| match role {
        Role::Label(name, true) => Some(Arc::clone(name)),
        _ => None,
    })
}

/// The first of those who say a name, and how many more there are.
fn by(who: &[String]) -> String {
    const FEW: usize = 3;
    let first = who.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    if who.len() > FEW { format!("{first} and {} more", who.len() - FEW) } else { first }
}

impl Asked<'_> {
    pub(super) fn members(&mut self, words: &[&str]) {
        if matches!(self.context.inner().map(|frame| frame.holds), Some(Holds::Items(Type::Paths))) {
            return self.path(words, false);
        }
        let is_local = self.context.locals().iter().any(|(name, _)| words.first() == Some(name));
        let said = match words {
            [name] if is_local => return self.columns(name),
            _ if is_local => return,
            [first, ..] if self.asked_block(first).is_some() => return self.asked_below(words),
            ["vars"] => variables(self.db),
            ["labels"] => labels(self.db),
            [PULL] => return self.pull_facts(),
            _ => return,
        };
        self.offers.extend(said.iter().map(|(name, who)| Offer::new(name.to_string(), Sort::Variable).detail(by(who))));
    }

    /// The attributes that a policy asks for, if this is the first word of one.
    fn asked_block(&self, first: &str) -> Option<&'static BlockSchema> {
        let over = self.context.over()?;
        over.attribute(first).and(over.attributes())
    }

    /// The keys behind a path of what is asked about.
    fn asked_below(&mut self, words: &[&str]) {
        let block = words.first().and_then(|first| self.asked_block(first));
        if let Some(Ok(Below::Keys(block))) = block.map(|block| below_in(block, words)) {
            let keys = block.attributes.iter();
            self.offers
                .extend(keys.map(|known| Offer::new(known.name, Sort::Key).detail(known.of.name()).doc(known.doc)));
        }
    }

    /// What is known of a pull request.
    fn pull_facts(&mut self) {
        self.offers.extend(PULL_FACTS.iter().map(|fact| Offer::new(fact.name, Sort::Variable).doc(fact.doc)));
    }

    /// The keys that the declaration itself says below a path.
    pub(super) fn said_below(&mut self, before: &[&str]) {
        let decls = &outline(self.db, self.file).decls;
        let Some(decl) = decls.iter().find(|decl| decl.start(self.db) == self.context.around.start) else { return };
        let mut said = BTreeSet::new();
        for symbol in symbols(self.db, *decl) {
            let (Role::Key(path) | Role::Attribute(_, path)) = symbol.role else { continue };
            if let Some((key, around)) = path.split_last()
                && around.iter().map(AsRef::as_ref).eq(before.iter().copied())
                && is_word(key)
            {
                said.insert(key.to_string());
            }
        }
        self.offers.extend(said.into_iter().map(|key| Offer::new(key, Sort::Key)));
    }

    /// What the rows of a file have, which a name of `for` walks over.
    fn columns(&mut self, name: &str) {
        let Some((function, path)) = self.context.walked(name) else { return };
        let path = join_path(self.file.path(self.db), path);
        let file = path.and_then(|path| Workspace::get(self.db).files(self.db).get(&path).copied());
        let (Some(file), Some(format)) = (file, DataFormat::of_function(function)) else { return };
        let Ok(rows) = data_file(self.db, file, format) else { return };
        let rows = rows.as_list().unwrap_or_default().iter().take(ROWS).filter_map(Value::as_object);
        let columns: BTreeSet<&Arc<str>> = rows.flat_map(|row| row.keys()).collect();
        self.offers.extend(
            columns.into_iter().map(|name| Offer::new(name.to_string(), Sort::Variable).detail(file.path(self.db))),
        );
    }

    /// Keys of a block that takes any.
    pub(super) fn free_keys(&mut self) {
        let path = self.context.path();
        let is_own = matches!(self.context.kind(), Some(Kind::Platform | Kind::Environment | Kind::Cluster));
        match path.as_slice() {
            ["vars"] if is_own => self.said_keys(&variables(self.db), &Type::Any),
            ["labels"] if self.context.kind() == Some(Kind::Cluster) => {
                self.said_keys(&labels(self.db), &Type::Text(crate::schema::Text::LabelValue));
            }
            [.., "access"] => self.roles(),
            [.., "kustomize", "replicas"] => self.workloads(),
            [before @ .., _] if let Some(at) = before.iter().chain(path.last()).position(|key| *key == "values") => {
                self.value_keys(&path, at);
            }
            _ => {}
        }
    }

    fn said_keys(&mut self, known: &Said, of: &Type) {
        for (name, who) in known {
            self.free_key(Offer::new(name.to_string(), Sort::Key).detail(by(who)), of);
        }
    }

    /// A key that the block does not say yet.
    fn free_key(&mut self, offer: Offer, of: &Type) {
        let name = offer.label.clone();
        let key = if is_word(&name) { name.clone() } else { format!("\"{name}\"") };
        if self.context.said().contains(&name.as_str()) {
            return;
        }
        let offer = match self.context.follows() {
            "=" | "+" | "{" => offer.text(key),
            _ => offer.snippet(snippet::key(&snippet::escaped(&key), of, 0)).text(snippet::plain_key(&key, of)),
        };
        self.push(offer);
    }

    fn roles(&mut self) {
        const TEAMS: Type = Type::List(&Type::Reference(Kind::Team));
        for name in crate::names::names(self.db).of(Kind::Role) {
            let offer = Offer::new(name.to_string(), Sort::Key).detail(Kind::Role.word());
            let offer = match ROLES.iter().find(|role| role.name == name.as_ref()) {
                Some(role) => offer.doc(role.doc),
                None => Offer { declared: Some((Kind::Role, name)), ..offer },
            };
            self.free_key(offer, &TEAMS);
        }
    }

    /// The folder that the innermost block of this key names, or else that of the template, if it lies in the platform's own
    /// repository.
    fn own_folder(&self, key: &str) -> Option<String> {
        let frame = self.context.frames.iter().rev().find(|frame| frame.key == Some(key))?;
        let own = |name| self.context.literal(frame, name).map(str::to_owned);
        let of_template = |name| {
            let item = declarations(self.db).get(Kind::Template, self.context.used()?)?;
            literal_in(item.decl(self.db).text(self.db), key, name).map(str::to_owned)
        };
        let said = |name| own(name).or_else(|| of_template(name));
        said("path").filter(|_| said("repo").is_none())
    }

    fn workloads(&mut self) {
        let Some(folder) = self.own_folder("kustomize") else { return };
        for (name, kind) in workloads(self.db, &folder) {
            self.free_key(Offer::new(name.to_string(), Sort::Key).detail(kind.to_string()), &Type::Int(0, 0));
        }
    }

    fn value_keys(&mut self, path: &[&str], values: usize) {
        let is_helm = values.checked_sub(1).and_then(|above| path.get(above)) == Some(&"helm");
        let Some(folder) = self.own_folder("helm").filter(|_| is_helm) else { return };
        for (name, key) in value_keys(self.db, &folder, path.get(values + 1..).unwrap_or_default()) {
            let of = value_type(&key);
            let default = key.default.as_ref().map(|value| format!("Default: `{}`", value.show()));
            let doc: Vec<String> = key.doc.into_iter().chain(default).collect();
            let offer = Offer::new(name.to_string(), Sort::Key).doc(doc.join("\n\n"));
            self.free_key(Offer { detail: key.of, ..offer }, of);
        }
    }

    pub(super) fn images(&mut self) {
        let Some(folder) = self.own_folder("kustomize") else { return };
        let found = images(self.db, &folder);
        self.offers.extend(found.iter().map(|image| Offer::new(image.to_string(), Sort::Text)));
    }
}

/// The form that a value of a chart is written in.
fn value_type(key: &ValueKey) -> &'static Type {
    let of = key.of.as_deref().or(key.default.as_ref().map(Value::type_name));
    match of {
        _ if key.is_object => &Type::Object,
        Some("string") => &Type::Text(crate::schema::Text::Any),
        Some("array" | "list") => &Type::List(&Type::Any),
        _ => &Type::Any,
    }
}
