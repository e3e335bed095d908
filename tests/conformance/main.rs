//! Argo CD's own code as the judge: every example, wrong output made on purpose, and random platforms.
//!
//! `cargo conformance --help` says how to run it; the README here says what is compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod claims;
mod generate;
mod judge;
mod mutations;
mod promotion;
mod shrink;
#[path = "../support/mod.rs"]
mod support;
mod trial;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::{Severity, render};
use platformc::model::estate;
use platformc::schema::Version;
use regex::Regex;

use generate::Platform;
use judge::Judge;
use mutations::Mutation;
use support::{TODAY, Texts, awkward, database, examples, outputs};
use trial::{Difference, Tally, Trial};

/// Asks Argo CD's own code about what platformc writes.
#[derive(Parser)]
#[command(name = "cargo conformance")]
struct Arguments {
    /// How many random platforms
    #[arg(long, default_value_t = 200)]
    platforms: u64,
    /// The seed of the first; the others follow
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The release line of Argo CD to ask, such as 3.4 [default: the newest that can be built]
    #[arg(long)]
    argo_cd: Option<String>,
    /// A judge that is built already
    #[arg(long)]
    judge: Option<PathBuf>,
    /// How many judges work at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Where a platform that fails is written, whole and as small as it gets
    #[arg(long, default_value = "target/conformance/failed")]
    keep: PathBuf,
    /// Write a random platform to this folder, and judge nothing
    #[arg(long)]
    write: Option<PathBuf>,
}

impl Arguments {
    /// The newest release line that platforms are compiled for.
    fn newest(&self) -> Result<Version, String> {
        let [.., newest] = Version::KNOWN;
        let Some(text) = &self.argo_cd else { return Ok(newest) };
        Version::parse(text).filter(|version| Version::KNOWN.contains(version)).ok_or(format!("`{text}` is no target"))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("conformance: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let newest = arguments.newest()?;
    if let Some(folder) = &arguments.write {
        return save(folder, &generate::platform(arguments.seed, newest)).map(|()| true);
    }
    let binary = match &arguments.judge {
        Some(binary) => binary.clone(),
        None => judge::build(arguments.argo_cd.as_deref())?,
    };
    let mut judge = Judge::start(&binary)?;
    let examples = judge_examples(&mut judge, newest)?;
    // The mistakes stand in what is written for the newest version.
    let mutations = if arguments.argo_cd.is_none() { judge_mutations(&mut judge, newest)? } else { (0, 0) };
    let random = judge_random(arguments, &binary)?;
    let all = [examples, mutations, random];
    let passed: usize = all.iter().map(|(passed, _)| passed).sum();
    let failed: usize = all.iter().map(|(_, failed)| failed).sum();
    println!("\n{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// How many passed and failed.
type Verdict = (usize, usize);

fn judge_examples(judge: &mut Judge, newest: Version) -> Result<Verdict, String> {
    let (mut passed, mut failed) = (0, 0);
    for example in examples().into_iter().chain([awkward()]) {
        let (differences, tally) = example_trial(&example, newest)?.differences(judge)?;
        report(&format!("example {}", example.name), &differences, tally);
        *if differences.is_empty() { &mut passed } else { &mut failed } += 1;
    }
    Ok((passed, failed))
}

/// An example as it would be for an Argo CD that is no newer than `newest`.
fn example_trial(example: &support::Example, newest: Version) -> Result<Trial, String> {
    let mut repository = support::tree(&example.folder);
    if !example.folder.is_dir() {
        generate::base("fan", "fan", &mut repository);
    }
    repository.retain(|path, _| !path.starts_with("expected/") && !path.starts_with(".platformc/"));
    let mut sources = example.sources.clone();
    for content in sources.values_mut() {
        if let Content::Text(text) = content {
            *content = Content::Text(for_version(text, newest).into());
        }
    }
    trial(&database(&sources), repository)
}

/// Lines of examples that an older Argo CD does not know, and the first that does.
const NEWER: [(Version, &str); 2] =
    [(Version::of(3, 5), "impersonation *= *true"), (Version::of(3, 2), "deletion_order *= *reverse")];

fn for_version(text: &str, newest: Version) -> String {
    let target = Regex::new(r#"\bargocd( *)= *"([0-9.]+)""#).expect("a regular expression");
    let older = |found: &regex::Captures<'_>| {
        let version = Version::parse(&found[2]).map_or(newest, |version| version.min(newest));
        format!("argocd{}= \"{version}\"", &found[1])
    };
    let mut text = target.replace_all(text, older).into_owned();
    for (_, said) in NEWER.iter().filter(|(since, _)| newest < *since) {
        let line = Regex::new(&format!("(?m)^ *{said}.*$")).expect("a regular expression");
        text = line.replace_all(&text, "").into_owned();
    }
    text
}

/// Each mutation must be caught, by the rule that is meant to catch it.
fn judge_mutations(judge: &mut Judge, newest: Version) -> Result<Verdict, String> {
    let trials: Vec<(String, Trial)> = examples()
        .iter()
        .map(|example| Ok((example.name.clone(), example_trial(example, newest)?)))
        .collect::<Result<_, String>>()?;
    let (mut passed, mut failed) = (0, 0);
    for mutation in mutations::all() {
        let (_, sound) = trials.iter().find(|(name, _)| name == mutation.example).ok_or("no such example")?;
        let (differences, _) = mutation.apply(sound)?.differences(judge)?;
        let caught = differences.iter().any(|difference| difference.rule == mutation.rule);
        *if caught { &mut passed } else { &mut failed } += 1;
        if !caught {
            missed(mutation, &differences);
        }
    }
    println!("wrong on purpose: {passed} of {} caught", passed + failed);
    Ok((passed, failed))
}

fn missed(mutation: &Mutation, differences: &[Difference]) {
    println!("NOT CAUGHT {} ({}), expected {}", mutation.name, mutation.example, mutation.rule);
    differences.iter().for_each(|difference| println!("  {}: {}", difference.rule, difference.message));
}

/// Random platforms, on several judges.
fn judge_random(arguments: &Arguments, binary: &Path) -> Result<Verdict, String> {
    let newest = arguments.newest()?;
    let (next, failures) = (AtomicU64::new(arguments.seed), AtomicU64::new(0));
    let end = arguments.seed + arguments.platforms;
    let state = Mutex::new((0, 0, Tally::default()));
    let work = || -> Result<(), String> {
        let mut judge = Judge::start(binary)?;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return Ok(());
            }
            let platform = generate::platform(seed, newest);
            let (differences, tally) = judge_platform(&platform, &mut judge)?;
            if !differences.is_empty() {
                report(&platform.name, &differences, tally);
            }
            if !differences.is_empty() && failures.fetch_add(1, Ordering::Relaxed) < SHRUNK {
                explain(arguments, &platform, &differences, &mut judge)?;
            }
            let mut state = state.lock().map_err(|error| error.to_string())?;
            *if differences.is_empty() { &mut state.0 } else { &mut state.1 } += 1;
            state.2.add(tally);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..arguments.jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked")?).collect::<Result<(), _>>()
    })?;
    let (passed, mut failed, tally) = *state.lock().map_err(|error| error.to_string())?;
    println!("random platforms: {passed} of {} without a difference; {}", arguments.platforms, show(tally));
    failed += usize::from(!covered(arguments, newest));
    Ok((passed, failed))
}

/// Enough random platforms use every word of the language.
fn covered(arguments: &Arguments, newest: Version) -> bool {
    const ENOUGH: u64 = 100;
    let platforms: Vec<Platform> =
        (arguments.seed..arguments.seed + arguments.platforms).map(|seed| generate::platform(seed, newest)).collect();
    let unused = generate::coverage::unused(platforms.iter().map(|platform| &platform.sources));
    if arguments.platforms >= ENOUGH && !unused.is_empty() {
        println!("no random platform uses {unused:?}");
    }
    arguments.platforms < ENOUGH || unused.is_empty()
}

fn judge_platform(platform: &Platform, judge: &mut Judge) -> Result<(Vec<Difference>, Tally), String> {
    let changes: Changes =
        platform.sources.iter().map(|(path, text)| (path.clone(), Content::Text(text.as_str().into()))).collect();
    match trial(&database(&changes), platform.repository.clone()) {
        Ok(trial) => trial.differences(judge),
        Err(message) => Ok((vec![Difference { rule: "compile".to_owned(), message }], Tally::default())),
    }
}

/// So many platforms that fail are made small; that takes minutes each.
const SHRUNK: u64 = 3;

/// Writes a platform that fails, and the smallest that fails in the same way.
fn explain(
    arguments: &Arguments,
    platform: &Platform,
    differences: &[Difference],
    judge: &mut Judge,
) -> Result<(), String> {
    let rules: BTreeSet<&str> = differences.iter().map(|difference| difference.rule.as_str()).collect();
    let small = shrink::shrink(platform, &mut |candidate| {
        judge_platform(candidate, judge)
            .is_ok_and(|(found, _)| found.iter().any(|difference| rules.contains(difference.rule.as_str())))
    });
    let folder = arguments.keep.join(platform.name.replace(' ', "-"));
    save(&folder.join("whole"), platform)?;
    save(&folder.join("small"), &small)?;
    println!("  the smallest platform that fails so: {}/small", folder.display());
    Ok(())
}

fn save(folder: &Path, platform: &Platform) -> Result<(), String> {
    for (path, text) in platform.sources.iter().chain(&platform.repository) {
        let path = folder.join(path);
        let written =
            std::fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| std::fs::write(&path, text));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// What is written for a platform and what is claimed of it; what is wrong with it, where something is.
fn trial(db: &Database, mut repository: Texts) -> Result<Trial, String> {
    let mut findings = compile::diagnostics(db, TODAY);
    findings.retain(|finding| finding.severity() == Severity::Error);
    if !findings.is_empty() {
        return Err(render(db, &findings, false));
    }
    let platform = estate(db).platform.as_ref().ok_or("no platform")?;
    let output = platform.repository_path("");
    repository.extend(outputs(db).into_iter().map(|(path, text)| (format!("{output}/{path}"), text)));
    Ok(Trial { repository, output, url: platform.repo.to_string(), hubs: claims::claims(db) })
}

fn report(name: &str, differences: &[Difference], tally: Tally) {
    println!("{name}: {} differences; {}", differences.len(), show(tally));
    for difference in differences.iter().take(20) {
        println!("  {}: {}", difference.rule, difference.message);
    }
    if differences.len() > 20 {
        println!("  and {} more", differences.len() - 20);
    }
}

fn show(tally: Tally) -> String {
    let Tally { files, applications, ordered, permissions, decisions } = tally;
    format!(
        "{files} files, {applications} Applications, {ordered} ordered edges, {permissions} permissions, {decisions} RBAC answers"
    )
}
