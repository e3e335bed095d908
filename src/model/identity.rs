//! What was called otherwise before: by which names Argo CD and the clusters go on to know it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::estates::attribute;
use super::heads::head;
use super::placement::{reference, scope_of};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, declarations, name_span, subject, with_subject};
use crate::schema::{self, Kind};
use crate::syntax::ast::Expr;
use crate::values::{Expected, evaluate};

/// By which names Argo CD and the clusters know something. They are its own, unless `moved` says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// What its Applications are named after.
    pub application: Arc<str>,
    /// What everything on clusters is named after: releases, bindings, and what shows `${service}`.
    pub workload: Arc<str>,
    /// What Applications are named after that stay beside those, and do nothing until they go.
    pub leaving: Option<Arc<str>>,
}

impl Identity {
    /// The names of what was never called otherwise.
    #[must_use]
    pub fn own(name: &Arc<str>) -> Self {
        Self { application: Arc::clone(name), workload: Arc::clone(name), leaving: None }
    }
}

/// How a renamed service's Applications are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// As before.
    Old,
    /// Both ways at once.
    Both,
    /// As the service is called now.
    New,
}

/// One `moved`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What it was called.
    pub from: Arc<str>,
    /// What it is called now, or was in the meantime.
    pub to: Arc<str>,
    /// How its Applications are called.
    pub names: Names,
}

/// Everything that was renamed, by the kind and the name that is declared: the names before, the oldest first.
pub type Moves = BTreeMap<(Kind, Arc<str>), Vec<Moved>>;

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    moves: Moves,
    diagnostics: Vec<Diagnostic>,
}

/// Everything that was renamed.
#[salsa::tracked]
pub fn moves(db: &dyn Db) -> Moves {
    checked_moves(db).moves.clone()
}

/// What is wrong with `moved`.
pub fn moved_diagnostics(db: &dyn Db) -> &[Diagnostic] {
    &checked_moves(db).diagnostics
}

/// Most platforms rename nothing, and then no name is looked for.
#[salsa::tracked(returns(copy))]
fn moves_something(db: &dyn Db) -> bool {
    declarations(db).of(db, Kind::Moved).next().is_some()
}

/// The names of one declaration: a narrow view of all.
#[salsa::tracked]
fn identity_of(db: &dyn Db, kind: Kind, name: Arc<str>) -> Identity {
    let mut identity = Identity::own(&name);
    let Some(chain) = moves(db).get(&(kind, Arc::clone(&name))) else { return identity };
    let Some(oldest) = chain.first() else { return identity };
    identity.workload = Arc::clone(&oldest.from);
    identity.application = Arc::clone(&oldest.from);
    for moved in chain {
        let is_last = moved.to == name;
        let renamed = (moved.names != Names::Old).then(|| Arc::clone(&moved.to));
        let before = renamed.map(|renamed| std::mem::replace(&mut identity.application, renamed));
        identity.leaving = before.filter(|_| is_last && moved.names == Names::Both);
    }
    identity
}

/// By which names something is known.
pub fn identity(db: &dyn Db, kind: Kind, name: &Arc<str>) -> Identity {
    if !moves_something(db) {
        return Identity::own(name);
    }
    identity_of(db, kind, Arc::clone(name)).clone()
}

/// The team that owns the service that a `moved` or `removed` speaks of, if one is declared; nothing where it speaks of
/// something else, which is the platform's.
pub fn spoken_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Option<Arc<str>>> {
    let (_, old) = subject(db, item).filter(|(kind, _)| *kind == Kind::Service)?;
    let is_it = |chain: &Vec<Moved>| chain.iter().any(|moved| moved.from.as_ref() == old);
    let of_services = moves(db).iter().filter(|((kind, _), _)| *kind == Kind::Service);
    let renamed = of_services.filter(|(_, chain)| is_it(chain)).map(|((_, name), _)| name.as_ref()).next();
    let service = declarations(db).get(Kind::Service, renamed.unwrap_or(old));
    Some(service.and_then(|service| head(db, service).as_ref().map(|head| Arc::clone(&head.owner))))
}

/// Where the `moved` stands that something has its names from.
pub(crate) fn moved_span(db: &dyn Db, kind: Kind, name: &str) -> Option<Span> {
    let chain = moves(db).get(&(kind, name.into()))?;
    let from = &chain.first()?.from;
    declarations(db).get(Kind::Moved, &with_subject(kind, from)).map(|item| name_span(db, item))
}

/// Why a project can't be a team's, if it is another's.
pub(super) fn project_of_others(name: &str) -> Option<&'static str> {
    match name {
        "admin" => Some("the project of roots and foundations is called `admin`"),
        "default" => Some("Argo CD itself makes a project `default`"),
        _ => None,
    }
}

/// A name that no projects of a team can have had.
pub(super) fn kept_by_a_team(db: &dyn Db, team: &str, old: &str, why: &'static str) -> Option<Diagnostic> {
    let message = format!("`{old}` can't be the name that projects of a team keep");
    let finding = Diagnostic::new(codes::RESERVED_NAME, moved_span(db, Kind::Team, team)?, message).note(why);
    Some(finding.help("take `moved` away: no team can have been called so"))
}

/// A `moved` as it is written.
struct Line<'db> {
    item: Item<'db>,
    kind: Kind,
    moved: Moved,
    to_span: Span,
}

#[salsa::tracked]
fn checked_moves(db: &dyn Db) -> Checked {
    let mut sink = Sink::default();
    let items = declarations(db).of(db, Kind::Moved);
    let lines: Vec<Line<'_>> = items.filter_map(|item| read(db, item, &mut sink)).collect();
    let by_old: BTreeMap<(Kind, &str), &Line<'_>> =
        lines.iter().map(|line| ((line.kind, line.moved.from.as_ref()), line)).collect();
    let mut by_new: BTreeMap<(Kind, &str), &Line<'_>> = BTreeMap::new();
    for line in &lines {
        if let Some(first) = by_new.insert((line.kind, &line.moved.to), line) {
            sink.push(moved_twice(line, first));
        }
        let is_itself = line.moved.from == line.moved.to;
        if let Some(still) = declarations(db).get(line.kind, &line.moved.from).filter(|_| !is_itself) {
            sink.push(still_declared(db, line, still));
        }
    }
    let mut moves = Moves::new();
    for line in &lines {
        match end(line, &by_old) {
            End::Circle(members) => circle(line, &members, &mut sink),
            End::At(last) if declarations(db).get(line.kind, &last.moved.to).is_none() => unknown(db, last, &mut sink),
            End::At(last) => moves.entry((line.kind, Arc::clone(&last.moved.to))).or_default().push(line.moved.clone()),
        }
    }
    for chain in moves.values_mut() {
        *chain = in_order(chain);
    }
    Checked { moves, diagnostics: sink.finish() }
}

fn read<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) -> Option<Line<'db>> {
    // What has no kind, or a wrong one, was reported with the declaration.
    let (kind, from) = subject(db, item).filter(|(kind, _)| schema::MOVED.contains(kind))?;
    let Some(expr) = attribute(db, item, "to") else {
        sink.push(missing_to(db, item, kind));
        return None;
    };
    let span = item.decl(db).site(db).span(expr.range);
    let to = match expr.plain_text() {
        Some(_) if expr.literal().is_some() => {
            // A name in quotes is reported where it is read.
            let _ = reference(db, item, expr, kind, sink);
            return None;
        }
        Some(text) => given(db, item, expr, kind).unwrap_or_else(|| text.into()),
        None => evaluate(&scope_of(db, item), expr, Expected::Value, sink).ok()?.to_text()?,
    };
    let names = names(db, item, kind, sink);
    Some(Line { item, kind, moved: Moved { from: from.into(), to, names }, to_span: span })
}

/// What a name stands for: a declaration, or what a `for` or a variable gives. One in between is neither.
fn given(db: &dyn Db, item: Item<'_>, expr: &Expr, kind: Kind) -> Option<Arc<str>> {
    let scope = scope_of(db, item);
    let evaluated = |expected| evaluate(&scope, expr, expected, &mut Sink::default()).ok();
    evaluated(Expected::Kind(kind)).or_else(|| evaluated(Expected::Value))?.to_text()
}

fn missing_to(db: &dyn Db, item: Item<'_>, kind: Kind) -> Diagnostic {
    Diagnostic::new(codes::MISSING_ATTRIBUTE, name_span(db, item), "`to` is missing")
        .help(format!("write `to = NAME`, with the name that the {} has now", kind.word()))
        .lacks("to", None)
}

fn names(db: &dyn Db, item: Item<'_>, kind: Kind, sink: &mut Sink) -> Names {
    let Some(expr) = attribute(db, item, "names") else { return Names::Old };
    let names = match expr.plain_text() {
        Some("both") => Names::Both,
        Some("new") => Names::New,
        _ => return Names::Old,
    };
    if kind == Kind::Service {
        return names;
    }
    let message = format!("the names of a {} can't be changed in Argo CD", kind.word());
    let note = match kind {
        Kind::Template => "a template's name is in nothing that is written",
        _ => "everything below it would be deleted and created anew, in one go",
    };
    let finding = Diagnostic::new(codes::BAD_VALUE, item.decl(db).site(db).span(expr.range), message).note(note);
    sink.push(
        finding.help("leave `names` away: it keeps the old ones").superfluous("Take `names` away", Some("names")),
    );
    Names::Old
}

/// Where a chain of `moved` leads.
enum End<'l, 'db> {
    /// To what its last link says.
    At(&'l Line<'db>),
    /// Nowhere.
    Circle(Vec<&'l Line<'db>>),
}

fn end<'l, 'db>(line: &'l Line<'db>, by_old: &BTreeMap<(Kind, &str), &'l Line<'db>>) -> End<'l, 'db> {
    let mut seen = vec![line];
    let mut last = line;
    while let Some(next) = by_old.get(&(last.kind, last.moved.to.as_ref())) {
        if seen.iter().any(|known| known.moved.from == next.moved.from) {
            return End::Circle(seen);
        }
        seen.push(next);
        last = next;
    }
    End::At(last)
}

/// The links of a chain, the oldest first.
fn in_order(chain: &[Moved]) -> Vec<Moved> {
    let is_first = |moved: &&Moved| !chain.iter().any(|other| other.to == moved.from);
    let mut ordered: Vec<Moved> = chain.iter().filter(is_first).take(1).cloned().collect();
    while let Some(next) = ordered.last().and_then(|last| chain.iter().find(|moved| moved.from == last.to)) {
        ordered.push(next.clone());
    }
    ordered
}

/// A circle is told once, at the first of its lines by name.
fn circle(line: &Line<'_>, members: &[&Line<'_>], sink: &mut Sink) {
    let closes = members.last().is_some_and(|last| last.moved.to == line.moved.from);
    if !closes || members.iter().any(|other| other.moved.from < line.moved.from) {
        return;
    }
    let names: Vec<&str> =
        members.iter().map(|line| line.moved.from.as_ref()).chain([line.moved.from.as_ref()]).collect();
    let message = format!("`moved` in a circle: {}", names.join(" → "));
    let finding = Diagnostic::new(codes::MOVED_IN_CIRCLE, line.to_span, message);
    let finding = members.iter().skip(1).fold(finding, |finding, line| {
        finding.also(line.to_span, format!("and `{}` became `{}`", line.moved.from, line.moved.to))
    });
    sink.push(
        finding
            .note(
                "what is declared must be reached: from its oldest name, over those in between, to the one that it has",
            )
            .help("take away the line that is not so"),
    );
}

fn unknown(db: &dyn Db, line: &Line<'_>, sink: &mut Sink) {
    if let Some(expr) = attribute(db, line.item, "to") {
        // A reference to nothing is reported where it is read.
        let _ = reference(db, line.item, expr, line.kind, sink);
    }
}

fn moved_twice(line: &Line<'_>, first: &Line<'_>) -> Diagnostic {
    let message = format!("`{}` and `{}` both became `{}`", first.moved.from, line.moved.from, line.moved.to);
    Diagnostic::new(codes::MOVED_TWICE, line.to_span, message)
        .also(first.to_span, "the other one")
        .note("of two names one can be kept: what bore the other would be deleted")
        .help(format!(
            "leave the one whose Applications `{}` goes on with; let the other go with `removed`",
            line.moved.to
        ))
}

fn still_declared(db: &dyn Db, line: &Line<'_>, still: Item<'_>) -> Diagnostic {
    let (kind, from) = (line.kind.word(), &line.moved.from);
    let message = format!("`{from}` became `{}`, and is declared all the same", line.moved.to);
    Diagnostic::new(codes::MOVED_BUT_DECLARED, name_span(db, line.item), message)
        .also(name_span(db, still), format!("{kind} `{from}`"))
        .note("two would have one name in Argo CD")
        .help(format!("rename that {kind}, or take `moved` away"))
        .superfluous("Take `moved` away", None)
}
