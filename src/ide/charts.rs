//! From a key of Helm's values to the line of the chart that says what it is where nobody says otherwise.

use std::sync::Arc;

use super::cursor::{At, FileRange};
use super::paths::there;
use super::symbols::{Role, Symbol, symbols};
use crate::db::{Db, SourceFile};
use crate::model::local_path;
use crate::names::declarations;
use crate::schema::Kind;
use crate::source::Decl;
use crate::text::TextRange;

/// The line of a chart of the repository that says a key of its values, or the nearest key above it.
pub(super) fn default_of(db: &dyn Db, at: &At<'_>) -> Option<FileRange> {
    let Role::Key(path) = &at.symbol.role else { return None };
    let helm = path.windows(2).position(|keys| keys.iter().map(AsRef::as_ref).eq(["helm", "values"]))?;
    let file = values_of(db, at.decl, path.get(..=helm)?)?;
    let range = line_of(file.text(db), path.get(helm + 2..)?)?;
    Some(FileRange { file, range })
}

/// The values of the chart that a block of a declaration names, or the same block of its template.
fn values_of(db: &dyn Db, decl: Decl<'_>, block: &[Arc<str>]) -> Option<SourceFile> {
    let said = symbols(db, decl);
    let folder = chart_of(&said, block).or_else(|| {
        let template = said.iter().find_map(|symbol| match &symbol.role {
            Role::Reference(Kind::Template, name) => declarations(db).get(Kind::Template, name),
            _ => None,
        })?;
        chart_of(&symbols(db, template.decl(db)), block)
    })?;
    there(db, &format!("{}/values.yaml", local_path(db, &folder)?.trim_end_matches('/')))
}

/// The folder that the attribute `path` of a block names.
fn chart_of(said: &[Symbol], block: &[Arc<str>]) -> Option<Arc<str>> {
    let is_path =
        |keys: &[Arc<str>]| keys.split_last().is_some_and(|(key, around)| &**key == "path" && around == block);
    said.windows(2).find_map(|pair| match pair {
        [Symbol { role: Role::Attribute(_, keys), .. }, Symbol { role: Role::Path(path), .. }] if is_path(keys) => {
            Some(Arc::clone(path))
        }
        _ => None,
    })
}

/// Where a file of values says a key, or as much of the way to it as it says.
fn line_of(text: &str, path: &[Arc<str>]) -> Option<TextRange> {
    let lines = lines(text);
    let mut inner = lines.as_slice();
    let mut found = None;
    for key in path {
        let Some(depth) = inner.first().map(|line| line.depth) else { break };
        let Some(place) = inner.iter().position(|line| line.depth == depth && line.key == key.as_ref()) else { break };
        let (line, below) = inner.get(place..).and_then(<[Line<'_>]>::split_first)?;
        found = Some(line.range);
        inner = below.split(|next| next.depth <= depth).next().unwrap_or_default();
    }
    found
}

/// A line of YAML that says a key.
struct Line<'t> {
    depth: usize,
    key: &'t str,
    range: TextRange,
}

/// The lines of a text in block style that say a key. What stands on several lines is deeper than its key, and asked for by
/// nobody.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = vec![];
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let depth = line.len() - content.len();
        let key = content.split_once(':').map_or("", |(key, _)| key.trim_end());
        if !key.is_empty() && !key.starts_with(['#', '-']) {
            let range = TextRange::new(start + depth, start + depth + key.len());
            lines.push(Line { depth, key: key.trim_matches(['"', '\'']), range });
        }
        start += line.len();
    }
    lines
}
