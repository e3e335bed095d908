//! The language reference, made from the table.

use std::fmt::Write as _;

use super::freezes::FREEZE;
use super::types::{Attribute, BlockSchema, Form, Kind, Type};
use super::{
    ACTIONS, AMBIENTS, Action, FACTS, FUNCTIONS, Function, KINDS, QUESTIONS, ROLES, Reach, SERVICE_DEFAULTS, Version,
};

const INTRODUCTION: &str = include_str!("introduction.md");

/// The text of `docs/language.md`.
#[must_use]
pub fn language_reference() -> String {
    let mut out = INTRODUCTION.replace("<!-- roles -->\n", &roles()).replace("<!-- actions -->\n", &actions());
    out.push_str("\n## Kinds\n");
    for schema in KINDS {
        let word = schema.kind.word();
        let _ = write!(out, "\n### {word}\n\n{}\n\n```pf\n{}\n```\n\n", schema.doc, schema.example);
        if schema.kind == Kind::Template {
            out.push_str("Beside `param`, the attributes of a [service](#service) but `layer`, `owner`, `on`, `use`, `one_per`, ");
            out.push_str("`deliver` and `generator`; none of them is required.\n");
        } else if schema.body.attributes.is_empty() {
            out.push_str("Holds nothing but `expect CONDITION`; see [Policies and tests](#policies-and-tests).\n");
        } else {
            attributes(&mut out, "", &schema.body);
        }
    }
    out.push_str("\n### freeze\n\nStands in an `environment`, a `layer` or a `service`: see [Freezes](#freezes).\n\n");
    attributes(&mut out, "", &FREEZE);
    out.push_str("\n## What an expression can name\n\n| name | what it is |\n|---|---|\n");
    for (name, doc) in AMBIENTS {
        let _ = writeln!(out, "| `{name}` | {doc} |");
    }
    out.push_str("\n## What a policy can name\n\n| name | over | what it is |\n|---|---|---|\n");
    for fact in FACTS {
        let over = fact.over.iter().map(|over| format!("`{}`", over.word())).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "| `{}` | {over} | {} |", fact.name, fact.doc);
    }
    functions(&mut out, "Questions", QUESTIONS);
    functions(&mut out, "Functions", FUNCTIONS);
    out
}

fn functions(out: &mut String, heading: &str, all: &[Function]) {
    let _ = writeln!(out, "\n## {heading}\n");
    if std::ptr::eq(all, QUESTIONS) {
        out.push_str("They stand in policies and tests alone.\n\n");
    }
    out.push_str("| function | gives | what it does | example |\n|---|---|---|---|\n");
    for function in all {
        let parameters = function.parameters.iter();
        let parameters =
            parameters.map(|parameter| format!("{}{}", parameter.name, if parameter.optional { "?" } else { "" }));
        let call = format!("{}({})", function.name, parameters.collect::<Vec<_>>().join(", "));
        let _ = writeln!(out, "| `{call}` | {} | {} | `{}` |", function.gives, function.doc, function.example);
    }
}

/// The roles that are there already.
fn roles() -> String {
    let mut out = String::from("| role | what it is for | actions |\n|---|---|---|\n");
    for role in ROLES {
        let words = if role.actions.len() == ACTIONS.len() { "all".to_owned() } else { words(role.actions) };
        let _ = writeln!(out, "| `{}` | {} | {words} |", role.name, role.doc);
    }
    out
}

/// What every action means.
fn actions() -> String {
    let mut out = String::from("| action | what it allows | in Argo CD | in the namespace |\n|---|---|---|---|\n");
    for action in ACTIONS {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", action.name, action.doc, in_argo_cd(action), reach(action));
    }
    out
}

fn in_argo_cd(action: &Action) -> String {
    let line = |(resource, verb, since): &(&str, &str, Version)| {
        let newer = if *since > Version::of(2, 14) { format!(" (Argo CD {since} and newer)") } else { String::new() };
        format!("`{resource}, {verb}`{newer}")
    };
    action.argo.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn reach(action: &Action) -> String {
    match action.kubernetes {
        Reach::Nothing => "nothing".to_owned(),
        Reach::Role(name) => format!("ClusterRole `{name}`"),
        Reach::Verbs(_, resources, verbs) => format!("{} {}", verbs.join(" and "), words(resources)),
    }
}

fn words(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn attributes(out: &mut String, prefix: &str, block: &BlockSchema) {
    out.push_str("| attribute | type | default | what it means |\n|---|---|---|---|\n");
    rows(out, prefix, block);
}

fn rows(out: &mut String, prefix: &str, block: &BlockSchema) {
    for attribute in block.attributes {
        let name = format!("{prefix}{}", attribute.name);
        let _ = writeln!(
            out,
            "| `{name}` | {} | {} | {} |",
            cell(&attribute.of.name()),
            default(attribute),
            doc(attribute)
        );
        match attribute.of {
            // What services share stands with the service.
            Type::Block(inner) if std::ptr::eq(inner.attributes, SERVICE_DEFAULTS.attributes) => {}
            Type::Block(inner) | Type::Steps(inner) => rows(out, &format!("{name}."), inner),
            // The blocks of a further source are those of the service itself.
            Type::Named(inner) if !inner.attributes.iter().any(|of| matches!(of.of, Type::Block(_))) => {
                rows(out, &format!("{name}."), inner);
            }
            _ => {}
        }
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn default(attribute: &Attribute) -> String {
    match attribute.form {
        Form::Required => "required".to_owned(),
        Form::Optional => String::new(),
        Form::Default(value) => format!("`{value}`"),
    }
}

fn doc(attribute: &Attribute) -> String {
    match attribute.since {
        Some(version) => format!("{} Argo CD {version} and newer.", attribute.doc),
        None => attribute.doc.to_owned(),
    }
}
