//! Policies and tests, asked of the resolved platform.

mod answers;
mod ask;
mod reasons;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use answers::{About, Asked};
use ask::{Failure, Ruled, rule};

use crate::db::Db;
use crate::diagnostics::{Diagnostic, Severity, Sink};
use crate::model::{Claim, Head, alike, check_declaration, claim, estate, head, instance_name, said, service, worlds};
use crate::names::{Item, bound_team, declarations, name_span, siblings, sink_of};
use crate::overlays::{Mention, of_expr};
use crate::schema::{Kind, Over, question};
use crate::syntax::ast::ExprKind;
use crate::text::TextRange;
use crate::values::{World, path_keys};

/// What became of a policy or a test.
#[derive(Clone, Debug)]
pub struct Ruling<'db> {
    /// Its declaration.
    pub item: Item<'db>,
    /// Of how many instances, services, clusters or teams a policy was asked; how much a test expects.
    pub asked: usize,
    /// What does not hold, or could not be asked.
    pub objections: Vec<Objection>,
}

/// Something that does not hold, or could not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// What is said of it.
    pub finding: Diagnostic,
    /// The same in words, without the name of the policy.
    pub text: String,
    /// The instances, services, clusters or teams that it is about; none for a test.
    pub of: Vec<String>,
}

impl Ruling<'_> {
    /// Whether something forbids to write anything.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.objections.iter().any(|it| it.finding.severity() == Severity::Error)
    }
}

/// Asks every policy and every test, in the order of the text.
pub fn rulings(db: &dyn Db) -> Vec<Ruling<'_>> {
    let items = declarations(db).items().iter().copied();
    let asked = items.filter(|item| matches!(item.kind(db), Kind::Policy | Kind::Test));
    let ruled = asked.filter_map(|item| Some((item, verdict(db, item).as_ref()?)));
    ruled.map(|(item, it)| Ruling { item, asked: it.asked, objections: it.objections.clone() }).collect()
}

/// What became of one of them.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    asked: usize,
    objections: Vec<Objection>,
}

/// Asks the policies over services and instances about one service; later questions find the answers.
pub fn ask_policies<'db>(db: &'db dyn Db, item: Item<'db>) {
    of_service(db, item);
}

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    for ruling in rulings(db) {
        sink.extend(ruling.objections.into_iter().map(|it| it.finding));
    }
}

/// A policy or a test without a mistake of its own.
fn sound<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Claim<'db>> {
    let is_sound = check_declaration(db, item).iter().all(|finding| finding.severity() == Severity::Warning);
    claim(db, item).filter(|_| is_sound)
}

/// What became of a policy or a test; nothing where it has a mistake of its own.
#[salsa::tracked]
fn verdict<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Verdict> {
    let claim = sound(db, item)?;
    Some(match claim.over {
        Over::Platform => Verdict { asked: claim.required.len(), objections: test(db, &claim) },
        _ => policy(db, &claim),
    })
}

fn policy<'db>(db: &'db dyn Db, claim: &Claim<'db>) -> Verdict {
    let name = claim.name(db);
    let (mut outcome, mut candidates) = (Outcome::of(name), 0);
    let sink = &mut sink_of(db, claim.item);
    match claim.over {
        Over::Instance | Over::Service => {
            for service in declarations(db).of(db, Kind::Service) {
                outcome.extend(of_service(db, service).iter().find(|outcome| outcome.policy == *name));
                candidates += 1;
            }
        }
        Over::Cluster => {
            let mut held = held(db);
            for cluster in &estate(db).clusters {
                let Some(declared) = declarations(db).get(Kind::Cluster, &cluster.name) else { continue };
                let services = held.remove(&cluster.name).unwrap_or_default();
                outcome.add(of_declared(db, claim, declared, About::Cluster(cluster, services), sink));
                candidates += 1;
            }
        }
        Over::Team | Over::Platform => {
            let mut owned = owned(db);
            for team in &estate(db).teams {
                let Some(declared) = declarations(db).get(Kind::Team, &team.name) else { continue };
                let services = owned.remove(&team.name).unwrap_or_default();
                outcome.add(of_declared(db, claim, declared, About::Team(team, services), sink));
                candidates += 1;
            }
        }
    }
    let asked = outcome.concerned;
    let mut objections = words::objections(db, claim, outcome);
    if asked == 0 && candidates > 0 && objections.is_empty() {
        objections.push(Objection::of_all(words::asks_nothing(db, claim)));
    }
    Verdict { asked, objections }
}

impl Objection {
    /// One that is about nothing in particular.
    fn of_all(finding: Diagnostic) -> Self {
        Self { text: finding.message.clone(), finding, of: vec![] }
    }
}

/// What a policy came to on some of what it is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    /// The policy's name.
    policy: Arc<str>,
    /// How many it concerns.
    concerned: usize,
    failures: Vec<Failure>,
    /// What could not be asked, and of what.
    broken: Vec<(Diagnostic, Vec<String>)>,
}

impl Outcome {
    fn of(policy: &Arc<str>) -> Self {
        Self { policy: Arc::clone(policy), concerned: 0, failures: vec![], broken: vec![] }
    }

    fn extend(&mut self, other: Option<&Self>) {
        let Some(other) = other else { return };
        self.concerned += other.concerned;
        self.failures.extend(other.failures.iter().cloned());
        self.broken.extend(other.broken.iter().cloned());
    }

    fn add(&mut self, (ruled, names): (Ruled, Vec<String>)) {
        match ruled {
            Ruled::NotConcerned => {}
            Ruled::Holds => self.concerned += names.len(),
            Ruled::Fails { span, message, values } => {
                self.concerned += names.len();
                let is_same =
                    |known: &&mut Failure| (known.span, &known.message, &known.values) == (span, &message, &values);
                match self.failures.iter_mut().find(is_same) {
                    Some(known) => known.of.extend(names),
                    None => self.failures.push(Failure { span, message, values, of: names }),
                }
            }
            Ruled::Broken(findings) => {
                self.concerned += names.len();
                self.broken.extend(findings.into_iter().map(|finding| (finding, names.clone())));
            }
        }
    }
}

/// What the policies over services and instances came to on one service. It changes with the service, and what it asks of
/// others, alone.
#[salsa::tracked]
fn of_service<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Outcome> {
    let policies = declarations(db).of(db, Kind::Policy).filter_map(|policy| sound(db, policy));
    let policies: Vec<_> = policies.filter(|claim| matches!(claim.over, Over::Instance | Over::Service)).collect();
    if policies.is_empty() {
        return vec![];
    }
    let Some(head) = head(db, item).as_ref().filter(|_| service(db, item).is_some()) else { return vec![] };
    let concerns = |claim: &Claim<'_>| {
        let team = bound_team(db, claim.item.decl(db).file(db));
        team.as_ref().is_none_or(|team| *team == head.owner)
    };
    let mut asked: Vec<Asking<'_, '_>> =
        policies.iter().filter(|claim| concerns(claim)).map(|claim| Asking::new(db, claim)).collect();
    asked.iter_mut().filter(|asking| asking.claim.over == Over::Service).for_each(|asking| asking.service(item, head));
    // What asks for more than attributes differs from instance to instance without being mentioned.
    for asks_more in [false, true] {
        let is_one =
            |asking: &&mut Asking<'_, '_>| asking.claim.over == Over::Instance && asks(asking.claim) == asks_more;
        instances(db, item, head, &mut asked.iter_mut().filter(is_one).collect::<Vec<_>>(), asks_more);
    }
    asked.into_iter().map(|asking| asking.outcome).collect()
}

/// A policy that is being asked of a service.
struct Asking<'c, 'db> {
    db: &'db dyn Db,
    claim: &'c Claim<'db>,
    outcome: Outcome,
    sink: Sink,
}

impl<'c, 'db> Asking<'c, 'db> {
    fn new(db: &'db dyn Db, claim: &'c Claim<'db>) -> Self {
        let sink = Sink::of_one_in(share(db) * siblings(db, claim.item));
        Self { db, claim, outcome: Outcome::of(claim.name(db)), sink }
    }

    fn service(&mut self, item: Item<'db>, head: &Head) {
        let world =
            World { service: Some(Arc::clone(&head.name)), owner: Some(Arc::clone(&head.owner)), ..World::default() };
        let asked = Asked::new(self.db, About::Service(item, head), None, name_span(self.db, item));
        let ruled = ask(self.db, self.claim, &world, &asked, &mut self.sink);
        self.outcome.add((ruled, vec![head.name.to_string()]));
    }
}

/// Asks policies of all instances of a service, of those together that differ in nothing that any of them asks for.
fn instances<'db>(db: &'db dyn Db, item: Item<'db>, head: &Head, asked: &mut [&mut Asking<'_, 'db>], each_alone: bool) {
    if asked.is_empty() {
        return;
    }
    let (mut paths, mut mentions) = (vec![], BTreeSet::new());
    for asking in asked.iter() {
        let (more_paths, more_mentions) = wanted(asking.claim);
        paths.extend(more_paths);
        mentions.extend(more_mentions);
    }
    if each_alone {
        mentions.extend([Mention::Cluster, Mention::Item]);
    }
    for alike in alike(db, item, &paths, &mentions) {
        let Some(first) = alike.instances.first().copied() else { continue };
        let slots = alike.instances.iter().filter_map(|position| head.instances.get(*position));
        let names: Vec<String> = slots.map(|slot| instance_name(&head.name, slot)).collect();
        for asking in asked.iter_mut() {
            let about = About::Instance(item, head, first);
            let here = Asked::new(db, about, Some(&alike.tree), name_span(db, item));
            let ruled = ask(db, asking.claim, &alike.world, &here, &mut asking.sink);
            asking.outcome.add((ruled, names.clone()));
        }
    }
}

/// Among how many services what a policy may cost is divided: rounded up, so that a further one concerns the others only
/// once in a while.
#[salsa::tracked(returns(copy))]
fn share(db: &dyn Db) -> usize {
    declarations(db).of(db, Kind::Service).count().next_power_of_two()
}

/// The attributes and names that a policy asks for.
fn wanted(claim: &Claim<'_>) -> (Vec<Vec<Arc<str>>>, BTreeSet<Mention>) {
    let (mut paths, mut mentions) = (vec![], BTreeSet::new());
    for expr in claim.expressions() {
        of_expr(expr, None, &mut mentions);
        let mut found: Vec<TextRange> = vec![];
        expr.walk(&mut |expr| {
            let is_part = found.iter().any(|whole| whole.cover(expr.range) == *whole);
            if let Some(keys) = path_keys(expr).filter(|keys| !is_part && is_attribute(claim.over, keys.first())) {
                found.push(expr.range);
                paths.push(keys.into_iter().map(|(key, _)| key).collect());
            }
        });
    }
    (paths, mentions)
}

fn is_attribute<R>(over: Over, first: Option<&(Arc<str>, R)>) -> bool {
    first.is_some_and(|(key, _)| over.attribute(key).is_some())
}

/// Whether a policy asks for more than attributes and names.
fn asks(claim: &Claim<'_>) -> bool {
    let mut found = false;
    for expr in claim.expressions() {
        expr.walk(&mut |expr| {
            found |= match &expr.kind {
                ExprKind::Call(callee, _) => {
                    callee.plain_text().is_some_and(|name| name != "has" && question(name, 0).is_some())
                }
                ExprKind::Name(name) => claim.over.fact(name).is_some(),
                _ => false,
            };
        });
    }
    found
}

/// Asks a policy for what it requires.
fn ask(db: &dyn Db, claim: &Claim<'_>, world: &World, asked: &Asked<'_>, sink: &mut Sink) -> Ruled {
    let required = claim.required.first();
    required.map_or(Ruled::NotConcerned, |required| rule(db, (claim, required), world, asked, sink))
}

fn of_declared<'db>(
    db: &'db dyn Db,
    claim: &Claim<'db>,
    item: Item<'db>,
    about: About<'_>,
    sink: &mut Sink,
) -> (Ruled, Vec<String>) {
    let tree = said(db, item);
    let world = match about {
        About::Cluster(cluster, _) => worlds(db).iter().find(|world| world.cluster.as_ref() == Some(&cluster.name)),
        _ => None,
    };
    let world = world.cloned().unwrap_or_default();
    let asked = Asked::new(db, about, tree.as_ref(), name_span(db, item));
    (ask(db, claim, &world, &asked, sink), vec![item.name(db).to_string()])
}

/// By cluster, the services on it: each as often as it has instances there.
fn held(db: &dyn Db) -> FxHashMap<&Arc<str>, Vec<Arc<str>>> {
    let mut held: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()) {
        for slot in &head.instances {
            held.entry(&slot.cluster).or_default().push(Arc::clone(&head.name));
        }
    }
    held
}

/// By team, its services.
fn owned(db: &dyn Db) -> FxHashMap<&Arc<str>, Vec<Arc<str>>> {
    let mut owned: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()) {
        owned.entry(&head.owner).or_default().push(Arc::clone(&head.name));
    }
    owned
}

/// What a test expects in vain.
fn test<'db>(db: &'db dyn Db, claim: &Claim<'db>) -> Vec<Objection> {
    let mut findings = vec![];
    let sink = &mut sink_of(db, claim.item);
    for expected in &claim.required {
        let asked = Asked::new(db, About::Platform, None, name_span(db, claim.item));
        match rule(db, (claim, expected), &World::default(), &asked, sink) {
            Ruled::NotConcerned | Ruled::Holds => {}
            Ruled::Broken(broken) => findings.extend(broken),
            Ruled::Fails { values, .. } => {
                findings.push(words::expected(db, claim, expected, values, asked.allowed().as_ref()));
            }
        }
    }
    findings.into_iter().map(Objection::of_all).collect()
}
