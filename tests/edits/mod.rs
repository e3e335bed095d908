//! Random edits of one platform, as people make them: it grows, shrinks, is renamed, breaks and is mended. After each, a
//! database that has seen all edits is held against one that has seen nothing.
#![allow(unreachable_pub, reason = "as what the other tests share")]

mod breaks;
mod changes;
pub mod disk;
mod show;
mod shrink;
mod town;

pub use breaks::words;

use platformc::db::Database;
use platformc::plan::plan;

use crate::support::{difference, findings, outputs};
use disk::{Disk, load, reload};
use shrink::Found;
use town::Town;

/// A step is a number: what is edited follows from it and from the platform as it is then.
pub type Step = u64;

/// Edits a platform step by step on one database, and tells how it went.
pub fn run(steps: &[Step]) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    match first_difference(&[], steps, &mut tally) {
        Some((at, difference)) => Err(Failure(Found::new(&steps[..=at], difference).shrunk())),
        None => Ok(tally),
    }
}

/// The steps of a seed.
pub fn steps(seed: u64, count: usize) -> Vec<Step> {
    (0..count as u64).map(|number| (seed << 32) + number).collect()
}

/// What was met on the way: a run that only ever sees broken platforms would prove little.
#[derive(Debug, Default)]
pub struct Tally {
    pub steps: usize,
    pub sound: usize,
    pub files: usize,
    pub most_files: usize,
    pub most_services: usize,
}

/// The shortest way found to a difference.
#[derive(Debug)]
pub struct Failure(pub String);

/// The first step after which the databases differ. What is edited `before` is not looked at.
fn first_difference(before: &[Step], steps: &[Step], tally: &mut Tally) -> Option<(usize, String)> {
    let mut town = Town::new();
    for step in before {
        changes::edit(&mut town, *step);
    }
    let mut db = Database::new("platform.pf");
    reload(&mut db, &town.disk());
    ask(&db);
    for (at, step) in steps.iter().enumerate() {
        changes::edit(&mut town, *step);
        let disk = town.disk();
        reload(&mut db, &disk);
        if let Some(difference) = compare(&db, &disk, tally) {
            return Some((at, difference));
        }
        tally.most_services = tally.most_services.max(town.services.len());
    }
    None
}

fn ask(db: &Database) {
    findings(db);
    outputs(db);
}

/// How a database differs from a new one with the same files.
fn compare(db: &Database, disk: &Disk, tally: &mut Tally) -> Option<String> {
    let mut clean = Database::new("platform.pf");
    load(&mut clean, disk);
    let (expected, found) = (findings(&clean), findings(db));
    if expected != found {
        return Some(format!("the findings differ: a clean build says\n{expected}\nand the edited one\n{found}"));
    }
    let (expected, found) = (outputs(&clean), outputs(db));
    tally.steps += 1;
    tally.sound += usize::from(findings(&clean).is_empty());
    tally.files += expected.len();
    tally.most_files = tally.most_files.max(expected.len());
    let files = difference(&expected, &found);
    if !files.is_empty() {
        return Some(format!("files differ, as a clean build has them and as the edited one:\n{files}"));
    }
    (plan(&clean) != plan(db)).then(|| format!("the plans differ: {:#?}\n{:#?}", plan(&clean), plan(db)))
}
