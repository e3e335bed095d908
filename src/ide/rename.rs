//! Renaming across files.

use std::sync::Arc;

use super::cursor::{At, FileRange, declaration_at, in_file};
use super::lines;
use super::navigate::{Occurrence, Target, occurrences, target};
use super::symbols::{Role, Symbol, symbols};
use crate::db::Db;
use crate::model::check_name;
use crate::names::{body, declarations, with_subject};
use crate::schema::{AMBIENTS, Kind, ROLES};
use crate::source::Decl;
use crate::syntax::is_word;
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
    let all = occurrences(db, &target);
    if let Some(place) = all.iter().find(|found| is_taken(db, &target, found.place, new)) {
        return Err(format!("`{new}` means something else in the declaration at {}", shown(db, place.place)));
    }
    let kept = kept(db, &target, &old, new);
    // What became the old name did so all the same.
    let is_told =
        |found: &&Occurrence| declaration_at(db, found.place.position()).is_some_and(|it| it.word(db) == "moved");
    let keeps = kept.is_some();
    let edits = all.iter().filter(|found| !keeps || !is_told(found));
    let edits = edits.map(|found| (unquoted(db, found.place), new.to_owned())).chain(kept).collect();
    Ok(Renamed { edits, warning: warning(&target, &old, new) })
}

/// Says what it was called before, so that Argo CD deletes nothing: a `moved` above it. Where it gets back a name that it had, the
/// one that says so goes.
fn kept(db: &dyn Db, target: &Target<'_>, old: &str, new: &str) -> Option<(FileRange, String)> {
    let Target::Declared(kind @ (Kind::Service | Kind::Cluster | Kind::Team), _) = target else { return None };
    let before = declarations(db).get(Kind::Moved, &with_subject(*kind, new));
    if let Some(moved) = before.filter(|moved| moved.path(db).is_empty()) {
        return Some((whole_line(db, moved.decl(db)), String::new()));
    }
    let decl = declarations(db).get(*kind, old)?.decl(db);
    let start = TextRange { start: decl.start(db), end: decl.start(db) };
    let place = FileRange { file: decl.file(db), range: start };
    Some((place, format!("moved {} {old} {{ to = {new} }}\n\n", kind.word())))
}

/// A declaration with the line ends behind it.
fn whole_line(db: &dyn Db, decl: Decl<'_>) -> FileRange {
    let (file, start) = (decl.file(db), decl.start(db));
    let end = start as usize + decl.text(db).len();
    let behind = file.text(db).get(end..).unwrap_or("");
    let blank = behind.len() - behind.trim_start_matches(['\n', '\r']).len();
    FileRange { file, range: TextRange::new(start as usize, end + blank) }
}

fn check_new(db: &dyn Db, target: &Target<'_>, new: &str) -> Result<(), String> {
    match target {
        Target::Declared(kind, _) => {
            check_name(*kind, new).map_err(|(message, note)| format!("{message}: {note}"))?;
            let is_taken = declarations(db).get(*kind, new).is_some()
                || *kind == Kind::Role && ROLES.iter().any(|role| role.name == new);
            if is_taken { Err(already(kind.word(), new)) } else { Ok(()) }
        }
        _ if !is_word(new) => Err(format!("`{new}` is no word: letters, digits, `_` and `-`, a letter first")),
        Target::Local(..) | Target::Parameter(..) if AMBIENTS.iter().any(|(name, _)| *name == new) => {
            Err(format!("`{new}` means something else in every expression"))
        }
        Target::Variable(_) if is_said(db, &Target::Variable(new.into())) => Err(already("variable", new)),
        Target::Label(_) if is_said(db, &Target::Label(new.into())) => Err(already("label", new)),
        _ => Ok(()),
    }
}

fn already(what: &str, name: &str) -> String {
    format!("there is a {what} `{name}` already")
}

fn is_said(db: &dyn Db, target: &Target<'_>) -> bool {
    occurrences(db, target).iter().any(|found| found.is_declaration)
}

/// Whether a new name would be taken for another where it comes to stand: a bare word means what is nearest.
fn is_taken(db: &dyn Db, target: &Target<'_>, place: FileRange, new: &str) -> bool {
    let is_local = matches!(target, Target::Local(..) | Target::Parameter(..));
    if matches!(target, Target::Variable(_) | Target::Label(_)) {
        return false;
    }
    let Some(decl) = declaration_at(db, place.position()) else { return false };
    let is_argument =
        |symbol: &Symbol| matches!(symbol.role, Role::Argument(..)) && in_file(db, decl, symbol.range) == place;
    let said = symbols(db, decl);
    // Names of arguments are apart from all others.
    !said.iter().any(is_argument)
        && said.iter().any(|symbol| match &symbol.role {
            Role::Local(name, _) => name.as_ref() == new && !place.text(db).starts_with('"'),
            Role::Reference(..) | Role::Unknown => is_local && symbol.range.of(decl.text(db)) == new,
            _ => false,
        })
}

fn shown(db: &dyn Db, place: FileRange) -> String {
    let line = lines(db, place.file).line_column(place.file.text(db), place.range.start).line + 1;
    format!("{}:{line}", place.file.path(db))
}

/// What is written bears the names of these: Argo CD deletes what bore the old one.
fn warning(target: &Target<'_>, old: &str, new: &str) -> Option<String> {
    let Target::Declared(kind, _) = target else { return None };
    let what = match kind {
        Kind::Cluster => {
            return Some(format!(
                "what shows `${{cluster}}` in a value shows `{new}`; its Applications keep their names"
            ));
        }
        Kind::Layer | Kind::Hub => "its root Applications",
        Kind::Namespace => {
            return Some(format!("what is in `{old}` is deployed to `{new}` anew, and deleted where it was"));
        }
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
