//! What becomes of paths in the source when files move.

use super::cursor::{FileRange, in_file, whole};
use super::symbols::{Role, Symbol, symbols};
use crate::db::{Db, SourceFile};
use crate::model::local_path;
use crate::names::{reachable, takes_in};
use crate::source::{Decl, outline};
use crate::syntax::ast::DeclarationKind;
use crate::syntax::syntax;
use crate::text::TextRange;
use crate::values::join_path;

/// A file or folder that moves, from the platform's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it was.
    pub from: String,
    /// Where it will be.
    pub to: String,
}

/// The edits that keep every path true when files and folders move, and everything in the platform that was.
pub fn moved(db: &dyn Db, moves: &[Moved]) -> Vec<(FileRange, String)> {
    let mut edits = vec![];
    for file in &reachable(db).files {
        for decl in &outline(db, *file).decls {
            for symbol in symbols(db, *decl) {
                let path = moved_path(db, *file, &symbol, moves);
                edits.extend(path.map(|path| (in_file(db, *decl, symbol.range), format!("\"{path}\""))));
            }
        }
    }
    edits.extend(imports_of_lost(db, moves));
    edits
}

/// The path that a word must say after the move, if it is another.
fn moved_path(db: &dyn Db, file: SourceFile, symbol: &Symbol, moves: &[Moved]) -> Option<String> {
    let file = file.path(db);
    match &symbol.role {
        Role::Import(path) | Role::Data(path) => {
            let (from, to) = (join_path(file, path)?, after(file, moves));
            let target = after(&from, moves);
            let new = relative(&to, &target);
            ((to != file || target != from) && new != normal(path)).then_some(new)
        }
        Role::Path(path) => {
            let local = local_path(db, path)?;
            let new = after(&local, moves);
            (new != local).then(|| Some(format!("{}{new}", path.strip_suffix(local.as_str())?)))?
        }
        _ => None,
    }
}

/// Imports of files that no pattern takes in any more: without them, what the files declare would be gone, and deleted.
fn imports_of_lost(db: &dyn Db, moves: &[Moved]) -> Vec<(FileRange, String)> {
    let all = imports(db, moves);
    let files = reachable(db).files.iter().map(|file| (file.path(db), after(file.path(db), moves)));
    let lost = files.filter(|(from, to)| from != to && to.ends_with(".pf")).filter_map(|(from, to)| {
        let import = all.iter().find(|import| takes_in(&import.before, from))?;
        let is_there = all.iter().any(|import| takes_in(&import.after, &to));
        (!is_there).then(|| import.another(db, &to, moves))
    });
    lost.collect()
}

/// An import, with what it takes in before and after the move, from the platform's folder.
struct Taking<'db> {
    decl: Decl<'db>,
    team: Option<&'db str>,
    before: String,
    after: String,
}

fn imports<'db>(db: &'db dyn Db, moves: &[Moved]) -> Vec<Taking<'db>> {
    let decls = reachable(db).files.iter().flat_map(|file| &outline(db, *file).decls);
    let taking = |decl: &Decl<'db>| {
        let DeclarationKind::Import(import) = &syntax(db, *decl).declaration.kind else { return None };
        let before = join_path(decl.file(db).path(db), &import.path.text)?;
        let team = import.team.as_ref().map(|team| team.text.as_ref());
        Some(Taking { decl: *decl, team, after: after(&before, moves), before })
    };
    decls.filter_map(taking).collect()
}

impl Taking<'_> {
    /// The same for one file more, in a line of its own below this import.
    fn another(&self, db: &dyn Db, path: &str, moves: &[Moved]) -> (FileRange, String) {
        let file = self.decl.file(db);
        let end = whole(db, self.decl).end as usize;
        let rest = file.text(db).get(end..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let range = TextRange::new(end + rest.len(), end + rest.len());
        let path = relative(&after(file.path(db), moves), path);
        let team = self.team.map_or(String::new(), |team| format!(" for {team}"));
        (FileRange { file, range }, format!("\nimport \"{path}\"{team}"))
    }
}

/// A path without what leads nowhere.
fn normal(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

fn after(path: &str, moves: &[Moved]) -> String {
    let there = moves.iter().find_map(|Moved { from, to }| {
        let rest = path.strip_prefix(from.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
    });
    there.unwrap_or_else(|| path.to_owned())
}

/// A path as it is seen from the folder of a file.
fn relative(file: &str, path: &str) -> String {
    let folders: Vec<&str> = file.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    let parts: Vec<&str> = path.split('/').collect();
    let shared = folders.iter().zip(&parts).take_while(|(left, right)| left == right).count();
    let up = folders.iter().skip(shared).map(|_| "..");
    up.chain(parts.into_iter().skip(shared)).collect::<Vec<_>>().join("/")
}
