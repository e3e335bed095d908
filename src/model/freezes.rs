//! Freezes: what is not synced, and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::estates::{merge_owned, seconds};
use super::fields::Fields;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, body, declarations, name_span, names, sink_of};
use crate::overlays::{Collector, Contributions, Facts, Frame, Level, Place, Tree, conform_key};
use crate::schema::{self, Kind, Text};
use crate::syntax::ast::{EntryKind, Named};
use crate::values::{Ambients, check_text};

/// When nothing is synced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Freeze {
    /// Its name.
    pub name: Arc<str>,
    /// When it begins, in five fields.
    pub schedule: Arc<str>,
    /// How long it holds, as it is written.
    pub duration: Arc<str>,
    /// The same in seconds.
    pub seconds: u64,
    /// The time zone of the schedule.
    pub zone: Arc<str>,
    /// Whether people may sync by hand meanwhile.
    pub manual: bool,
    /// Why, for people.
    pub description: Option<Arc<str>>,
}

/// The freezes of all environments, layers and services that have some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frozen(BTreeMap<(Kind, Arc<str>), Vec<Freeze>>);

impl Frozen {
    /// The freezes that stand in a declaration, by name.
    #[must_use]
    pub fn of(&self, kind: Kind, name: &str) -> &[Freeze] {
        self.0.get(&(kind, name.into())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every declaration that has some, with them.
    pub fn all(&self) -> impl Iterator<Item = (Kind, &Arc<str>, &[Freeze])> {
        self.0.iter().map(|((kind, name), freezes)| (*kind, name, freezes.as_slice()))
    }

    /// The same with other names for what has freezes.
    #[must_use]
    pub fn renamed(self, name: &dyn Fn(Kind, &Arc<str>) -> Arc<str>) -> Self {
        Self(self.0.into_iter().map(|((kind, of), freezes)| ((kind, name(kind, &of)), freezes)).collect())
    }

    /// Whether there is no freeze at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    freezes: Vec<Freeze>,
    diagnostics: Vec<Diagnostic>,
}

/// What can be frozen.
const KINDS: [Kind; 3] = [Kind::Environment, Kind::Layer, Kind::Service];

/// All freezes.
#[salsa::tracked]
pub fn frozen(db: &dyn Db) -> Frozen {
    let mut all = BTreeMap::new();
    for item in items(db) {
        let freezes = &checked_freezes(db, item).freezes;
        if !freezes.is_empty() {
            all.insert((item.kind(db), Arc::clone(item.name(db))), freezes.clone());
        }
    }
    Frozen(all)
}

/// What is wrong with freezes, each by itself.
pub(crate) fn freeze_diagnostics(db: &dyn Db) -> impl Iterator<Item = &Diagnostic> {
    items(db).flat_map(|item| &checked_freezes(db, item).diagnostics)
}

/// Where the name of a freeze stands.
pub(crate) fn freeze_span(db: &dyn Db, kind: Kind, of: &str, freeze: &str) -> Option<Span> {
    let item = declarations(db).get(kind, of)?;
    let expr =
        blocks(db, item).find_map(|named| named.name.as_ref().filter(|name| name.plain_text() == Some(freeze)))?;
    Some(item.decl(db).site(db).span(expr.range))
}

fn items(db: &dyn Db) -> impl Iterator<Item = Item<'_>> {
    KINDS.into_iter().flat_map(|kind| declarations(db).of(db, kind))
}

/// The `freeze` blocks of a declaration.
fn blocks<'db>(db: &'db dyn Db, item: Item<'db>) -> impl Iterator<Item = &'db Named> {
    let entries = body(db, item).map(|named| named.body.entries.as_slice()).unwrap_or_default();
    entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Named(named) if named.word.text.as_ref() == "freeze" => Some(named),
        _ => None,
    })
}

#[salsa::tracked]
fn checked_freezes<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    repeated(db, item, &mut sink);
    let any = blocks(db, item).next().is_some() && !sink.has_errors();
    let tree = any.then(|| resolve(db, item, &mut sink)).flatten();
    let freezes = match &tree {
        Some(Tree::Branch(named, _)) => named.iter().filter_map(|(name, tree)| freeze(name, tree, &mut sink)).collect(),
        _ => vec![],
    };
    Checked { freezes, diagnostics: sink.finish() }
}

/// Two freezes of one name would become one.
fn repeated(db: &dyn Db, item: Item<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for expr in blocks(db, item).filter_map(|named| named.name.as_ref()) {
        let Some(name) = expr.plain_text() else { continue };
        let span = item.decl(db).site(db).span(expr.range);
        if let Some(first) = seen.insert(name, span) {
            let message = format!("there are two freezes `{name}` here");
            let finding = Diagnostic::new(codes::DUPLICATE_KEY, span, message).also(first, "the other one");
            sink.push(finding.help("give each a name of its own"));
        }
    }
}

/// All freezes of a declaration as one block. They are the same on every cluster, so nothing of a cluster can be named.
fn resolve<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) -> Option<Tree> {
    let named = body(db, item)?;
    let schema = &schema::kind(item.kind(db)).body;
    let frame =
        Frame { site: item.decl(db).site(db), level: Level::Own, locals: item.locals(db).to_vec(), deferred: vec![] };
    let locals = [frame.locals.clone()];
    let mut contributions = Contributions::default();
    let place = if item.kind(db) == Kind::Service { Place::Service } else { Place::Plain };
    // What needs no values is checked with the declaration.
    let mut reported = Sink::default();
    Collector { db, names: names(db), item: None, contributions: &mut contributions, sink: &mut reported }.collect(
        frame,
        &named.body,
        schema,
        place,
    );
    contributions.list.retain(|line| line.path.first().is_some_and(|key| key.as_ref() == "freeze"));
    let facts = Facts { db, names: names(db), clusters: &[], each: None };
    let tree = merge_owned(facts, &contributions, &locals, Ambients::None, None, name_span(db, item), sink);
    conform_key(&tree, schema, "freeze", sink)
}

fn freeze(name: &Arc<str>, tree: &Tree, sink: &mut Sink) -> Option<Freeze> {
    let fields = Fields(Some(tree));
    if let Err(problem) = check_text(Text::DnsLabel, name) {
        sink.push(Diagnostic::new(codes::BAD_NAME, tree.span(), problem.message).note(problem.note));
    }
    let description = fields.text("description");
    if let (Some(text), Some(at)) = (&description, fields.tree("description"))
        && text.len() > MAX_DESCRIPTION
    {
        let message = format!("the description has {} bytes", text.len());
        let note = format!("Argo CD takes at most {MAX_DESCRIPTION}");
        sink.push(Diagnostic::new(codes::BAD_VALUE, at.span(), message).note(note));
    }
    let duration = fields.text("duration")?;
    Some(Freeze {
        name: Arc::clone(name),
        schedule: fields.text("schedule")?,
        seconds: length(&duration, fields.tree("duration")?.span(), sink)?,
        duration,
        zone: zone(fields)?,
        manual: fields.flag("manual", false),
        description,
    })
}

/// The most bytes of a window's description (`SyncWindow.Validate`).
const MAX_DESCRIPTION: usize = 255;

/// The longest duration that Go can hold, in seconds.
const MAX_SECONDS: u64 = i64::MAX as u64 / 1_000_000_000;

fn length(duration: &str, span: Span, sink: &mut Sink) -> Option<u64> {
    let seconds = seconds(duration);
    let problem = match seconds {
        0 => "a freeze of no length holds nothing back",
        1..=MAX_SECONDS => return Some(seconds),
        _ => "a duration holds 292 years at most",
    };
    sink.push(Diagnostic::new(codes::BAD_VALUE, span, problem).note("Argo CD reads durations as Go does"));
    None
}

/// The time zone; nothing where it is broken.
fn zone(fields: Fields<'_>) -> Option<Arc<str>> {
    match fields.tree("timezone") {
        Some(_) => fields.text("timezone"),
        None => Some("UTC".into()),
    }
}
