//! The Applications that a run takes out of the tree, or gives to another parent. Argo CD deletes them, so somebody should
//! know.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Target;
use super::outcome::{Change, Going, Merged, Overstep, Problem, Unknown};
use crate::documents::{
    Consent, Early, Of, OutputFile, Present, Registration, Verdict, applications_in, asks_for_clusters, registration_in,
};
use crate::schema::Kind;

/// Applications by namespace and name: what is known of each, and its parent.
type Known = BTreeMap<(String, String), (Present, String)>;

/// The tree before a run, and what the run makes of it.
pub(super) struct Tree<'t> {
    /// The files that change.
    pub(super) changes: &'t [(Change, String)],
    /// The files that are wanted, by path.
    pub(super) files: &'t [&'t OutputFile],
    /// What the source says of Applications that go.
    pub(super) consent: Option<&'t Consent>,
    /// Reads a file as it is before the run.
    pub(super) read: &'t (dyn Fn(&str) -> Option<String> + Sync),
    /// What stands in a folder before the run, by path.
    pub(super) list: &'t (dyn Fn(&str) -> Vec<String> + Sync),
}

/// What leaves the tree, or its place in it.
pub(super) struct Leaving {
    /// The Applications.
    pub(super) going: Vec<Going>,
    /// What would be one and was two.
    pub(super) merged: BTreeSet<Merged>,
    /// What files for teams say of what was another's.
    pub(super) overstepped: BTreeSet<Overstep>,
}

/// The tree before the run, or after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// The registrations of clusters, by the folder that holds them.
type Registered = BTreeMap<String, Vec<Registration>>;

const SETS: &str = "application-sets";
const CONTROL_PLANE: &str = "argocd";

impl Tree<'_> {
    /// The Applications that were there, and that no file of the same parent holds any more, and what else is wrong with them.
    pub(super) fn leaving(&self) -> Leaving {
        let chosen = self.chosen();
        let before = self.applications(&chosen, Side::Before);
        let after = if before.is_empty() { Known::new() } else { self.applications(&chosen, Side::After) };
        let staying = after.values().map(|(one, _)| one).filter(|one| !one.is_leaving);
        let heirs: BTreeMap<&Of, &Present> = staying.filter_map(|one| Some((one.of.as_ref()?, one))).collect();
        let gone = before.iter().filter_map(|(key, (was, parent))| {
            let other = after.get(key);
            let stays = other.is_some_and(|(_, other)| other == parent);
            let of = was.of.as_ref().map(|of| self.consent.map_or_else(|| of.clone(), |consent| consent.today(of)));
            let heir = of.and_then(|of| heirs.get(&of).copied()).filter(|_| other.is_none());
            (!stays).then(|| Going {
                was: was.clone(),
                returns: other.map(|(other, _)| other.clone()),
                heir: heir.cloned(),
            })
        });
        let gone: Vec<Going> = gone.collect();
        Leaving { merged: self.merged(&before, &gone), overstepped: self.overstepped(&before, &after), going: gone }
    }

    /// What files for teams say of Applications that were another's, and are no more: under their old name they are gone, or
    /// have become something else.
    fn overstepped(&self, before: &Known, after: &Known) -> BTreeSet<Overstep> {
        let service = |one: &Present| one.of.as_ref().map(|of| of.service.clone());
        let changed = before
            .iter()
            .filter(|(key, (was, _))| after.get(*key).is_none_or(|(other, _)| service(other) != service(was)));
        let said = changed.filter_map(|(_, (was, _))| {
            let (word, team) = self.consent?.oversteps(was)?;
            Some(Overstep { word, service: service(was)?, team: team.to_owned(), owner: was.owner.clone() })
        });
        said.collect()
    }

    /// What bears the name of another that was there as well. Their Applications say so, or their files.
    fn merged(&self, before: &Known, gone: &[Going]) -> BTreeSet<Merged> {
        let named = |of: &Present, kind, name: &str| {
            let of = of.of.as_ref().filter(|_| !of.is_leaving);
            of.is_some_and(|of| name == if kind == Kind::Cluster { &of.cluster } else { &of.service })
        };
        let renames = self.consent.into_iter().flat_map(Consent::renames);
        let merged = renames.filter(|(kind, old, name)| {
            let had_both = || {
                let mut going = gone.iter().filter(|one| one.returns.is_none());
                going.any(|one| named(&one.was, *kind, name)) && before.values().any(|(one, _)| named(one, *kind, old))
            };
            match kind {
                Kind::Service => had_both(),
                Kind::Cluster => had_both() || self.had_both("clusters", old, name),
                Kind::Team => self.had_both("projects", name, old),
                _ => false,
            }
        });
        merged.map(|(kind, old, name)| Merged { kind, old: old.to_owned(), name: name.to_owned() }).collect()
    }

    /// Whether a folder of the control plane had a file of each, and the one that stays was called so in Argo CD as well. Files
    /// of clusters have the names of today, those of projects the names that Argo CD knows.
    fn had_both(&self, folder: &str, gone: &str, stays: &str) -> bool {
        let goes = format!("/{folder}/{gone}.yaml");
        let mut gone = self.changes.iter().filter(|(change, path)| *change == Change::Remove && path.ends_with(&goes));
        gone.any(|(_, path)| {
            let other = path.replace(&goes, &format!("/{folder}/{stays}.yaml"));
            let text = self.text(&other, Side::Before).unwrap_or_default();
            text.lines().any(|line| line.trim().strip_prefix("name: ") == Some(stays))
        })
    }

    /// The files that may make other Applications after the run: those that change, and the sets for which other clusters
    /// are registered.
    fn chosen(&self) -> Vec<String> {
        let changed = self.changes.iter().map(|(_, path)| path);
        let registrations = changed.clone().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
        let folders: BTreeSet<String> = registrations.filter_map(sets_of).collect();
        let sets = folders.iter().flat_map(|folder| (self.list)(folder));
        let asking = sets.filter(|path| (self.read)(path).is_some_and(|text| asks_for_clusters(&text)));
        let all: BTreeSet<String> = changed.cloned().chain(asking).collect();
        all.into_iter().collect()
    }

    fn change(&self, path: &str) -> Option<Change> {
        let found = self.changes.binary_search_by(|(_, changed)| changed.as_str().cmp(path)).ok()?;
        self.changes.get(found).map(|(change, _)| *change)
    }

    fn text(&self, path: &str, side: Side) -> Option<String> {
        match (self.change(path), side) {
            (Some(Change::Create), Side::Before) | (Some(Change::Remove), Side::After) => None,
            (None, _) | (_, Side::Before) => (self.read)(path),
            (_, Side::After) => wanted(self.files, path),
        }
    }

    fn applications(&self, chosen: &[String], side: Side) -> Known {
        let texts: Vec<(&str, String)> = chosen
            .par_iter()
            .filter(|path| parent(path, self.consent).is_some())
            .filter_map(|path| Some((path.as_str(), self.text(path, side)?)))
            .filter(|(path, text)| side == Side::After || !self.is_same(path, text))
            .collect();
        let asking = texts.iter().filter(|(_, text)| asks_for_clusters(text)).filter_map(|(path, _)| clusters_of(path));
        let folders: BTreeSet<String> = asking.collect();
        let registered: Registered =
            folders.into_iter().map(|folder| (folder.clone(), self.registered(&folder, side))).collect();
        let found = texts.par_iter().filter_map(|(path, text)| Some((parent(path, self.consent)?, path, text)));
        let found = found.flat_map_iter(|(parent, path, text)| {
            let registered = clusters_of(path).and_then(|folder| registered.get(&folder));
            applications_in(text, registered.map_or(&[], Vec::as_slice)).into_iter().map(move |one| {
                let parent = one.set.clone().unwrap_or_else(|| parent.clone());
                ((one.namespace.clone(), one.name.clone()), (one, parent))
            })
        });
        found.collect()
    }

    /// The clusters that the files of a folder register.
    fn registered(&self, folder: &str, side: Side) -> Vec<Registration> {
        let is_new = |path: &&String| path.rsplit_once('/').is_some_and(|(above, _)| above == folder);
        let created = self.changes.iter().filter(|(change, _)| *change == Change::Create).map(|(_, path)| path);
        let all: BTreeSet<String> = (self.list)(folder).into_iter().chain(created.filter(is_new).cloned()).collect();
        all.iter().filter_map(|path| registration_in(&self.text(path, side)?)).collect()
    }

    /// What is said to go, and neither the source nor the tree knows: where there is a tree, it shows what was there.
    pub(super) fn unknown(&self) -> Vec<Unknown> {
        let undeclared = self.consent.into_iter().flat_map(|consent| consent.undeclared().map(move |it| (consent, it)));
        let mut clusters = None;
        let unknown = undeclared.filter(|(_, (kind, name))| {
            let clusters: &Vec<String> = clusters.get_or_insert_with(|| (self.list)("clusters"));
            !clusters.is_empty() && !self.holds(clusters, *kind, name)
        });
        unknown
            .map(|(consent, (kind, name))| Unknown {
                kind,
                name: name.to_owned(),
                near: consent.near(kind, name).map(str::to_owned),
            })
            .collect()
    }

    /// Whether the tree holds something that is called so.
    fn holds(&self, clusters: &[String], kind: Kind, name: &str) -> bool {
        let mut sets = (self.list)(SETS);
        sets.extend(sets.clone().iter().flat_map(|hub| (self.list)(hub)));
        if kind == Kind::Cluster {
            let registered = sets.iter().filter_map(|path| clusters_of(path)).collect::<BTreeSet<_>>();
            let mut registered = registered.iter().flat_map(|folder| (self.list)(folder));
            return clusters.iter().any(|path| is_called(path, name)) || registered.any(|path| is_called(&path, name));
        }
        let layers = clusters.iter().flat_map(|cluster| (self.list)(cluster));
        sets.iter().any(|path| is_called(path, name))
            || layers.flat_map(|layer| (self.list)(&layer)).any(|path| is_called(&path, name))
    }

    fn is_same(&self, path: &str, text: &str) -> bool {
        self.text(path, Side::After).is_some_and(|after| is_same(text, &after))
    }
}

/// Whether a file is of a service or a cluster, with an item or the number of a part or without.
fn is_called(path: &str, name: &str) -> bool {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    file.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The folder of the sets that ask which clusters the files of a folder register.
fn sets_of(registrations: &str) -> Option<String> {
    let hub = registrations.strip_prefix(CONTROL_PLANE)?.strip_suffix("/clusters")?;
    Some(format!("{SETS}{hub}"))
}

/// The folder of the registrations that a set asks for.
fn clusters_of(set: &str) -> Option<String> {
    let (folder, _) = set.rsplit_once('/')?;
    Some(format!("{CONTROL_PLANE}{}/clusters", folder.strip_prefix(SETS)?))
}

/// Whether two texts of a file make the same Application, as far as that is seen without parsing them: nearly all updates
/// are of a spec alone.
fn is_same(before: &str, after: &str) -> bool {
    let [before, after] = [before, after].map(|text| text.split_once("\nspec:\n").map(|(head, _)| head));
    before.is_some_and(|head| head.contains("\nkind: Application\n")) && before == after
}

/// What deploys the Applications of a file that holds no set: the parent that applies its folder, whatever name the cluster has.
fn parent(path: &str, consent: Option<&Consent>) -> Option<String> {
    if path.strip_prefix(SETS).is_some_and(|rest| rest.starts_with('/')) {
        return Some(path.to_owned());
    }
    let folder = path.strip_prefix("clusters/")?.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (cluster, layer) = folder.split_once('/').unwrap_or((folder, ""));
    let known = consent.map_or(cluster, |consent| consent.known(cluster));
    Some(format!("clusters/{known}/{layer}"))
}

/// The Applications that must not go, for what the source says.
pub(super) fn refused(target: &Target, leaving: Leaving) -> Vec<Problem> {
    let Leaving { going, merged, overstepped } = leaving;
    let Some(consent) = target.consent else { return vec![] };
    let (mut unsaid, mut early): (Vec<&Going>, BTreeMap<Early, Vec<Present>>) = (vec![], BTreeMap::new());
    for one in &going {
        match verdict(consent, one) {
            _ if merged.iter().any(|merged| is_of(consent, one, merged)) => {}
            Refused::Nothing => {}
            Refused::Unsaid => unsaid.push(one),
            Refused::Early(why) => early.entry(why).or_default().push(one.was.clone()),
        }
    }
    let folder = || target.folder.to_owned();
    let mut problems: Vec<Problem> =
        merged.into_iter().map(|merged| Problem::Merged { folder: folder(), merged }).collect();
    problems.extend(overstepped.into_iter().map(|said| Problem::NotTheTeams { folder: folder(), said }));
    if !unsaid.is_empty() {
        let keeps = |one: &Going| consent.line_that_keeps(&one.was, one.heir.as_ref()?);
        let kept: BTreeSet<String> = unsaid.iter().filter_map(|one| keeps(one)).collect();
        let lost = unsaid.iter().filter(|one| keeps(one).is_none()).map(|one| one.was.clone()).collect::<Vec<_>>();
        problems.push(Problem::Unsaid {
            folder: folder(),
            lines: consent.lines(&lost),
            kept: kept.into_iter().collect(),
            going: unsaid.into_iter().map(|one| one.was.clone()).collect(),
        });
    }
    problems.extend(early.into_iter().map(|(early, going)| Problem::AtOnce { folder: folder(), going, early }));
    problems
}

/// What is refused of an Application that goes.
enum Refused {
    Nothing,
    Unsaid,
    Early(Early),
}

fn verdict(consent: &Consent, going: &Going) -> Refused {
    if let Some(other) = &going.returns {
        let is_early = other.is_leaving && !going.was.keeps_workload;
        return if is_early { Refused::Early(Early::Elsewhere) } else { Refused::Nothing };
    }
    match consent.of(&going.was) {
        Verdict::Fine => Refused::Nothing,
        Verdict::Unsaid => Refused::Unsaid,
        Verdict::AtOnce => Refused::Early(consent.early(&going.was, going.heir.as_ref())),
    }
}

/// Whether an Application is of one of two that would be one: then there is no more to say of it.
fn is_of(consent: &Consent, going: &Going, merged: &Merged) -> bool {
    let of = going.was.of.as_ref().map(|of| consent.today(of));
    of.is_some_and(|of| match merged.kind {
        Kind::Service => of.service == merged.name,
        Kind::Cluster => of.cluster == merged.name,
        _ => false,
    })
}

fn wanted(files: &[&OutputFile], path: &str) -> Option<String> {
    let found = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    files.get(found).map(|file| file.text())
}
