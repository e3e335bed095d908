//! Brings the output folder in line with the compiled files; the tree itself is the only state.
//!
//! 1. `paths` refuses paths that no folder can hold.
//! 2. `walk` lists the folder, without following links.
//! 3. `plan` lays the files beside the listing and the `cache`; `inspect` decides what happens to each.
//!    Up to here nothing is touched, and one problem is enough to end the run.
//! 4. `store` writes the `journal`, from which the next build mends an interrupted one.
//! 5. `beside` does the same for the part of CODEOWNERS, which lies beside the folder.
//! 6. `apply` writes what differs and removes what is stale; `store` then renews the cache.
//!
//! `kept` spares a process that builds again most of 2 and 3.
//!
//! The cache saves time and shows hand edits; it never changes what a build writes.

mod apply;
mod beside;
mod cache;
mod going;
mod inspect;
mod journal;
mod kept;
mod marks;
mod outcome;
mod paths;
mod plan;
mod store;
mod walk;

use camino::{Utf8Path, Utf8PathBuf};

use super::Timings;
use super::disk::{Disk, System};
use crate::documents::{Consent, OutputFile};

pub use beside::Beside;
pub use kept::Kept;
pub use marks::is_ours;
pub use outcome::{Change, Going, Merged, Outcome, Overstep, Problem, Unknown};
pub use paths::settled;

use apply::Writer;
use beside::Shared;
use cache::Digest;
use plan::Plan;
use store::{Memory, Store};
use walk::Folder;

/// Where the files go, and what may happen to those that are there.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The output folder, absolute; it need not exist.
    pub folder: &'a Utf8Path,
    /// The folder beside `platform.pf` for the cache, the journal and the lock, of this output folder alone; git ignores
    /// it. Without one every file is read, hand edits are overwritten, and two builds at once are not kept apart.
    pub cache: Option<&'a Utf8Path>,
    /// The only paths, with all below them, where stale files are removed; everywhere if `None`.
    pub within: Option<&'a [String]>,
    /// Whether files that were edited by hand are overwritten and removed like any other of ours.
    pub force: bool,
    /// What is written beside the output folder; nothing there is looked at without it.
    pub beside: Option<Beside<'a>>,
    /// Whether every file is read and compared, whatever the cache and its metadata say of it.
    pub verify: bool,
    /// What the source says of Applications that go; without it they may.
    pub consent: Option<&'a Consent>,
    /// What is told how long the stages take.
    pub timings: &'a Timings,
    /// How the disk is reached.
    pub disk: &'a dyn Disk,
}

impl<'a> Target<'a> {
    /// A folder of the system's disk, without a memory of earlier builds and with nothing beside it.
    #[must_use]
    pub fn new(folder: &'a Utf8Path, timings: &'a Timings) -> Self {
        Self {
            folder,
            cache: None,
            within: None,
            force: false,
            beside: None,
            verify: false,
            consent: None,
            timings,
            disk: &System,
        }
    }
}

/// Says what [`write()`] would do, and touches nothing at all.
///
/// # Errors
///
/// Every [`Problem`] that [`write()`] would find before its first change, by path.
pub fn compare(target: &Target, files: &[OutputFile]) -> Result<Outcome, Vec<Problem>> {
    let (target, files) = (Target { folder: &plain(target.folder), ..*target }, Vec::from_iter(files));
    let _lock = store::wait_for_builds(&target).map_err(alone)?;
    let (memory, disk) = look(&target)?;
    let plan = target.timings.measure("compare", || Plan::new(&target, &files, &disk, &memory))?;
    let shared = beside::compare(&target).map_err(alone)?;
    outcome(&plan, &shared, &target, &files)
}

/// Makes the output folder hold exactly `files`, beside what is not ours; waits for other builds with the same cache.
///
/// # Errors
///
/// Every [`Problem`], by path; then the folder is as it was. Only if the disk fails while files are being replaced or
/// removed, some may be done, and the problem is [`Problem::Unfinished`]: the journal stays, and the next build does the
/// rest.
pub fn write(target: &Target, files: &[OutputFile]) -> Result<Outcome, Vec<Problem>> {
    let target = Target { folder: &plain(target.folder), ..*target };
    let store = Store::open(&target).map_err(alone)?;
    write_all(&target, &store, &Vec::from_iter(files)).map(|(outcome, ..)| outcome)
}

/// Looks at everything; gives the cache's name for the folder, and its mark, as well.
fn write_all(target: &Target, store: &Store, files: &[&OutputFile]) -> Result<(Outcome, String, Digest), Vec<Problem>> {
    let (memory, disk) = look(target)?;
    let mut plan = target.timings.measure("compare", || Plan::new(target, files, &disk, &memory))?;
    let shared = beside::compare(target).map_err(alone)?;
    let outcome = outcome(&plan, &shared, target, files)?;
    let finish = |plan: &Plan| store.finish(plan, &memory);
    let carry_out = || carry_out(target, &mut plan, &shared, &memory, store, finish).map_err(alone);
    let mark = target.timings.measure("write", carry_out)?;
    drop(plan);
    Ok((outcome, memory.key, mark))
}

/// What is remembered of the folder, and what it holds.
fn look(target: &Target) -> Result<(Memory, Vec<Folder>), Vec<Problem>> {
    target.timings.measure("list", || {
        let memory = Memory::load(target).map_err(alone)?;
        let disk = walk::walk(target.disk, target.folder).map_err(alone)?;
        Ok((memory, disk))
    })
}

/// What the plan changes, with the Applications that go: read while they are still there. Some must not.
fn outcome(plan: &Plan, shared: &[Shared], target: &Target, files: &[&OutputFile]) -> Result<Outcome, Vec<Problem>> {
    let mut outcome = plan.outcome();
    let read = |path: &str| {
        let mut bytes = vec![];
        target.disk.read(&target.folder.join(path), u64::MAX, &mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    };
    let list = |folder: &str| {
        let entries = target.disk.list(&target.folder.join(folder)).unwrap_or_default().into_iter();
        entries.filter_map(|(name, _)| Some(paths::join(folder, name.to_str()?))).collect()
    };
    let tree = going::Tree { changes: &outcome.changes, files, consent: target.consent, read: &read, list: &list };
    let leaving = tree.leaving();
    (outcome.going, outcome.unknown) = (leaving.going.clone(), tree.unknown());
    outcome.beside = shared.iter().filter_map(Shared::change).collect();
    let refused = going::refused(target, leaving);
    if refused.is_empty() { Ok(outcome) } else { Err(refused) }
}

/// Does what is planned, and remembers it as `finish` says.
fn carry_out<T>(
    target: &Target,
    plan: &mut Plan,
    shared: &[Shared],
    memory: &Memory,
    store: &Store,
    finish: impl FnOnce(&Plan) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let mut writer = Writer::new(target.disk, target.folder, store.keeps_journal());
    writer.sweep(plan)?;
    beside::sweep(target.disk, shared)?;
    let changes_files = plan.changes_files();
    if changes_files {
        store.begin(plan, memory)?;
    }
    let staged = stage(target, &mut writer, plan, shared, changes_files);
    // The first that is given its name is the first that can't be taken back.
    if let Err(problem) = staged.and_then(|()| beside::commit(target.disk, shared)) {
        return Err(take_back(target, &writer, plan, shared, memory, store, problem));
    }
    if changes_files {
        writer.commit(plan).map_err(Problem::unfinished)?;
    }
    let ended = writer.remove_emptied(plan).and_then(|()| finish(plan));
    let is_changed = changes_files || shared.iter().any(|shared| shared.change().is_some());
    ended.map_err(|problem| if is_changed { problem.unfinished() } else { problem })
}

fn stage(
    target: &Target,
    writer: &mut Writer,
    plan: &mut Plan,
    shared: &[Shared],
    changes_files: bool,
) -> Result<(), Problem> {
    beside::stage(target.disk, shared)?;
    if changes_files { writer.stage(plan) } else { Ok(()) }
}

/// Nothing is left of a build that could not be staged; or it is unfinished.
fn take_back(
    target: &Target,
    writer: &Writer,
    plan: &Plan,
    shared: &[Shared],
    memory: &Memory,
    store: &Store,
    problem: Problem,
) -> Problem {
    // What stays under a temporary name is removed the next time.
    let swept = beside::sweep(target.disk, shared);
    if writer.undo(plan).is_err() || swept.is_err() {
        return problem.unfinished();
    }
    // A journal that stays names files that are as they were.
    let _ = store.abandon(memory);
    problem
}

fn alone(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// The same path without `.` and a `/` at its end, which would follow a link.
fn plain(folder: &Utf8Path) -> Utf8PathBuf {
    folder.components().collect()
}
