//! The Applications that a run takes out of the tree, or gives to another parent. Argo CD deletes them, so somebody should
//! know.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Target;
use super::outcome::{Change, Going, Problem};
use crate::documents::{Consent, OutputFile, Present, Verdict, applications_in};

/// Applications by namespace and name: what is known of each, and its parent.
type Known = BTreeMap<(String, String), (Present, String)>;

/// The Applications that changed files held, as `read` has it, and no file of the same parent holds any more.
pub(super) fn going(
    changes: &[(Change, String)],
    files: &[&OutputFile],
    consent: Option<&Consent>,
    read: impl Fn(&str) -> Option<String> + Sync,
) -> Vec<Going> {
    let differs =
        |path: &str| read(path).filter(|text| wanted(files, path).is_none_or(|wanted| !is_same(text, &wanted)));
    let before = applications(changes, &[Change::Update, Change::Remove], consent, &differs);
    if before.is_empty() {
        return vec![];
    }
    let after = applications(changes, &[Change::Update, Change::Create], consent, &|path| wanted(files, path));
    let gone = before.into_iter().filter_map(|(key, (was, parent))| {
        let other = after.get(&key).map(|(_, parent)| parent);
        let stays = other == Some(&parent);
        (!stays).then(|| Going { was, returns: other.is_some() })
    });
    gone.collect()
}

fn applications(
    changes: &[(Change, String)],
    which: &[Change],
    consent: Option<&Consent>,
    text: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Known {
    let chosen = changes.par_iter().filter(|(change, _)| which.contains(change));
    let found = chosen.filter_map(|(_, path)| Some((parent(path, consent)?, text(path)?)));
    let found = found.flat_map_iter(|(parent, text)| {
        applications_in(&text).into_iter().map(move |one| {
            let parent = one.set.clone().unwrap_or_else(|| parent.clone());
            ((one.namespace.clone(), one.name.clone()), (one, parent))
        })
    });
    found.collect()
}

/// Whether two texts of a file make the same Application, as far as that is seen without parsing them: nearly all updates
/// are of a spec alone.
fn is_same(before: &str, after: &str) -> bool {
    let [before, after] = [before, after].map(|text| text.split_once("\nspec:\n").map(|(head, _)| head));
    before.is_some_and(|head| head.contains("\nkind: Application\n")) && before == after
}

/// What deploys the Applications of a file that holds no set: the parent that applies its folder, whatever name the cluster has.
fn parent(path: &str, consent: Option<&Consent>) -> Option<String> {
    if path.starts_with("application-sets/") {
        return Some(path.to_owned());
    }
    let folder = path.strip_prefix("clusters/")?.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (cluster, layer) = folder.split_once('/').unwrap_or((folder, ""));
    let known = consent.map_or(cluster, |consent| consent.known(cluster));
    Some(format!("clusters/{known}/{layer}"))
}

/// The Applications that must not go, for what the source says.
pub(super) fn refused(target: &Target, going: &[Going]) -> Vec<Problem> {
    let Some(consent) = target.consent else { return vec![] };
    let of = |verdict: Verdict| -> Vec<Present> {
        let gone = going.iter().filter(|one| !one.returns && consent.of(&one.was) == verdict);
        gone.map(|one| one.was.clone()).collect()
    };
    let folder = || target.folder.to_owned();
    let (unsaid, at_once) = (of(Verdict::Unsaid), of(Verdict::AtOnce));
    let mut problems = vec![];
    if !unsaid.is_empty() {
        problems.push(Problem::Unsaid { folder: folder(), lines: consent.lines(&unsaid), going: unsaid });
    }
    if !at_once.is_empty() {
        problems.push(Problem::AtOnce { folder: folder(), going: at_once });
    }
    problems
}

fn wanted(files: &[&OutputFile], path: &str) -> Option<String> {
    let found = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    files.get(found).map(|file| file.text())
}
