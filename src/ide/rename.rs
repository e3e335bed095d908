//! Renaming across files.

use std::sync::Arc;

use super::cursor::{At, FileRange};
use super::navigate::{Target, occurrences, target};
use crate::db::Db;
use crate::model::check_name;
use crate::names::{body, declarations};
use crate::schema::{AMBIENTS, Kind, ROLES};
use crate::text::TextRange;

/// What can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The name at the cursor, without quotes.
    pub place: FileRange,
    /// The name as it is now.
    pub name: Arc<str>,
}

/// What a new name changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The parts of files, by file and place, and what comes there.
    pub edits: Vec<(FileRange, String)>,
    /// What else it means, for somebody to say yes to.
    pub warning: Option<String>,
}

/// Whether the word at a cursor can have another name.
///
/// # Errors
/// Why not.
pub fn prepare_rename(db: &dyn Db, at: &At<'_>) -> Result<Rename, String> {
    let target = target(db, at).ok_or("this is no name that can be changed")?;
    let name = match &target {
        Target::Declared(kind, name) => {
            check_declared(db, *kind, name)?;
            Arc::clone(name)
        }
        Target::Variable(name) | Target::Label(name) | Target::Parameter(_, name) => Arc::clone(name),
        Target::Local(..) => at.range(db).text(db).into(),
    };
    Ok(Rename { place: unquoted(db, at.range(db)), name })
}

fn check_declared(db: &dyn Db, kind: Kind, name: &str) -> Result<(), String> {
    if kind == Kind::Role && ROLES.iter().any(|role| role.name == name) {
        return Err(format!("the role `{name}` is built in"));
    }
    let item = declarations(db).get(kind, name).ok_or(format!("there is no {} `{name}`", kind.word()))?;
    let is_literal = body(db, item).and_then(|named| named.name.as_ref()?.plain_text()).is_some();
    if is_literal { Ok(()) } else { Err(format!("`{name}` is computed: change what it is made of")) }
}

/// Gives the word at a cursor another name, everywhere.
///
/// # Errors
/// Why that name can't be.
pub fn rename(db: &dyn Db, at: &At<'_>, new: &str) -> Result<Renamed, String> {
    let old = prepare_rename(db, at)?.name;
    let target = target(db, at).ok_or("this is no name that can be changed")?;
    check_new(db, &target, new)?;
    let all = occurrences(db, &target).into_iter().map(|found| unquoted(db, found.place));
    let edits = all.map(|place| (place, new.to_owned())).collect();
    Ok(Renamed { edits, warning: warning(&target, &old, new) })
}

fn check_new(db: &dyn Db, target: &Target<'_>, new: &str) -> Result<(), String> {
    match target {
        Target::Declared(kind, _) => {
            check_name(*kind, new).map_err(|(message, note)| format!("{message}: {note}"))?;
            let is_taken = declarations(db).get(*kind, new).is_some()
                || *kind == Kind::Role && ROLES.iter().any(|role| role.name == new);
            if is_taken { Err(format!("there is a {} `{new}` already", kind.word())) } else { Ok(()) }
        }
        _ if !is_word(new) => Err(format!("`{new}` is no word: letters, digits, `_` and `-`, a letter first")),
        Target::Local(..) | Target::Parameter(..) if AMBIENTS.iter().any(|(name, _)| *name == new) => {
            Err(format!("`{new}` means something else in every expression"))
        }
        Target::Local(decl, _) if holds_word(decl.text(db), new) => {
            Err(format!("`{new}` stands in this declaration already"))
        }
        _ => Ok(()),
    }
}

/// Words that the language keeps for itself (`reserved` of the grammar).
const RESERVED: [&str; 10] = ["or", "and", "not", "in", "if", "then", "else", "true", "false", "null"];

fn is_word(text: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(is_part)
        && !RESERVED.contains(&text)
}

fn holds_word(text: &str, word: &str) -> bool {
    let lexemes = crate::source::Lexer::new(text, 0);
    lexemes.into_iter().any(|(_, range)| range.of(text) == word)
}

/// What is written bears the names of these: Argo CD deletes what bore the old one.
fn warning(target: &Target<'_>, old: &str, new: &str) -> Option<String> {
    let Target::Declared(kind, _) = target else { return None };
    let what = match kind {
        Kind::Service | Kind::Cluster => "its Applications",
        Kind::Team => "its AppProject",
        Kind::Layer | Kind::Hub => "its root Applications",
        _ => return None,
    };
    let kind = kind.word();
    Some(format!(
        "{what} change their names with the {kind}: Argo CD deletes those of `{old}` and creates those of `{new}`"
    ))
}

/// A name's place without the quotes around it.
fn unquoted(db: &dyn Db, place: FileRange) -> FileRange {
    let text = place.text(db);
    let is_quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    let inner = TextRange { start: place.range.start + 1, end: place.range.end.saturating_sub(1) };
    if is_quoted { FileRange { range: inner, ..place } } else { place }
}
