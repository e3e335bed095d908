//! A tree that one process builds again and again. It need not look at all of it every time: what differs from the files
//! that it wrote last is laid beside the disk, and the rest is as it left it, for it would have heard otherwise.
//!
//! Whatever is not as expected is left to a build that looks at everything. Updates are not told to the cache, which
//! holds all files: their journal stays, and says the same to the next process.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use rustc_hash::FxHashSet;

use super::cache::{Digest, Known};
use super::journal::Journal;
use super::outcome::{Outcome, Problem};
use super::paths::{collisions, folders_above, is_plain, split};
use super::plan::{Action, Key, Plan, Step, decide};
use super::store::{Memory, Seal, Store};
use super::walk::{Kind, standing};
use super::{Target, alone, beside, carry_out, outcome, plain, write_all};
use crate::documents::{Difference, OutputFile, Portions};

/// More differences are quicker found from the cache, and more updates are told to it.
const MANY: usize = 1000;

/// What one process wrote, to write only what differs from it.
#[derive(Default)]
pub struct Kept(Option<Left>);

/// What the last build left.
struct Left {
    folder: Utf8PathBuf,
    cache: Utf8PathBuf,
    files: Portions,
    key: String,
    mark: Digest,
    seal: Seal,
    /// What was updated since the cache was written.
    updates: BTreeMap<String, Known>,
}

impl Kept {
    /// Does what [`super::write()`] does, and looks at no more than what differs from the last time if `is_watched`: if
    /// nobody else changed the tree since, as far as was heard.
    ///
    /// # Errors
    ///
    /// As [`super::write()`]. The next build then looks at everything.
    pub fn write(&mut self, target: &Target, files: Portions, is_watched: bool) -> Result<Outcome, Vec<Problem>> {
        let target = Target { folder: &plain(target.folder), ..*target };
        let store = Store::open(&target).map_err(alone)?;
        let left = self.0.take().filter(|left| is_watched && left.stands(&target, &store));
        let done = left.and_then(|left| left.follow(&target, &store, files.clone()));
        let (outcome, left) = done.unwrap_or_else(|| all(&target, &store, files))?;
        self.0 = left;
        Ok(outcome)
    }
}

type Done = Result<(Outcome, Option<Left>), Vec<Problem>>;

/// Looks at everything.
fn all(target: &Target, store: &Store, files: Portions) -> Done {
    let (outcome, key, mark) = write_all(target, store, &files.sorted())?;
    let left = target.cache.and_then(|cache| {
        let (folder, cache) = (target.folder.to_owned(), cache.to_owned());
        Some(Left { folder, cache, files, key, mark, seal: store.seal()?, updates: BTreeMap::new() })
    });
    Ok((outcome, left))
}

impl Left {
    /// Whether the next build is of the same tree, and no other process has built it since.
    fn stands(&self, target: &Target, store: &Store) -> bool {
        let is_same = self.folder == target.folder && target.cache == Some(&self.cache);
        is_same && target.within.is_none() && !target.verify && store.seal() == Some(self.seal)
    }

    /// Brings the tree from the last files to these, unless something is not as it was left.
    fn follow(self, target: &Target, store: &Store, files: Portions) -> Option<Done> {
        let differences = files.since(&self.files);
        let mut plan = target.timings.measure("compare", || self.plan(target, &files, &differences))?;
        let shared = beside::compare(target).ok()?;
        let wanted: Vec<&OutputFile> = differences.iter().filter_map(|difference| difference.after).collect();
        let mut outcome = match outcome(&plan, &shared, target, &wanted) {
            Ok(outcome) => outcome,
            Err(refused) => return Some(Err(refused)),
        };
        outcome.unchanged = files.count() - wanted.len();
        let memory = Memory::new(&self.key, self.mark, Journal::of_updates(&self.updates));
        let is_same_set =
            differences.iter().all(|difference| difference.before.is_some() && difference.after.is_some());
        let finish = |plan: &Plan| finish(plan, &self.updates, is_same_set, &memory, store);
        let carry_out = || carry_out(target, &mut plan, &shared, &memory, store, finish).map_err(alone);
        let done = target.timings.measure("write", carry_out);
        drop(plan);
        Some(done.map(|(updates, mark)| {
            let left = store.seal().map(|seal| Self { files, mark, seal, updates, ..self });
            (outcome, left)
        }))
    }

    fn plan<'a>(&self, target: &Target, files: &Portions, differences: &[Difference<'a>]) -> Option<Plan<'a>> {
        let count = |is_there: fn(&Difference<'a>) -> bool| differences.iter().filter(|it| is_there(it)).count();
        let (before, after) = (count(|it| it.before.is_some()), count(|it| it.after.is_some()));
        let is_whole = files.count() + before == self.files.count() + after;
        let are_plain = differences.iter().all(|difference| is_plain(difference.path()));
        let has_new = differences.iter().any(|difference| difference.before.is_none());
        if !is_whole || !are_plain || differences.len() > MANY || has_new && collide(files) {
            return None;
        }
        let mut steps = differences.iter().map(|it| step(target, it)).collect::<Option<Vec<_>>>()?;
        steps.sort_unstable_by_key(|step| (step.folder, step.name));
        let folders = missing_folders(target, differences)?;
        let is_clear = decide(target, &mut steps, &Journal::default()).is_empty();
        let is_expected = is_clear && steps.iter().all(|step| step.action != Action::Leave);
        is_expected.then(|| Plan::of_steps(folders, steps))
    }
}

/// Whether some files can't be written together.
fn collide(files: &Portions) -> bool {
    let paths: Vec<&str> = files.files().map(|file| file.path.as_str()).collect();
    !collisions(&paths, &folders_above(paths.iter().copied())).is_empty()
}

/// What is to be done to one path, if there stands what was left there.
fn step<'a>(target: &Target, difference: &Difference<'a>) -> Option<Step<'a>> {
    let (folder, name) = split(difference.path());
    let found = standing(target.disk, &super::paths::place(target.folder, folder, name)).ok()?;
    let is_expected = found == difference.before.map(|_| Kind::File);
    let known = difference.before.map(|file| Known::of_text(file.text().as_bytes()));
    is_expected.then_some(Step {
        folder,
        name,
        file: difference.after,
        found,
        known,
        is_news: false,
        action: Action::Leave,
    })
}

/// The folders that have to be created, if nothing but a folder stands in the place of any other.
fn missing_folders<'a>(target: &Target, differences: &[Difference<'a>]) -> Option<Vec<&'a str>> {
    let mut missing = vec![];
    for folder in folders_above(differences.iter().map(Difference::path)) {
        match standing(target.disk, &target.folder.join(folder)).ok()? {
            Some(Kind::Folder) => {}
            None if !folder.is_empty() => missing.push(folder),
            _ => return None,
        }
    }
    Some(missing)
}

/// What the cache does not know, and its mark. It is renewed where the journal could not say the same.
fn finish(
    plan: &Plan,
    updates: &BTreeMap<String, Known>,
    is_same_set: bool,
    memory: &Memory,
    store: &Store,
) -> Result<(BTreeMap<String, Known>, Digest), Problem> {
    let mut updates = updates.clone();
    updates.extend(plan.steps.iter().filter_map(|step| Some((step.path(), step.known?))));
    if is_same_set && updates.len() <= MANY {
        return Ok((updates, memory.mark));
    }
    let gone = plan.steps.iter().filter(|step| step.known.is_none()).map(|step| (step.folder, step.name));
    let news = updates.iter().map(|(path, known)| (split(path), *known)).collect::<Vec<_>>();
    let changed: FxHashSet<Key> = news.iter().map(|(key, _)| *key).chain(gone).collect();
    let mark = store.amend(memory, &changed, &news)?;
    Ok((BTreeMap::new(), mark))
}
