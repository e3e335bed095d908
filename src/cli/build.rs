use std::borrow::Borrow;
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{BuildArgs, FindingFormat};
use super::edits::edits;
use super::ui;
use crate::compile;
use crate::db::Db;
use crate::diagnostics::{self as codes, printable};
use crate::documents::{Early, OutputFile, Part, Present, codeowners, consent, files, hub_prefixes};
use crate::model::{estate, some};
use crate::project::write::{
    Beside, Change, Going, Merged, Outcome, Problem, Target, Unknown, compare, settled, write,
};
use crate::project::{Project, System, Timings, today};

/// `platformc build`
pub(super) fn run(arguments: &BuildArgs) -> u8 {
    arguments.speed.begin();
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db = &project.database;
    let findings = project.timings.measure("check", || compile::diagnostics(db, today()));
    if ui::report(&project, &findings, arguments.format) {
        return ui::FINDINGS;
    }
    let within = match &arguments.hub {
        Some(hub) if estate(db).hub(hub).is_none() => return ui::fail(ui::USAGE, &unknown_hub(db, hub)),
        Some(hub) if estate(db).hubs.len() > 1 => Some(hub_prefixes(db, hub)),
        _ => None,
    };
    let mut files = project.timings.measure("documents", || files(db));
    if let Some(within) = &within {
        files.retain(|file| within.iter().any(|prefix| file.path.starts_with(prefix)));
    }
    let code = bring_in_line(&project, arguments, within.as_deref(), &files);
    arguments.speed.end(&project.timings);
    code
}

fn unknown_hub(db: &dyn Db, hub: &str) -> String {
    let hubs: Vec<&str> = estate(db).hubs.iter().map(|hub| hub.name.as_ref()).collect();
    format!("there is no hub `{hub}`; the hubs are {}", hubs.join(", "))
}

fn bring_in_line(project: &Project, arguments: &BuildArgs, within: Option<&[String]>, files: &[OutputFile]) -> u8 {
    let db = &project.database;
    let place = Place::new(&project.folder, output(db), arguments.out.as_deref());
    let target = place.target(within, arguments.force, codeowners(db), &project.timings);
    let consent = consent(db);
    let target = Target { verify: arguments.verify, consent: Some(&consent), ..target };
    let result = if arguments.check { compare(&target, files) } else { write(&target, files) };
    match result {
        Ok(outcome) => done(&outcome, arguments, &place.folder),
        Err(problems) => {
            say_all(&refusal(&problems, arguments.check, &place.folder, files));
            ui::DISK
        }
    }
}

/// The output folder as the platform names it.
pub(super) fn output(db: &dyn Db) -> &str {
    estate(db).platform.as_ref().map_or("infra", |platform| &platform.output)
}

/// Where a platform's tree goes, and what is remembered of it.
pub(super) struct Place {
    /// The output folder, absolute.
    pub(super) folder: Utf8PathBuf,
    cache: Utf8PathBuf,
    home: Utf8PathBuf,
    is_default: bool,
}

impl Place {
    /// The platform's `output`, or another folder that was asked for.
    pub(super) fn new(home: &Utf8Path, output: &str, out: Option<&Utf8Path>) -> Self {
        let home = absolute(home);
        let default = home.join(output);
        let folder = out.map_or_else(|| default.clone(), absolute);
        let is_default = is_same(&folder, &default);
        Self { cache: cache_folder(&home, &folder, is_default), folder, home, is_default }
    }

    /// A tree elsewhere is a copy to compare with, and one hub alone says nothing of the others' files: neither has a
    /// part of CODEOWNERS.
    pub(super) fn target<'a>(
        &'a self,
        within: Option<&'a [String]>,
        force: bool,
        part: Option<Part<'a>>,
        timings: &'a Timings,
    ) -> Target<'a> {
        let is_whole = within.is_none() && self.is_default;
        let beside = is_whole.then_some(Beside { folder: &self.home, part });
        let cache = Some(self.cache.as_path());
        Target { cache, within, force, beside, ..Target::new(&self.folder, timings) }
    }
}

fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    ui::here().join(path)
}

/// The git-ignored memory of earlier builds: one for each output folder, however its path is spelled.
fn cache_folder(home: &Utf8Path, folder: &Utf8Path, is_default: bool) -> Utf8PathBuf {
    let memory = home.join(".platformc");
    if is_default {
        return memory;
    }
    let folder = settled(&System, folder).unwrap_or_else(|_| folder.to_owned());
    let hash = blake3::hash(folder.as_str().as_bytes()).to_hex();
    memory.join(format!("out-{}", hash.get(..16).unwrap_or("other")))
}

/// Whether two paths are one folder, however they are spelled.
fn is_same(left: &Utf8Path, right: &Utf8Path) -> bool {
    let [left, right] = [left, right].map(|path| settled(&System, path).unwrap_or_else(|_| path.to_owned()));
    left == right
}

fn done(outcome: &Outcome, arguments: &BuildArgs, folder: &Utf8Path) -> u8 {
    let changes = || outcome.beside.iter().chain(&outcome.changes);
    let count = |change: Change| changes().filter(|(made, _)| *made == change).count();
    let (created, updated, removed) = (count(Change::Create), count(Change::Update), count(Change::Remove));
    if arguments.check {
        for (change, path) in changes() {
            let word = match change {
                Change::Create => "create",
                Change::Update => "update",
                Change::Remove => "remove",
            };
            ui::print(&format!("would {word} {path}\n"));
        }
    }
    if arguments.format == FindingFormat::Text {
        say_all(&applications_go(&outcome.going));
        say_all(&nobody_knows(&outcome.unknown));
        let would = if arguments.check { "would be " } else { "" };
        ui::say(&format!(
            "{folder}: {would}{created} created, {updated} updated, {removed} removed, {} unchanged",
            outcome.unchanged
        ));
    }
    if arguments.check && changes().next().is_some() { ui::FINDINGS } else { ui::FINE }
}

/// Argo CD deletes what the tree no longer holds, so a name that vanishes by mistake is an outage.
pub(super) fn applications_go(going: &[Going]) -> Vec<String> {
    // Those that have handed over what they deployed are let go on purpose.
    let going: Vec<&Going> = going.iter().filter(|one| !one.was.is_leaving).collect();
    if going.is_empty() {
        return vec![];
    }
    let many = if going.len() == 1 { "1 Application leaves its" } else { "Applications leave their" };
    let count = if going.len() == 1 { String::new() } else { format!("{} ", going.len()) };
    let mut lines = vec![format!("warning[{}]: {count}{many} place in the tree", codes::APPLICATIONS_GO.id)];
    for (returns, keeps_workload, what) in [
        (false, false, "deleted by Argo CD, with what they deployed where their project still permits it"),
        (false, true, "no longer looked after, but what they deployed stays"),
        (true, false, "deleted by one parent, with what they deployed, and created anew by another"),
        (true, true, "handed from one parent to another, and what they deployed stays"),
    ] {
        let is_it = |one: &&&Going| (one.returns.is_some(), one.was.keeps_workload) == (returns, keeps_workload);
        let names: Vec<&str> = going.iter().filter(is_it).map(|one| one.was.name.as_str()).collect();
        if !names.is_empty() {
            lines.push(printable(&format!("  note: {what}: {}", some(&names))));
        }
    }
    lines.push(
        "  help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`"
            .to_owned(),
    );
    lines
}

/// What has gone leaves no name behind, so nobody can say whether the name was right.
pub(super) fn nobody_knows(unknown: &[Unknown]) -> Vec<String> {
    let of = |one: &Unknown| {
        let (word, name) = (one.kind.word(), &one.name);
        let near = one.near.as_ref().map(|near| format!(", or write `{near}` if that is meant")).unwrap_or_default();
        [
            format!("warning[{}]: neither the source nor the tree has a {word} `{name}`", codes::REMOVAL_OF_NOTHING.id),
            format!("  note: `removed {word} {name}` has done its work, or has the wrong name"),
            format!("  help: take it away{near}"),
        ]
    };
    unknown.iter().flat_map(of).map(|line| printable(&line)).collect()
}

fn say_all(lines: &[String]) {
    lines.iter().for_each(|line| ui::say(line));
}

/// Why nothing was written or compared, and what was edited by hand.
pub(super) fn refusal<F: Borrow<OutputFile>>(
    problems: &[Problem],
    check: bool,
    folder: &Utf8Path,
    files: &[F],
) -> Vec<String> {
    let mut lines = vec![];
    for problem in problems {
        lines.push(printable(&format!("error[{}]: {problem}", code(problem))));
        lines.extend(help(problem).into_iter().map(|help| printable(&format!("  {help}"))));
    }
    let is_unfinished = problems.iter().any(|problem| matches!(problem, Problem::Unfinished { .. }));
    let end = match is_unfinished {
        true => "some files were changed; the next build does the rest",
        false if check => "nothing was compared",
        false => "not one file was changed",
    };
    lines.push(end.to_owned());
    let edits = edits(problems, folder, files);
    lines.extend((!edits.is_empty()).then(|| edits.trim_end().to_owned()));
    lines
}

fn code(problem: &Problem) -> &'static str {
    match problem {
        Problem::Symlink(_) => codes::SYMLINK_IN_TREE.id,
        Problem::Edited(_) => codes::EDITED_BY_HAND.id,
        Problem::Damaged(_) => codes::DAMAGED_PART.id,
        Problem::Unsaid { .. } => codes::REMOVAL_NOT_SAID.id,
        Problem::AtOnce { .. } => codes::RENAMED_AT_ONCE.id,
        Problem::Merged { .. } => codes::MOVED_TWICE.id,
        Problem::NotTheTeams { .. } => codes::NOT_THE_TEAMS.id,
        Problem::Io { .. } | Problem::Unfinished { .. } => codes::DISK.id,
        _ => codes::FOREIGN_FILE.id,
    }
}

/// The rule and the way out.
fn help(problem: &Problem) -> Vec<String> {
    match problem {
        Problem::Unsaid { lines, kept, .. } => unsaid(lines, kept),
        Problem::AtOnce { early, going, .. } => at_once(*early, going),
        Problem::Merged { merged: Merged { kind, old, .. }, .. } => {
            let word = kind.word();
            vec![
                "note: of two names one can be kept: what bore the other would be deleted".to_owned(),
                format!(
                    "help: give the {word} that was `{old}` a name that nothing had, or take `moved {word} {old}` away"
                ),
            ]
        }
        Problem::NotTheTeams { .. } => vec![
            "note: the tree says whose it was; a team may speak of its own services".to_owned(),
            "help: say it in a file that is imported without `for`, which admins own".to_owned(),
        ],
        other => hint(other).map(|hint| format!("help: {hint}")).into_iter().collect(),
    }
}

fn unsaid(lines: &[String], kept: &[String]) -> Vec<String> {
    let note = "note: what they deployed stays on the clusters, and nobody looks after it any more".to_owned();
    let kept = kept.iter().map(|line| format!("help: to keep the names that they have, write `{line}`"));
    let is_of_cluster = lines.iter().all(|line| line.starts_with("removed cluster "));
    let word = if is_of_cluster { "cluster" } else { "service" };
    let other = format!(
        "help: if it has another name now, write `moved {word} OLD {{ to = NEW }}`, and it keeps its Applications"
    );
    let other = (!lines.is_empty()).then_some(other);
    let lines = lines.iter().map(|line| format!("help: if it is meant to go, write `{line}`"));
    [note].into_iter().chain(kept).chain(other).chain(lines).collect()
}

fn at_once(early: Early, going: &[Present]) -> Vec<String> {
    let services: BTreeSet<&str> = going.iter().filter_map(|one| Some(one.of.as_ref()?.service.as_str())).collect();
    let lines: Vec<String> =
        services.iter().map(|service| format!("`removed service {service} {{ workloads = keep }}`")).collect();
    let (note, help) = match early {
        Early::Step => (
            "Argo CD deletes what an Application deployed with it, and new Applications have not taken it over",
            "write `names = both` first, and `names = new` once the new Applications are Synced".to_owned(),
        ),
        Early::Back => (
            "they look after what runs now, and Argo CD deletes with them what they deployed",
            format!(
                "to go back, leave `names` as it was and write {} first: they lose their finalizer; once that is synced, take both away",
                lines.join(" and ")
            ),
        ),
        Early::Elsewhere => (
            "their parent deletes them, with what they deployed, and new Applications have not taken it over",
            "change the layer or the delivery in a commit of its own, before `names = both` or after `names = new`"
                .to_owned(),
        ),
    };
    vec![format!("note: {note}"), format!("help: {help}")]
}

fn hint(problem: &Problem) -> Option<&'static str> {
    match problem {
        Problem::Foreign(_) | Problem::NotAFile(_) | Problem::NotAFolder(_) => {
            Some("move it away, or choose another `output` folder")
        }
        Problem::Symlink(_) => Some("remove the link: what is generated is written where it stands"),
        Problem::Damaged(_) => {
            Some("remove what platformc wrote, with its marker lines; the next build writes it anew")
        }
        Problem::Edited(_) => Some("say it in the platform instead, or overwrite it with --force"),
        Problem::Outside(_)
        | Problem::Collision(..)
        | Problem::Unsaid { .. }
        | Problem::AtOnce { .. }
        | Problem::Merged { .. }
        | Problem::NotTheTeams { .. }
        | Problem::Io { .. }
        | Problem::Unfinished { .. } => None,
    }
}
