//! What a word means, in Markdown.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::about::about;
use super::cursor::{At, FileRange};
use super::markdown::{Facts, code, names};
use super::summary::parameters;
use super::symbols::Role;
use super::values;
use crate::db::Db;
use crate::model::{head, rollout};
use crate::names::{Item, body, declarations, items};
use crate::schema::{
    AMBIENTS, Attribute, FACTS, FORGES, Form, Function, Kind, PROVIDERS, SERVICE_DEFAULTS, Type, kind,
};
use crate::source::Decl;
use crate::syntax::ast::{Block, EntryKind};
use crate::syntax::syntax;
use crate::text::TextRange;
use crate::text::counted;

/// What is shown for a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub place: FileRange,
    /// What is said of it, in Markdown.
    pub markdown: String,
}

/// What is said of a word.
pub fn hover(db: &dyn Db, at: &At<'_>) -> Option<Hover> {
    let markdown = match &at.symbol.role {
        Role::Kind(of) => format!("{}\n\n{}", kind(*of).doc, fenced(kind(*of).example)),
        Role::Attribute(attribute, path) => both(attribute_text(attribute), attribute_value(db, at, attribute, path)),
        Role::Key(path) => both(code(&path.join(".")), value(db, at, path)),
        Role::Choice(choice) => format!("{}: {}", code(choice.name), choice.doc),
        Role::Function(function) => function_text(function),
        Role::Provider(name) => {
            let (_, doc) = PROVIDERS.iter().chain(&FORGES).find(|(provider, _)| provider == name)?;
            format!("{}\n\n{doc}", fenced(&format!("{name}(name : string)")))
        }
        Role::Declared(kind, name) | Role::Reference(kind, name) => about(db, *kind, name)?,
        Role::Variable(name, _) => values::of_variable(db, name),
        Role::Label(name, _) => values::of_label(db, name),
        Role::Ambient(name) => {
            let ambient = AMBIENTS.iter().find(|(ambient, _)| ambient == name).map(|(_, doc)| *doc);
            let doc = ambient.or_else(|| FACTS.iter().find(|fact| fact.name == *name).map(|fact| fact.doc))?;
            format!("{}: {doc}", code(name))
        }
        Role::Local(_, place) => local(db, at.decl, *place)?,
        Role::Argument(template, name) => argument(db, template, name)?,
        Role::Code(code) => code.page.trim_end().to_owned(),
        Role::ParameterType(of) => format!("the type of the parameter: {}", code(of)),
        Role::Import(_) | Role::Data(_) | Role::Path(_) | Role::Unknown => return None,
    };
    Some(Hover { place: at.range(db), markdown })
}

fn both(first: String, second: Option<String>) -> String {
    match second {
        Some(second) => format!("{first}\n\n{second}"),
        None => first,
    }
}

fn fenced(text: &str) -> String {
    format!("```platformc\n{}\n```", text.trim_end())
}

fn attribute_text(attribute: &Attribute) -> String {
    let form = match attribute.form {
        Form::Required => "required".to_owned(),
        Form::Optional => "optional".to_owned(),
        Form::Default(value) => format!("default {}", code(value)),
    };
    let since = attribute.since.map(|version| format!(", since Argo CD {version}")).unwrap_or_default();
    format!("{}: {}, {form}{since}\n\n{}", code(attribute.name), attribute.of.name(), attribute.doc)
}

fn function_text(function: &Function) -> String {
    format!("{}\n\n{}\n\n{}", fenced(&signature(function)), function.doc, fenced(function.example))
}

/// A function as it is declared.
fn signature(function: &Function) -> String {
    let parameter = |parameter: &crate::schema::Parameter| {
        format!("{}{} : {}", parameter.name, if parameter.optional { "?" } else { "" }, parameter.of)
    };
    let parameters: Vec<String> = function.parameters.iter().map(parameter).collect();
    format!("{}({}) -> {}", function.name, parameters.join(", "), function.gives)
}

/// What an attribute's value is on a service's instances; what is no value of an instance has none.
fn attribute_value(db: &dyn Db, at: &At<'_>, attribute: &Attribute, path: &[Arc<str>]) -> Option<String> {
    match (&attribute.of, path) {
        (Type::Block(_) | Type::Named(_) | Type::Objects, _) => None,
        (Type::Placement, [_]) => placement(db, at),
        (_, [first, _, ..]) if first.as_ref() == "rollout" => steps(db, at),
        (_, [first, ..]) if SERVICE_DEFAULTS.attribute(first).is_some() => value(db, at, path),
        _ => None,
    }
}

/// The clusters of the service that a word stands in.
fn placement(db: &dyn Db, at: &At<'_>) -> Option<String> {
    let services = services_at(db, at.decl, at.symbol.range);
    let head = services.first().and_then(|service| head(db, *service).as_ref())?;
    let clusters: BTreeSet<&Arc<str>> = head.instances.iter().map(|slot| &slot.cluster).collect();
    let mut facts = Facts::default();
    facts.item(&counted(clusters.len(), "cluster"), names(clusters));
    facts.list()
}

/// The instances in each step of the rollout that a word stands in.
fn steps(db: &dyn Db, at: &At<'_>) -> Option<String> {
    let service = *services_at(db, at.decl, at.symbol.range).first()?;
    let (head, rollout) = (head(db, service).as_ref()?, rollout(db, service).as_ref()?);
    let mut facts = Facts::default();
    for step in 1..=rollout.steps.len() {
        let within = head.instances.iter().enumerate().filter(|(position, _)| rollout.number(*position) == Some(step));
        facts
            .item(&format!("step {step}"), names(within.map(|(_, slot)| super::instance_name(service.name(db), slot))));
    }
    facts.list()
}

/// What a service's value is on its instances.
fn value(db: &dyn Db, at: &At<'_>, path: &[Arc<str>]) -> Option<String> {
    let services = services_at(db, at.decl, at.symbol.range);
    let first = services.first()?;
    let table = values::of_service(db, *first, path)?;
    Some(match services.len() - 1 {
        0 => table,
        more => format!("{table}\nof {}; this line stands for {}", first.name(db), counted(more, "more service")),
    })
}

/// The services that a word stands in; in a `for` there are several.
fn services_at<'db>(db: &'db dyn Db, decl: Decl<'db>, range: TextRange) -> Vec<Item<'db>> {
    let holds =
        |item: &Item<'db>| body(db, *item).is_some_and(|named| named.body.range.cover(range) == named.body.range);
    let all = items(db, decl).items.iter().copied();
    all.filter(|item| item.kind(db) == Kind::Service).filter(holds).collect()
}

/// What a name stands for that `param`, `each` or `for` gives: the line that does.
fn local(db: &dyn Db, decl: Decl<'_>, place: TextRange) -> Option<String> {
    let declaration = &syntax(db, decl).declaration;
    let text = decl.text(db);
    let line = |range: TextRange, doc: Option<&Arc<str>>| {
        let lines = range.of(text).lines().map(str::trim).find(|line| !line.starts_with('#'));
        both(fenced(lines.unwrap_or("").trim_end_matches(['{', ' '])), doc.map(ToString::to_string))
    };
    let block = match &declaration.kind {
        crate::syntax::ast::DeclarationKind::Named(named) => &named.body,
        crate::syntax::ast::DeclarationKind::For(each) if each.name.range == place => {
            let head = TextRange { start: 0, ..each.over.range };
            return Some(line(head, declaration.doc.as_ref()));
        }
        crate::syntax::ast::DeclarationKind::For(each) => &each.body,
        _ => return None,
    };
    entry(block, place).map(|(range, doc)| line(range, doc))
}

/// The entry that gives a name, wherever it stands in a block.
fn entry(block: &Block, place: TextRange) -> Option<(TextRange, Option<&Arc<str>>)> {
    block.entries.iter().find_map(|found| match &found.kind {
        EntryKind::Param { name, .. } | EntryKind::Each { name, .. } if name.range == place => {
            Some((found.range, found.doc.as_ref()))
        }
        EntryKind::For(each) if each.name.range == place => {
            Some((TextRange { end: each.over.range.end, ..found.range }, found.doc.as_ref()))
        }
        EntryKind::For(each) => entry(&each.body, place),
        EntryKind::Nested { body, .. } | EntryKind::When { body, .. } | EntryKind::Object { body, .. } => {
            entry(body, place)
        }
        EntryKind::Named(named) => entry(&named.body, place),
        _ => None,
    })
}

fn argument(db: &dyn Db, template: &str, name: &str) -> Option<String> {
    let item = declarations(db).get(Kind::Template, template)?;
    let parameter = parameters(db, item).iter().find(|parameter| parameter.name.as_ref() == name)?;
    let head = fenced(&format!("param {}", parameter.show()));
    Some(both(format!("{head}\n\nof template {template}"), parameter.doc.as_ref().map(ToString::to_string)))
}
