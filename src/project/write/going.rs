//! The Applications that a run takes out of the tree, or gives to another parent. Argo CD deletes them, so somebody should
//! know.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::outcome::{Change, Going};
use crate::documents::{OutputFile, Present, applications_in};

/// Applications by namespace and name: what is known of each, and its parent.
type Known = BTreeMap<(String, String), (bool, String)>;

/// The Applications that changed files held, as `read` has it, and no file of the same parent holds any more.
pub(super) fn going(
    changes: &[(Change, String)],
    files: &[&OutputFile],
    read: impl Fn(&str) -> Option<String> + Sync,
) -> Vec<Going> {
    let differs =
        |path: &str| read(path).filter(|text| wanted(files, path).is_none_or(|wanted| !is_same(text, &wanted)));
    let before = applications(changes, &[Change::Update, Change::Remove], &differs);
    if before.is_empty() {
        return vec![];
    }
    let after = applications(changes, &[Change::Update, Change::Create], &|path| wanted(files, path));
    let gone = before.into_iter().filter_map(|(key, (keeps_workload, parent))| {
        let other = after.get(&key).map(|(_, parent)| parent);
        let stays = other == Some(&parent);
        (!stays).then(|| Going { name: key.1, keeps_workload, returns: other.is_some() })
    });
    gone.collect()
}

fn applications(
    changes: &[(Change, String)],
    which: &[Change],
    text: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Known {
    let chosen = changes.par_iter().filter(|(change, _)| which.contains(change));
    let found = chosen.filter_map(|(_, path)| Some((parent(path)?, text(path)?))).flat_map_iter(|(parent, text)| {
        applications_in(&text).into_iter().map(move |Present { namespace, name, keeps_workload }| {
            ((namespace, name), (keeps_workload, parent.clone()))
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

/// What deploys the Applications of a file: the parent that applies its folder, or the set that it is.
fn parent(path: &str) -> Option<String> {
    if path.starts_with("application-sets/") {
        return Some(path.to_owned());
    }
    path.starts_with("clusters/").then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
}

fn wanted(files: &[&OutputFile], path: &str) -> Option<String> {
    let found = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    files.get(found).map(|file| file.text())
}
