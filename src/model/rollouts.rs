//! Rollouts: in which step of its `ApplicationSet` an instance takes a change. The conditions of steps are evaluated as any
//! value of an instance is, so that each instance says of every step whether it is in it.

use std::sync::Arc;

use super::entities::Deliver;
use super::estates::{attribute, estate};
use super::fields::Fields;
use super::gather::{Asked, Gathered, first, gather};
use super::heads::{Head, head, instance_name};
use super::services::asked_for;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, body, declarations, name_span, sink_of};
use crate::overlays::{Action, Level, Target, Tree, conform};
use crate::schema::{Kind, ROLLOUT};
use crate::syntax::ast::{Block, Entry, EntryKind, Expr, ExprKind};
use crate::values::Value;

/// How many instances of a step may be updated at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// So many.
    Count(i64),
    /// A part of them, with its sign: `25%`.
    Part(Arc<str>),
}

/// A step of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutStep {
    /// Its condition as it is written; of the rest there is none.
    pub on: Option<Arc<str>>,
    /// How many at once; without one, all.
    pub batch: Option<Batch>,
}

/// How changes reach the instances of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The steps, the first one first.
    pub steps: Vec<RolloutStep>,
    /// For each instance of the head, the index of its step.
    pub step_of: Vec<usize>,
    /// Whether what is deleted goes in reverse order.
    pub reverse: bool,
}

impl Rollout {
    /// The number of an instance's step, from 1 on.
    #[must_use]
    pub fn number(&self, position: usize) -> Option<usize> {
        self.step_of.get(position).map(|step| step + 1)
    }

    /// The instances whose step comes directly before that of an instance, among those that `beside` says are in its set.
    #[must_use]
    pub fn before(&self, position: usize, beside: impl Fn(usize) -> bool) -> Vec<usize> {
        let Some(own) = self.step_of.get(position) else { return vec![] };
        let earlier = |(other, step): &(usize, usize)| step < own && beside(*other);
        let all: Vec<(usize, usize)> = self.step_of.iter().copied().enumerate().filter(earlier).collect();
        let last = all.iter().map(|(_, step)| *step).max();
        all.into_iter().filter(|(_, step)| Some(*step) == last).map(|(other, _)| other).collect()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    rollout: Option<Arc<Rollout>>,
    /// Where the rollout stands, and each of its steps.
    span: Option<Span>,
    steps: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
}

/// The rollout of a service that an ApplicationSet delivers, if it has one that can be known.
#[salsa::tracked]
pub fn rollout<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Rollout>> {
    checked_rollout(db, item).rollout.clone()
}

/// What is wrong with the rollout of a service.
pub fn rollout_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_rollout(db, item).diagnostics
}

/// Where the rollout of a service stands.
pub(crate) fn rollout_span<'db>(db: &'db dyn Db, item: Item<'db>) -> Span {
    checked_rollout(db, item).span.unwrap_or_else(|| name_span(db, item))
}

/// Where each step of a service's rollout stands.
pub(crate) fn step_spans<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Span] {
    &checked_rollout(db, item).steps
}

#[salsa::tracked]
fn checked_rollout<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let read = head(db, item).as_ref().filter(|head| is_said(db, item, head));
    let read = read.and_then(|head| read_rollout(db, item, head, &mut sink));
    let (rollout, span, steps) =
        read.map_or((None, None, vec![]), |(rollout, span, steps)| (rollout, Some(span), steps));
    Checked { rollout: rollout.map(Arc::new), span, steps, diagnostics: sink.finish() }
}

type Read = (Option<Rollout>, Span, Vec<Span>);

fn read_rollout<'db>(db: &'db dyn Db, item: Item<'db>, head: &Arc<Head>, sink: &mut Sink) -> Option<Read> {
    // What is wrong with template and `each` has been reported with the head.
    let mut reported = sink_of(db, item);
    let gathered =
        gather(db, item, &first(|key| key == "rollout"), &mut reported).filter(|_| !reported.has_errors())?;
    if head.deliver == Deliver::Applications {
        nothing_rolls_out(&gathered, head, sink);
        return None;
    }
    let asked = asked_for(db, head, &gathered);
    Reader { gathered: &gathered, head, asked, sink }.read()
}

/// Whether any declaration that has a say says something of a rollout. Most don't, and are not gathered for it.
fn is_said<'db>(db: &'db dyn Db, item: Item<'db>, head: &Head) -> bool {
    let declared = declarations(db);
    let template = attribute(db, item, "use").and_then(template_of).and_then(|name| declared.get(Kind::Template, name));
    let places = [
        (Some(item), &[][..]),
        (template, &[]),
        (declared.get(Kind::Layer, &head.layer), &["defaults"]),
        (declared.of(db, Kind::Platform).next(), &["defaults", "service"]),
    ];
    places.into_iter().any(|(of, path)| {
        let block = of.and_then(|of| body(db, of)).map(|named| &named.body);
        let block =
            path.iter().try_fold(block, |block, key| Some(block.and_then(|block| super::gather::nested(block, key))));
        block.flatten().is_some_and(|block| block.entries.iter().any(says_rollout))
    })
}

fn template_of(used: &Expr) -> Option<&str> {
    match &used.kind {
        ExprKind::Call(callee, _) => template_of(callee),
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn says_rollout(entry: &Entry) -> bool {
    match &entry.kind {
        EntryKind::Assign { key, .. } | EntryKind::Nested { key, .. } => key.text.as_ref() == "rollout",
        _ => false,
    }
}

/// Defaults are for whatever services there are; who writes a rollout for this one means it.
fn nothing_rolls_out(gathered: &Gathered<'_>, head: &Head, sink: &mut Sink) {
    let lines = &gathered.contributions;
    let meant = |index: &usize| matches!(lines.level(*index), Level::Own | Level::Template);
    let Some(line) = (0..lines.list.len()).find(meant) else { return };
    let message = format!("`{}` is delivered as Applications, and nothing walks through them in steps", head.name);
    sink.push(
        Diagnostic::new(codes::NOTHING_ROLLS_OUT, lines.span(line), message)
            .note("steps are what the ApplicationSet controller does with the Applications that it makes; others sync as soon as they can")
            .help("write `deliver = applicationset` in the service or in its layer, or leave the rollout away"),
    );
}

struct Reader<'r, 'db> {
    gathered: &'r Gathered<'db>,
    head: &'r Head,
    asked: Vec<Asked>,
    sink: &'r mut Sink,
}

/// What a group of instances says.
struct Said {
    steps: Vec<RolloutStep>,
    /// For each step, whether they are in it; `None` is the rest.
    within: Vec<Option<bool>>,
    reverse: bool,
    members: Vec<usize>,
}

impl Reader<'_, '_> {
    fn read(&mut self) -> Option<Read> {
        let mut place = None;
        let mut all: Vec<Said> = vec![];
        for group in self.gathered.groups(&self.asked, self.sink) {
            let tree = self.gathered.resolve(&group, self.sink).tree;
            let tree = self.conform(tree.get("rollout")?)?;
            let steps = tree.get("steps").filter(|steps| !steps.is_broken())?;
            place.get_or_insert((tree.span(), steps.span()));
            all.push(said(Fields(Some(&tree)), group.members));
        }
        let (span, steps_span) = place?;
        let spans = self.spans(steps_span, all.first()?.steps.len());
        let rollout = self.rollout(&all, steps_span, &spans);
        Some((rollout, span, spans.into_iter().map(|(span, _)| span).collect()))
    }

    fn conform(&mut self, tree: &Tree) -> Option<Tree> {
        let clusters = self.head.instances.iter().map(|slot| slot.cluster.as_ref());
        let target = Target { version: estate(self.gathered.db).oldest_target(clusters) };
        let tree = conform(tree.clone(), ROLLOUT, target, self.sink);
        matches!(tree, Tree::Branch(..)).then_some(tree)
    }

    /// Where each step stands, and its condition as it is written.
    fn spans(&mut self, whole: Span, count: usize) -> Vec<(Span, Option<Arc<str>>)> {
        let lines = &self.gathered.contributions;
        let expr = (0..lines.list.len()).filter(|index| lines.span(*index) == whole).find_map(|index| {
            let line = lines.list.get(index)?;
            let site = lines.frames.get(line.frame)?.site;
            match line.action {
                Action::Set(expr) | Action::Append(expr) => Some((site, expr)),
                Action::Unset | Action::Exists => None,
            }
        });
        let Some((site, expr)) = expr else { return vec![(whole, None); count] };
        super::spelling::check(self.gathered.worlds, expr, site, self.sink);
        match &expr.kind {
            ExprKind::List(items) if items.len() == count => {
                items.iter().map(|item| (site.span(item.range), condition(item))).collect()
            }
            _ => vec![(whole, None); count],
        }
    }

    fn rollout(&mut self, all: &[Said], whole: Span, spans: &[(Span, Option<Arc<str>>)]) -> Option<Rollout> {
        let first = all.first()?;
        if !self.are_steps(first, whole, spans) || !self.are_the_same(all, first, whole) {
            return None;
        }
        let mut step_of = vec![0; self.head.instances.len()];
        let mut is_whole = true;
        for said in all {
            let Some(step) = self.step(said, whole, spans) else {
                is_whole = false;
                continue;
            };
            said.members.iter().filter_map(|member| step_of.get_mut(*member).map(|of| *of = step)).count();
        }
        let shown = first.steps.iter().zip(spans);
        let steps = shown.map(|(step, (_, on))| RolloutStep { on: on.clone(), ..step.clone() }).collect();
        is_whole.then_some(Rollout { steps, step_of, reverse: first.reverse })
    }

    fn bad(&mut self, span: Span, message: &str, help: &str) -> bool {
        let note = "Argo CD rolls out step after step, and each step takes the instances that bear its label";
        self.sink.push(Diagnostic::new(codes::BAD_STEPS, span, message).note(note).help(help));
        false
    }

    fn are_steps(&mut self, said: &Said, whole: Span, spans: &[(Span, Option<Arc<str>>)]) -> bool {
        if said.steps.is_empty() {
            let help = "write `steps = [{ on = env == dev }, {}]`, or leave the rollout away";
            return self.bad(whole, "a rollout without steps", help);
        }
        let last = said.within.len() - 1;
        let early = said.within.iter().zip(spans).take(last).find(|(within, _)| within.is_none());
        match early {
            Some((_, (span, _))) => self.bad(
                *span,
                "a step without `on` takes the rest, and others come after it",
                "give it a condition, or put it last",
            ),
            None => true,
        }
    }

    fn are_the_same(&mut self, all: &[Said], first: &Said, whole: Span) -> bool {
        let differs = all.iter().any(|said| said.steps != first.steps || said.reverse != first.reverse);
        if differs {
            let help = "let nothing but `on` ask for the cluster; make two steps where a batch must differ";
            return self.bad(whole, "the steps themselves differ from instance to instance", help);
        }
        true
    }

    /// The one step of a group of instances.
    fn step(&mut self, said: &Said, whole: Span, spans: &[(Span, Option<Arc<str>>)]) -> Option<usize> {
        let chosen: Vec<usize> = said
            .within
            .iter()
            .enumerate()
            .filter_map(|(index, within)| (*within == Some(true)).then_some(index))
            .collect();
        let rest = said.within.last().is_some_and(Option::is_none).then(|| said.within.len() - 1);
        match (chosen.as_slice(), rest) {
            ([one], _) => Some(*one),
            ([], Some(rest)) => Some(rest),
            ([], None) => {
                self.in_no_step(said, whole);
                None
            }
            ([first, second, ..], _) => {
                let (first, second) = (spans.get(*first)?.0, spans.get(*second)?.0);
                self.in_two_steps(said, first, second);
                None
            }
        }
    }

    fn in_no_step(&mut self, said: &Said, whole: Span) {
        let message = format!("{} in no step", self.shown(said));
        self.sink.push(
            Diagnostic::new(codes::IN_NO_STEP, whole, message)
                .note("Argo CD never syncs an Application that no step selects, and says nothing of it")
                .help("widen a condition, or add `{}` as the last step, which takes the rest"),
        );
    }

    fn in_two_steps(&mut self, said: &Said, first: Span, second: Span) {
        let message = format!("{} in this step and in an earlier one", self.shown(said));
        self.sink.push(
            Diagnostic::new(codes::STEPS_OVERLAP, second, message)
                .also(first, "the earlier one")
                .note("each instance takes a change once; of two steps Argo CD counts the first, and reports the set as wrong")
                .help("narrow one of the conditions, such as with `and not (...)`"),
        );
    }

    /// One instance of a group, and how many more there are.
    fn shown(&self, said: &Said) -> String {
        let slot = said.members.first().and_then(|member| self.head.instances.get(*member));
        let name = slot.map_or_else(String::new, |slot| instance_name(&self.head.name, slot));
        match said.members.len() {
            0 | 1 => format!("`{name}` is"),
            all => format!("`{name}` and {} more are", all - 1),
        }
    }
}

fn said(fields: Fields<'_>, members: Vec<usize>) -> Said {
    let steps = fields.values("steps");
    let within = |step: &Value| match step.as_object().and_then(|step| step.get("on")) {
        Some(Value::Bool(is)) => Some(*is),
        _ => None,
    };
    Said {
        within: steps.iter().map(within).collect(),
        steps: steps.iter().map(|step| RolloutStep { on: None, batch: batch(step) }).collect(),
        reverse: fields.text("deletion_order").as_deref() == Some("reverse"),
        members,
    }
}

fn batch(step: &Value) -> Option<Batch> {
    match step.as_object()?.get("batch")? {
        Value::Int(count) => Some(Batch::Count(*count)),
        part => part.as_text().cloned().map(Batch::Part),
    }
}

/// The condition of a step as it is written.
fn condition(step: &Expr) -> Option<Arc<str>> {
    let ExprKind::Object(Block { entries, .. }) = &step.kind else { return None };
    entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key, value, .. } if key.text.as_ref() == "on" => Some(value.to_string().into()),
        _ => None,
    })
}

/// What of a tool stands in an Application and in no file, with the word that says that the tool itself is meant.
const UNSEEN: [(&str, &[&str]); 3] = [
    ("helm", &["parameters", "release", "kube_version", "api_versions"]),
    ("plugin", &["env", "parameters"]),
    ("kustomize", &["images", "replicas", "patches", "labels", "annotations", "name_prefix", "name_suffix"]),
];

/// Argo CD looks for what is to be rolled out by revisions, so a change of nothing but the Application is passed over.
pub(super) fn check_seen(db: &dyn Db, item: Item<'_>, tree: &Tree, sink: &mut Sink) {
    for block in super::fields::source_blocks(tree) {
        for (tool, words) in UNSEEN {
            // What differs from a base of the platform's own repository is written to files.
            let Some(tool_block) = block.get(tool).filter(|block| tool != "kustomize" || block.get("repo").is_some())
            else {
                continue;
            };
            if let Some(line) = words.iter().find_map(|word| tool_block.get(word)) {
                sink.push(
                    Diagnostic::new(codes::ROLLOUT_PASSES_OVER, line.span(), "a rollout passes over a change of this alone")
                        .also(rollout_span(db, item), "the service is rolled out in steps")
                        .note("it stands in the Application and in no file; Argo CD (#27949) rolls out what has another revision")
                        .help("say it in values or in files, or change a version along with it"),
                );
            }
        }
    }
}

/// Settings of the sync that don't go with a rollout, in which Argo CD syncs by its own rules.
pub(super) fn check_sync(db: &dyn Db, item: Item<'_>, tree: &Tree, sink: &mut Sink) {
    let sync = Fields(tree.get("sync"));
    let own = name_span(db, item);
    let is_own = |span: Span| (span.file, span.anchor) == (own.file, own.anchor);
    let rolls_out = "the service is rolled out in steps";
    if let Some(line) = sync.tree("self_heal").filter(|line| is_own(line.span()) && sync.flag("self_heal", false)) {
        sink.push(
            Diagnostic::new(codes::NO_SELF_HEAL, line.span(), "nothing is undone here")
                .also(rollout_span(db, item), rolls_out)
                .note("Argo CD turns automated sync off for what it rolls out, and with it self-healing; drift waits for the next change")
                .help("leave it away, or the rollout"),
        );
    }
    if let Some(line) = sync.tree("automated").filter(|_| !sync.flag("automated", true)) {
        sink.push(
            Diagnostic::new(codes::ROLLS_OUT_ALL_THE_SAME, line.span(), "a rollout syncs all the same")
                .also(rollout_span(db, item), rolls_out)
                .note("the controller starts a sync in each step, whatever an Application says of automated sync; it only removes nothing then")
                .help("leave it away, or the rollout"),
        );
    }
    if let Some(line) = sync.tree("prune").filter(|_| !sync.flag("prune", true)) {
        sink.push(
            Diagnostic::new(codes::RISKY_SETTING, line.span(), "nothing that leaves Git is removed")
                .also(rollout_span(db, item), rolls_out)
                .note("an object that leaves Git then keeps its Application OutOfSync, and later steps wait for ever")
                .help("annotate what must stay: `argocd.argoproj.io/sync-options: Prune=false` and `argocd.argoproj.io/compare-options: IgnoreExtraneous`"),
        );
    }
}
