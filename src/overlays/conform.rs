//! Whether resolved values have the types that the table gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tree;
use crate::diagnostics::{self as codes, Change, Diagnostic, Reported, Sink, Span, did_you_mean, with_article};
use crate::schema::{Attribute, BlockSchema, FORGES, Form, Kind, PROVIDERS, Text, Type, Version};
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{Expected, Scope, Value, check_text, evaluate, is_qualified_name};

/// What values are checked for.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The Argo CD that they are meant for, where that is known.
    pub version: Option<Version>,
}

/// Checks a block and gives it back without what does not fit.
pub fn conform(tree: Tree, schema: &'static BlockSchema, target: Target, sink: &mut Sink) -> Tree {
    let Tree::Branch(children, origin) = tree else { return tree };
    let mut kept = BTreeMap::new();
    for (key, child) in children {
        let Some(attribute) = schema.attribute(&key) else {
            sink.push(unknown(&key, schema, child.span()));
            continue;
        };
        check_version(attribute, &child, target, sink);
        kept.insert(key, typed(child, &attribute.of, target, sink));
    }
    required(schema, &kept, origin, sink);
    Tree::Branch(kept, origin)
}

/// Checks the attribute `key` of a block alone, and gives back what fits.
pub fn conform_key(tree: &Tree, schema: &'static BlockSchema, key: &str, sink: &mut Sink) -> Option<Tree> {
    let attribute = schema.attribute(key)?;
    Some(typed(tree.get(key)?.clone(), &attribute.of, Target { version: None }, sink))
}

fn unknown(key: &str, schema: &'static BlockSchema, span: Span) -> Diagnostic {
    let known = schema.attributes.iter().map(|attribute| attribute.name);
    let near = did_you_mean(key, known);
    Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, span, format!("there is no attribute `{key}` here"))
        .help_if(near.map(|near| format!("did you mean `{near}`?")))
        .meant_key(key, near)
}

fn check_version(attribute: &Attribute, child: &Tree, target: Target, sink: &mut Sink) {
    if let (Some(since), Some(version)) = (attribute.since, target.version)
        && since > version
    {
        let message = format!("`{}` needs Argo CD {since}, and the hub has {version}", attribute.name);
        sink.push(
            Diagnostic::new(codes::NEWER_THAN_TARGET, child.span(), message)
                .note("an older Argo CD drops fields that it does not know, without a word")
                .help("leave it away, or raise `argocd` in the hub")
                .superfluous(&format!("Take `{}` away", attribute.name), Some(attribute.name)),
        );
    }
}

fn required(
    schema: &'static BlockSchema,
    kept: &std::collections::BTreeMap<Arc<str>, Tree>,
    origin: Span,
    sink: &mut Sink,
) {
    for attribute in schema.attributes {
        if attribute.form == Form::Required && !kept.contains_key(attribute.name) {
            let message = format!("`{}` is missing", attribute.name);
            let help = format!("{}: {}", attribute.name, lower_first(attribute.doc));
            sink.push(
                Diagnostic::new(codes::MISSING_ATTRIBUTE, origin, message).help(help).lacks(attribute.name, None),
            );
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

fn typed(tree: Tree, of: &'static Type, target: Target, sink: &mut Sink) -> Tree {
    match (tree, of) {
        (tree @ Tree::Broken(_), _) | (tree, Type::Any | Type::Objects) => tree,
        (tree @ Tree::Branch(..), Type::Object) => tree,
        (tree @ Tree::Branch(..), Type::Block(schema)) => conform(tree, schema, target, sink),
        (Tree::Branch(children, origin), Type::Map(of)) => {
            match of {
                Type::Text(Text::LabelValue | Text::Annotation) => qualified_keys("", &children, sink),
                Type::Text(Text::ApplicationLink) => qualified_keys("link.argocd.argoproj.io/", &children, sink),
                _ => {}
            }
            let children = children.into_iter().map(|(key, child)| (key, typed(child, of, target, sink)));
            Tree::Branch(children.collect(), origin)
        }
        (Tree::Branch(children, origin), Type::Named(schema)) => {
            let children =
                children.into_iter().map(|(key, child)| (key, conform(as_block(child), schema, target, sink)));
            Tree::Branch(children.collect(), origin)
        }
        (tree, _) => match check_value(&tree.value(), of, tree.span(), sink) {
            Ok(()) => tree,
            Err(_) => Tree::Broken(tree.span()),
        },
    }
}

/// A block without a line, as one that lacks all that it needs.
fn as_block(tree: Tree) -> Tree {
    match tree {
        Tree::Leaf(Value::Object(object), span) if object.is_empty() => Tree::Branch(BTreeMap::new(), span),
        other => other,
    }
}

/// The keys of labels and annotations are qualified names.
fn qualified_keys(prefix: &str, children: &BTreeMap<Arc<str>, Tree>, sink: &mut Sink) {
    for (key, child) in children {
        if let Err(problem) = is_qualified_name(&format!("{prefix}{key}")) {
            sink.push(Diagnostic::new(codes::BAD_VALUE, child.span(), problem.message).note(problem.note));
        }
    }
}

/// Checks a value that is known without any cluster as soon as it is read, whether it is ever used or not.
pub(super) fn check_constant(scope: &Scope<'_>, expr: &Expr, of: &'static Type, sink: &mut Sink) {
    let mut constant = true;
    expr.walk(&mut |expr| {
        constant &= !matches!(
            expr.kind,
            ExprKind::Name(_) | ExprKind::Call(..) | ExprKind::Broken | ExprKind::Comprehension { .. }
        );
    });
    if constant && let Ok(value) = evaluate(scope, expr, Expected::of(of), sink) {
        let _ = check_value(&value, of, scope.site.span(expr.range), sink);
    }
}

/// Whether a value has a type.
fn check_value(value: &Value, of: &'static Type, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    match (of, value) {
        (Type::Bool, Value::Bool(_)) | (Type::Any | Type::Objects, _) => Ok(()),
        (Type::Int(least, most), Value::Int(number)) => in_range(*number, *least, *most, span, sink),
        // `labels { env = env }`: a name that is known, such as the environment's, is text where text is asked for.
        (Type::Text(form), Value::Text(text) | Value::Reference(_, text)) => check_text(*form, text)
            .map_err(|problem| sink.error(Diagnostic::new(problem.code, span, problem.message).note(problem.note))),
        (Type::Choice(choices), Value::Text(text)) if choices.iter().any(|choice| choice.name == text.as_ref()) => {
            Ok(())
        }
        (Type::Reference(kind), Value::Reference(other, _)) if kind == other => Ok(()),
        (Type::RepositoryOrUrl, Value::Text(url)) if url.contains(['*', '?', '[', ']', '{', '}', '!']) => {
            let message = format!("`{url}` is a pattern, not the URL of a repository");
            Err(sink.error(Diagnostic::new(codes::BAD_VALUE, span, message).note(
                "a project lists the repositories that it permits, and Argo CD reads these signs as patterns there",
            )))
        }
        (Type::RepositoryOrUrl, Value::Reference(Kind::Repository, _) | Value::Text(_)) => Ok(()),
        (Type::Map(_) | Type::Object | Type::Block(_) | Type::Named(_), Value::Object(object)) if object.is_empty() => {
            Ok(())
        }
        (Type::Map(of), Value::Object(object)) => all(object.values().map(|value| check_value(value, of, span, sink))),
        (Type::Object, Value::Object(_)) => Ok(()),
        (Type::List(of), Value::List(items)) => all(items.iter().map(|item| check_value(item, of, span, sink))),
        (Type::Needs, Value::List(items)) => all(items.iter().map(|item| check_need(item, span, sink))),
        (Type::Provides, Value::List(items)) => all(items.iter().map(|item| check_provided(item, span, sink))),
        (Type::PullRequests, Value::Provided(forge, path)) => check_repository(forge, path, span, sink),
        (Type::Paths, Value::List(items)) => all(items.iter().map(|item| check_path(item, span, sink))),
        (Type::NameScheme | Type::Successor, Value::Text(_)) | (Type::Placement, Value::Bool(_)) => Ok(()),
        (Type::Steps(schema), Value::List(items)) => all(items.iter().map(|item| check_step(item, schema, span, sink))),
        (Type::Batch, value) => check_batch(value, span, sink),
        _ => Err(sink.error(mismatch(value, of, span))),
    }
}

fn all(results: impl Iterator<Item = Result<(), Reported>>) -> Result<(), Reported> {
    results.fold(Ok(()), Result::and)
}

fn in_range(number: i64, least: i64, most: i64, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    if (least..=most).contains(&number) {
        return Ok(());
    }
    Err(sink.error(Diagnostic::new(codes::BAD_VALUE, span, format!("{number} is not between {least} and {most}"))))
}

fn check_step(step: &Value, schema: &'static BlockSchema, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    let Some(object) = step.as_object() else { return Err(sink.error(mismatch(step, &Type::Object, span))) };
    all(object.iter().map(|(key, value)| match schema.attribute(key) {
        Some(attribute) => check_value(value, &attribute.of, span, sink),
        None => Err(sink.error(unknown(key, schema, span))),
    }))
}

fn check_batch(value: &Value, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    let percent = value.as_text().and_then(|text| text.strip_suffix('%')?.parse::<i64>().ok());
    let is_plain = value.as_text().is_none_or(|text| text.starts_with(|first: char| first.is_ascii_digit()));
    match (value, percent) {
        (Value::Int(1..), _) => Ok(()),
        (_, Some(1..=100)) if is_plain => Ok(()),
        _ => {
            let message = format!("{} is neither a number of instances nor a part of them", value.show());
            let note = "Argo CD takes `0` for a step that nothing may ever update, and passes over what it can't read";
            let finding = Diagnostic::new(codes::BAD_VALUE, span, message).note(note);
            Err(sink.error(finding.help("write a number from 1 on, or a percentage from `\"1%\"` to `\"100%\"`")))
        }
    }
}

fn check_need(item: &Value, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    match item {
        Value::Reference(Kind::Service, _) | Value::Placed(..) => Ok(()),
        other => Err(sink.error(mismatch(other, &Type::Reference(Kind::Service), span))),
    }
}

fn check_provided(item: &Value, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    match item {
        Value::Provided(what, _) if PROVIDERS.iter().any(|(name, _)| *name == what.as_ref()) => Ok(()),
        other => {
            let message =
                format!("expected something like `crd(\"...\")`, got {}: {}", other.type_name(), other.show());
            Err(sink.error(Diagnostic::new(codes::TYPE_MISMATCH, span, message)))
        }
    }
}

fn check_repository(forge: &str, path: &str, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    let Some((_, doc)) = FORGES.iter().find(|(name, _)| *name == forge) else {
        let forges: Vec<&str> = FORGES.iter().map(|(name, _)| *name).collect();
        let message = format!("`{forge}` is no forge");
        let help = format!("there are {}", forges.join(", "));
        return Err(sink.error(Diagnostic::new(codes::TYPE_MISMATCH, span, message).help(help)));
    };
    let parts = path.split('/').count();
    let is_right = match forge {
        "azure_devops" => parts == 3,
        "gitlab" => parts >= 2 || path.bytes().all(|byte| byte.is_ascii_digit()),
        _ => parts == 2,
    };
    let is_blank = |part: &str| part.is_empty() || part.contains(char::is_whitespace) || part.contains(':');
    if is_right && !path.split('/').any(is_blank) {
        return Ok(());
    }
    let message = format!("`{path}` is no repository of `{forge}`");
    Err(sink.error(Diagnostic::new(codes::BAD_VALUE, span, message).note(*doc)))
}

fn check_path(item: &Value, span: Span, sink: &mut Sink) -> Result<(), Reported> {
    match item {
        Value::Path(_) => Ok(()),
        Value::Text(text) => {
            let message = format!("expected a path, got a string: {}", item.show());
            let change = Change::Word { within: span, from: format!("\"{text}\""), to: text.to_string() };
            Err(sink.error(
                Diagnostic::new(codes::TYPE_MISMATCH, span, message)
                    .help(format!("paths stand without quotes: `{text}`"))
                    .offer(format!("Write `{text}`"), change),
            ))
        }
        other => Err(sink.error(Diagnostic::new(
            codes::TYPE_MISMATCH,
            span,
            format!("expected a path, got {}: {}", other.type_name(), other.show()),
        ))),
    }
}

/// Says that a value has another type than its place asks for.
pub(crate) fn mismatch(value: &Value, of: &Type, span: Span) -> Diagnostic {
    if matches!(of, Type::Text(Text::Sealed)) {
        let message = format!("expected {}, got {}", with_article(&of.name()), value.type_name());
        return Diagnostic::new(codes::TYPE_MISMATCH, span, message).secret();
    }
    let message = format!("expected {}, got {}: {}", with_article(&of.name()), value.type_name(), value.show());
    let help = match (of, value) {
        (Type::Text(_), Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            Some(format!("quote it: `\"{}\"`", value.show()))
        }
        (Type::Reference(_) | Type::Needs, Value::Text(text)) => Some(format!("names stand without quotes: `{text}`")),
        (Type::Int(..) | Type::Bool, Value::Text(_)) => Some("leave the quotes away".to_owned()),
        (
            Type::List(_) | Type::Paths,
            Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::Reference(..) | Value::Path(_),
        ) => Some(format!("a list stands in brackets: `[{}]`", value.show())),
        _ => None,
    };
    let finding = Diagnostic::new(codes::TYPE_MISMATCH, span, message).help_if(help);
    match fitting(value, of, span) {
        // What stands in a list then may still be of the wrong type.
        Some((title, change @ Change::Around(..))) => finding.offer(title, change),
        Some((title, change)) => finding.fix(title, change),
        None => finding,
    }
}

/// What makes a value of the wrong type one of the right type.
fn fitting(value: &Value, of: &Type, span: Span) -> Option<(String, Change)> {
    let word = |from: String, to: String| Some((format!("Write `{to}`"), Change::Word { within: span, from, to }));
    match (of, value) {
        (Type::Text(_), Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            word(value.show(), format!("\"{}\"", value.show()))
        }
        (Type::Reference(_) | Type::Needs, Value::Text(text)) => word(format!("\"{text}\""), text.to_string()),
        (Type::Int(..), Value::Text(text)) if text.parse::<i64>().is_ok() => {
            word(format!("\"{text}\""), text.to_string())
        }
        (Type::Bool, Value::Text(text)) if matches!(text.as_ref(), "true" | "false") => {
            word(format!("\"{text}\""), text.to_string())
        }
        (
            Type::List(_) | Type::Paths,
            Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::Reference(..) | Value::Path(_),
        ) => Some(("Put it into a list".to_owned(), Change::Around(span, "[".to_owned(), "]".to_owned()))),
        _ => None,
    }
}
