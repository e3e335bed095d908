//! What is missing, as one would write it: entries of blocks, and whole declarations.

use std::collections::BTreeMap;

use super::super::format::Edit;
use super::tree::{Around, around};
use crate::db::{Db, SourceFile};
use crate::diagnostics::Span;
use crate::names::{bound_team, declarations};
use crate::schema::{Attribute, BlockSchema, Form, KINDS, Kind, Text, Type, kind, kind_of_word};
use crate::syntax::ast::{Block, EntryKind};
use crate::text::TextRange;

/// So many names are offered for one attribute.
const OFFERED: usize = 5;

/// The entries that can be added to the innermost block around a place that takes the key and lacks it.
pub(super) fn entry(db: &dyn Db, at: Span, key: &str, value: Option<&str>) -> Vec<(String, (SourceFile, Edit))> {
    let Some(around) = around(db, at) else { return vec![] };
    let takes = |(block, schema): &&(&Block, &BlockSchema)| schema.attribute(key).is_some() && !says(block, key);
    let Some((block, schema)) = around.blocks.iter().rev().find(takes).copied() else { return vec![] };
    let Some(attribute) = schema.attribute(key) else { return vec![] };
    let values = match value {
        Some(value) => vec![value.to_owned()],
        None => samples(db, attribute, around.decl.name(db)),
    };
    let lines = values.into_iter().map(|value| format!("{key} = {value}"));
    lines.filter_map(|line| Some((line.clone(), inserted(db, &around, block, &line)?))).collect()
}

fn says(block: &Block, key: &str) -> bool {
    block.entries.iter().any(|entry| match &entry.kind {
        EntryKind::Assign { key: word, .. } | EntryKind::Nested { key: word, .. } => word.text.as_ref() == key,
        _ => false,
    })
}

/// A line as the first of a block, indented as the one that is the first now.
fn inserted(db: &dyn Db, around: &Around<'_>, block: &Block, line: &str) -> Option<(SourceFile, Edit)> {
    let text = around.file.text(db);
    let open = around.in_file(block.range).start;
    let head = text.get(..open as usize)?;
    let own = head.rfind('\n').map_or(head, |newline| head.get(newline + 1..).unwrap_or(""));
    let depth = own.len() - own.trim_start_matches([' ', '\t']).len();
    let outer = own.get(..depth).unwrap_or("");
    let behind = text.get(open as usize + 1..)?;
    let breaks = behind.trim_start_matches([' ', '\t']).starts_with(['\n', '\r', '#']);
    let new = if breaks { format!("\n{outer}  {line}") } else { format!("\n{outer}  {line}\n{outer} ") };
    let range = TextRange { start: open + 1, end: open + 1 };
    Some((around.file, Edit { range, text: new }))
}

/// Values that fit an attribute: what is declared, or an example.
fn samples(db: &dyn Db, attribute: &Attribute, of: &str) -> Vec<String> {
    match &attribute.of {
        Type::Reference(kind) => {
            let names: Vec<String> =
                declarations(db).of(db, *kind).take(OFFERED).map(|item| item.name(db).to_string()).collect();
            if names.is_empty() { vec![kind.word().to_owned()] } else { names }
        }
        Type::List(_) => vec!["[]".to_owned()],
        Type::Choice(choices) => choices.iter().map(|choice| choice.name.to_owned()).collect(),
        Type::Bool => vec!["true".to_owned()],
        Type::Int(least, _) => vec![least.max(&1).to_string()],
        Type::RepositoryOrUrl => vec!["\"https://charts.example.com\"".to_owned()],
        _ => vec![example(attribute).unwrap_or_else(|| format!("\"{}\"", text(attribute, of)))],
    }
}

/// What the examples of the kinds say.
fn example(attribute: &Attribute) -> Option<String> {
    if matches!(attribute.of, Type::Text(Text::DnsLabel)) {
        return None;
    }
    let mut lines = KINDS.iter().flat_map(|kind| kind.example.lines());
    let said = lines.find_map(|line| {
        let (key, value) = line.trim().split_once('=')?;
        (key.trim() == attribute.name).then(|| value.trim().to_owned())
    });
    said.filter(|value| {
        value.starts_with('"') && value.len() > 2 && value.ends_with('"') && !value.starts_with("\"\"\"")
    })
}

fn text(attribute: &Attribute, of: &str) -> String {
    match (&attribute.of, attribute.name) {
        (Type::Text(Text::DnsLabel), _) => of.to_owned(),
        (Type::Text(Text::Duration), _) => "8h".to_owned(),
        (Type::Text(Text::Schedule), _) => "0 18 * * 5".to_owned(),
        (_, "version") => "1.0.0".to_owned(),
        _ => attribute.name.to_owned(),
    }
}

/// A declaration with what it must say, at the end of the file where most of its kind stand.
pub(super) fn declaration(db: &dyn Db, word: &str, name: &str, near: Span) -> Option<Vec<(SourceFile, Edit)>> {
    let of = kind_of_word(word)?;
    let file = home(db, of).unwrap_or(near.file);
    let text = file.text(db);
    let gap = match text {
        "" => "",
        text if text.ends_with("\n\n") => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let range = TextRange::new(text.len(), text.len());
    Some(vec![(file, Edit { range, text: format!("{gap}{}\n", skeleton(db, of, name)) })])
}

/// The file where most of a kind are declared that is no single team's.
fn home(db: &dyn Db, of: Kind) -> Option<SourceFile> {
    let mut files: BTreeMap<&str, (usize, SourceFile)> = BTreeMap::new();
    for item in declarations(db).of(db, of) {
        let file = item.decl(db).file(db);
        files.entry(file.path(db)).or_insert((0, file)).0 += 1;
    }
    files.retain(|_, (_, file)| bound_team(db, *file).is_none());
    files.into_values().max_by_key(|(count, file)| (*count, std::cmp::Reverse(file.path(db)))).map(|(_, file)| file)
}

fn skeleton(db: &dyn Db, of: Kind, name: &str) -> String {
    let required = kind(of).body.attributes.iter().filter(|attribute| attribute.form == Form::Required);
    let entries: Vec<(&str, String)> = required
        .filter_map(|attribute| Some((attribute.name, samples(db, attribute, name).into_iter().next()?)))
        .collect();
    let width = entries.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = entries.iter().map(|(key, value)| format!("  {key:width$} = {value}\n")).collect();
    // What must be there though no single attribute is.
    lines.extend(match of {
        Kind::Role => Some("  includes = [viewer]\n".to_owned()),
        Kind::Service => Some(format!("  manifests {{ path = \"apps/{name}\" }}\n")),
        _ => None,
    });
    let body = if lines.is_empty() { String::new() } else { format!("\n{}", lines.concat()) };
    format!("{} {name} {{{body}}}", of.word())
}
