//! What is said of versions on all instances of a service, put together; and what stands in the way of promoting them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::read::{Said, versions};
use super::trace::Tracer;
use super::{Artifact, Edit, Promoted, Stop, line};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::Environment;
use crate::model::estates::estate;
use crate::model::gather::gather;
use crate::model::heads::{Head, head};
use crate::model::services::asked_for;
use crate::model::stages::stage_order;
use crate::names::Item;
use crate::overlays::Naming;
use crate::text::some;

/// What some instances say, with their environments.
type Somewhere = (BTreeSet<Arc<str>>, Vec<Said>);

/// How a service is promoted that says it is, or nothing where something stands in the way.
pub(super) fn promoted<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) -> Option<Promoted> {
    let head = head(db, item).as_ref()?;
    let gathered = gather(db, item, &|_| true, &mut Sink::default())?;
    let asked = asked_for(db, head, &gathered);
    let mut service = Service { db, head, said_at: gathered.origin(), within: "*".into(), everywhere: vec![] };
    for group in gathered.grouped(&asked, Naming::Known, &mut Sink::default()) {
        let tree = gathered.resolve(&group, &mut Sink::default()).tree;
        if let Some(promote) = tree.get("promote") {
            service.said_at = promote.span();
            service.within = promote.value().as_text().cloned()?;
        }
        let slots = group.members.iter().filter_map(|member| head.instances.get(*member));
        let clusters = slots.filter_map(|slot| estate(db).cluster(&slot.cluster));
        let environments = clusters.map(|cluster| Arc::clone(&cluster.environment)).collect();
        service.everywhere.push((environments, versions(&Tracer { gathered: &gathered, group: &group }, &tree)));
    }
    service.promoted(sink)
}

/// A file from the repository's root, and a key in it.
type At = (Arc<str>, Arc<str>);

struct Service<'s> {
    db: &'s dyn Db,
    head: &'s Head,
    /// Where the service says that it is promoted.
    said_at: Span,
    within: Arc<str>,
    everywhere: Vec<Somewhere>,
}

impl Service<'_> {
    fn promoted(&self, sink: &mut Sink) -> Option<Promoted> {
        let mut own = Sink::default();
        let hub = self.hub(&mut own);
        self.sources(&mut own);
        self.alike(&mut own);
        let stops = self.stops(&mut own);
        self.ordered(&mut own);
        self.names(&mut own);
        let fine = !own.has_errors();
        sink.extend(own.finish());
        hub.filter(|_| fine).map(|hub| Promoted { within: Arc::clone(&self.within), hub, stops })
    }

    fn environments(&self) -> BTreeSet<&Arc<str>> {
        self.everywhere.iter().flat_map(|(environments, _)| environments).collect()
    }

    fn hub(&self, sink: &mut Sink) -> Option<Arc<str>> {
        let clusters = self.head.instances.iter().filter_map(|slot| estate(self.db).cluster(&slot.cluster));
        let hubs: BTreeSet<&Arc<str>> = clusters.map(|cluster| &cluster.hub).collect();
        if hubs.len() > 1 {
            let names: Vec<&str> = hubs.iter().copied().map(AsRef::as_ref).collect();
            let message = format!("`{}` is deployed by several hubs: {}", self.head.name, some(&names));
            sink.push(
                Diagnostic::new(codes::PROMOTION_APART, self.said_at, message)
                    .note("each hub has a Kargo of its own, which knows nothing of what is promoted by another")
                    .help("make it a service for each hub, or promote it by hand"),
            );
        }
        hubs.first().map(|hub| Arc::clone(hub))
    }

    /// Every version that is read from a file must be so wherever it is said, and something must be.
    fn sources(&self, sink: &mut Sink) {
        let mut by_name: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
        for said in self.everywhere.iter().flat_map(|(_, said)| said) {
            by_name.entry(&said.what).or_default().push(said);
        }
        let is_read = |said: &&Said| said.lookup.is_some();
        let cut = distinct(by_name.values().flatten().filter(|said| said.torn).map(|said| said.span));
        if !cut.is_empty() {
            return sink.extend(cut.into_iter().map(torn));
        }
        if !by_name.values().flatten().any(is_read) {
            return sink.push(self.nothing(by_name.values().flatten().copied()));
        }
        for (what, all) in by_name {
            let Some(read) = all.iter().find(|said| is_read(said)) else { continue };
            let written = distinct(all.iter().filter(|said| !is_read(said)).map(|said| said.span));
            sink.extend(written.into_iter().map(|span| apart(what, span, read.span)));
            if read.inline {
                sink.push(inline(what, read.span));
            }
        }
    }

    /// Kargo asks all Applications of an environment for the same charts and revisions.
    fn alike(&self, sink: &mut Sink) {
        let asked = |said: &[Said]| -> BTreeSet<Artifact> {
            let read = said.iter().filter(|said| said.lookup.is_some()).map(|said| said.artifact.clone());
            read.filter(|artifact| !matches!(artifact, Artifact::Image { .. })).collect()
        };
        for environment in self.environments() {
            let here = self.everywhere.iter().filter(|(environments, _)| environments.contains(environment));
            if here.map(|(_, said)| asked(said)).collect::<BTreeSet<_>>().len() > 1 {
                let message = format!("what is promoted differs between the clusters of `{environment}`");
                sink.push(
                    Diagnostic::new(codes::NOT_PROMOTABLE, self.said_at, message)
                        .note("a Stage has all Applications of an environment synced to the same charts and revisions")
                        .help("take the same charts and repositories on all of them, or make it two services"),
                );
            }
        }
    }

    /// Nothing is read from a file.
    fn nothing<'a>(&self, written: impl Iterator<Item = &'a Said>) -> Diagnostic {
        let written = distinct(written.map(|said| said.span));
        let message = format!("nothing of `{}` can be promoted", self.head.name);
        let finding = Diagnostic::new(codes::NOT_PROMOTABLE, self.said_at, message);
        let finding = written.into_iter().fold(finding, |finding, span| finding.also(span, "written in the source"));
        finding
            .note("a tool changes a line of a file of data, never the source; it can carry a chart's version, the images of a base of the platform's repository and the revision of another repository")
            .help(format!("write `yaml(\"promotion/{}.yaml\")[env].version` in the place of the version", self.head.name))
    }

    fn stops(&self, sink: &mut Sink) -> Vec<Stop> {
        let order = stage_order(self.db);
        let mut stops: BTreeMap<&Arc<str>, Stop> = BTreeMap::new();
        let mut taken: BTreeMap<At, (&Arc<str>, Span)> = BTreeMap::new();
        let mut own = Sink::default();
        let reads = |(_, said): &&Somewhere| said.iter().any(|said| said.lookup.is_some());
        let names: BTreeSet<_> =
            self.everywhere.iter().filter(reads).flat_map(|(environments, _)| environments).collect();
        for (environment, said) in self.everywhere.iter().flat_map(|(all, said)| all.iter().map(move |one| (one, said)))
        {
            let after = order.nearest(environment, names.iter().copied()).into_iter().cloned().collect();
            let stop = stops.entry(environment).or_insert_with(|| Stop {
                environment: Arc::clone(environment),
                after,
                edits: BTreeMap::new(),
            });
            for said in said {
                let Some((file, key)) = self.place(said, &mut own) else { continue };
                let (first, span) =
                    *taken.entry((Arc::clone(&file), Arc::clone(&key))).or_insert((environment, said.span));
                if first != environment {
                    own.push(shared(&key, [first, environment], [span, said.span]));
                }
                let edit = Edit { artifact: said.artifact.clone(), digest: said.digest };
                stop.edits.entry(file).or_default().insert(key, edit);
            }
        }
        // One line may be wrong in many environments.
        let mut seen = FxHashSet::default();
        sink.extend(own.finish().into_iter().filter(|finding| seen.insert((finding.code, finding.primary.span))));
        let mut stops: Vec<Stop> = stops.into_values().filter(|stop| !stop.edits.is_empty()).collect();
        stops.sort_by_cached_key(|stop| order.place(&stop.environment));
        stops
    }

    /// The file from the repository's root, and the key in it, that a tool writes.
    fn place(&self, said: &Said, sink: &mut Sink) -> Option<At> {
        let platform = estate(self.db).platform.as_ref()?;
        let lookup = said.lookup.as_ref()?;
        if let Err(problem) = line::check(self.db, lookup) {
            let message = format!("the version can't be written into `{}`: {}", lookup.file, problem.message);
            sink.push(
                Diagnostic::new(codes::BAD_VERSION_LINE, said.span, message).note(problem.rule).help(problem.help),
            );
            return None;
        }
        self.reachable(said, sink);
        Some((platform.source_path(&lookup.file), line::key(&lookup.keys)))
    }

    /// Kargo reads Git by https alone, and images and charts by what it takes for their names.
    fn reachable(&self, said: &Said, sink: &mut Sink) {
        let own = estate(self.db).platform.as_ref().map(|platform| &platform.repo).filter(|repo| !is_web(repo));
        let (what, is_fine) = match &said.artifact {
            _ if own.is_some() => ("the platform's repository is", false),
            Artifact::Git { url } => ("the repository is", is_web(url)),
            Artifact::Chart { url, .. } => ("the chart's repository is", is_web(url) || url.starts_with("oci://")),
            Artifact::Image { name } => ("the image is", is_image(name)),
        };
        if !is_fine {
            let message = format!("{what} nothing that Kargo can read");
            sink.push(
                Diagnostic::new(codes::PROMOTION_UNREACHABLE, said.span, message)
                    .note("Kargo reads Git by https, and opens pull requests there; charts by https or oci; images by `host/path/name`")
                    .help("give the address in this form"),
            );
        }
    }

    fn ordered(&self, sink: &mut Sink) {
        let (order, environments) = (stage_order(self.db), self.environments());
        let names: Vec<&str> = environments.iter().copied().map(AsRef::as_ref).collect();
        let is_after = |name: &&str| !order.nearest(name, environments.iter().copied()).is_empty();
        // In a circle, which is reported elsewhere, nothing is before anything.
        let is_circle = |known: &Environment| known.after.iter().any(|first| !order.is_before(first, &known.name));
        if estate(self.db).environments.iter().any(is_circle) {
            return;
        }
        if names.len() > 1 && !names.iter().any(is_after) {
            let message = format!("none of {} comes after another", some(&names));
            sink.push(
                Diagnostic::new(codes::NO_ORDER, self.said_at, message)
                    .note("a version is promoted from one environment to those after it; without an order it would be everywhere at once")
                    .help(format!("write `after = [{}]` into one of the environments", names.first().unwrap_or(&""))),
            );
        }
    }

    /// A Stage's name becomes the value of a label.
    fn names(&self, sink: &mut Sink) {
        const LONGEST: usize = 63;
        for environment in self.environments() {
            let name = Stop::name_of(&self.head.identity.workload, environment);
            if name.len() > LONGEST {
                let message = format!("the Stage's name `{name}` has {} characters", name.len());
                sink.push(
                    Diagnostic::new(codes::NAME_TOO_LONG, self.said_at, message)
                        .note(
                            "Kargo labels each promotion with its Stage, and a label's value has at most 63 characters",
                        )
                        .help("shorten the name of the service or the environment"),
                );
            }
        }
    }
}

/// Spans, each once.
fn distinct(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut seen = FxHashSet::default();
    spans.filter(|span| seen.insert(*span)).collect()
}

fn apart(what: &str, written: Span, read: Span) -> Diagnostic {
    Diagnostic::new(codes::NOT_PROMOTABLE, written, format!("{what} is written here, and read from a file elsewhere"))
        .label("no tool changes this line")
        .also(read, "read from a file")
        .note("a version that is promoted comes to every environment by the same way")
        .help("read it from the file as well")
}

fn torn(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NOT_PROMOTABLE, span, "text stands behind the version that is read")
        .note("a tool looks for versions and writes them as they are; with text behind them they would name something else")
        .help("let the file hold the whole of it, such as `1.4.0-alpine`")
}

fn inline(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::NOT_PROMOTABLE, span, format!("{what} of a base in another repository can't be promoted"))
        .note("these images stand in the Application itself; Kargo could not tell when the Application has changed, and would go on too early")
        .help("promote the base's revision, or put a base into the platform's repository")
}

fn shared(key: &str, environments: [&str; 2], spans: [Span; 2]) -> Diagnostic {
    let [first, second] = environments;
    let message = format!("{first} and {second} read the same version, `{key}`");
    let finding = Diagnostic::new(codes::SHARED_VERSION, spans[1], message);
    let finding = if spans[0] == spans[1] { finding } else { finding.also(spans[0], format!("read for {first}")) };
    finding
        .note("what is promoted to one of them would be in the other at once")
        .help("read it by environment: `[env]`")
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://")
}

/// What Kargo takes for the name of an image.
fn is_image(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_part = |part: &str| part.split(['.', '-']).all(is_word);
    let mut parts = name.split('/');
    let first = parts.next().unwrap_or("");
    let host = match first.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) && name.contains('/') => {
            host
        }
        _ => first,
    };
    is_part(host) && parts.all(is_part)
}
