//! The lines of argocd-rbac-cm: for each team what its groups may do, and nothing that anybody may not.
//!
//! Argo CD asks for each group in turn and takes the first line that allows (`util/rbac/rbac.go`), so a line that denies
//! would bind nobody who is in a second group: there are none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::yaml::Node;
use crate::db::Db;
use crate::model::{Estate, Head, Hub, Rights, Scheme, Slot, Team, actions, estate, head, preview, rights, teams_of};
use crate::names::declarations;
use crate::schema::{Kind, Version};

/// Which Applications of a service a line is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// All that the service has on the hub.
    Everywhere,
    /// Those that have one of these behind the service's name and a dot.
    Suffixes(Vec<String>),
    /// Those with these names, where names follow another scheme.
    Names(Vec<String>),
}

/// What is allowed by one line: actions on one of Argo CD's resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// The project.
    project: Arc<str>,
    place: Place,
    /// The service, where the line is about all that it has: then each has a line of its own, to be reviewed. Long lists of
    /// clusters are written once for all services that share them, or the policy would outgrow a `ConfigMap`.
    service: Option<Arc<str>>,
    resource: &'static str,
    actions: Vec<&'static str>,
}

/// Lines, each with the services that it is about.
type Lines = BTreeMap<Line, BTreeSet<Arc<str>>>;

/// The keys of argocd-rbac-cm on a hub.
pub(super) fn policy(db: &dyn Db, hub: &Hub) -> Node {
    let estate = estate(db);
    let mut lines: BTreeMap<Arc<str>, Lines> = BTreeMap::new();
    for item in declarations(db).of(db, Kind::Service) {
        if let Some(head) = head(db, item) {
            let service = Service::new(estate, hub, head, rights(db, item));
            for team in teams_of(head, service.rights) {
                service.add(team, lines.entry(Arc::clone(team)).or_default());
            }
        }
        if let Some(preview) = preview(db, item) {
            // A preview is the only instance of a service of its own, in a project of its own.
            let (head, rights) = (&preview.service.head, preview.rights());
            let service = Service::new(estate, hub, head, &rights);
            for team in teams_of(head, &rights) {
                service.add_everywhere(team, lines.entry(Arc::clone(team)).or_default());
            }
        }
    }
    let mut data = Node::map([("policy.default", Node::text(""))]);
    for team in estate.teams.iter().filter(|team| !team.sso.is_empty()) {
        let granted = lines.remove(&team.name).unwrap_or_default();
        data.insert_some(format!("policy.{}.csv", team.name), team_policy(estate, team, &granted).map(Node::text));
    }
    data
}

/// A service on a hub.
struct Service<'s> {
    estate: &'s Estate,
    version: Version,
    head: &'s Head,
    rights: &'s Rights,
    /// The positions in the head that are on the hub.
    here: Vec<usize>,
}

impl<'s> Service<'s> {
    fn new(estate: &'s Estate, hub: &Hub, head: &'s Head, rights: &'s Rights) -> Self {
        let is_here = |slot: &Slot| estate.cluster(&slot.cluster).is_some_and(|cluster| cluster.hub == hub.name);
        let here = head.instances.iter().enumerate().filter(|(_, slot)| is_here(slot)).map(|(position, _)| position);
        Self { estate, version: hub.version, head, rights, here: here.collect() }
    }

    /// Adds what a team may do with it.
    fn add(&self, team: &Arc<str>, lines: &mut Lines) {
        for (resource, place, actions) in self.allowed(team) {
            let service = (place == Place::Everywhere).then(|| Arc::clone(&self.head.identity.application));
            let line = Line { project: Arc::clone(&self.head.project), place, service, resource, actions };
            lines.entry(line).or_default().insert(Arc::clone(&self.head.identity.application));
        }
    }

    /// Adds what a team may do with all of its project.
    fn add_everywhere(&self, team: &Arc<str>, lines: &mut Lines) {
        for (resource, _, actions) in self.allowed(team) {
            let (project, name) = (Arc::clone(&self.head.project), Arc::clone(&self.head.identity.workload));
            let service = Some(Arc::clone(&name));
            let line = Line { project, place: Place::Everywhere, service, resource, actions };
            lines.entry(line).or_default().insert(name);
        }
    }

    /// What Argo CD is asked for, by resource and by where it is allowed. An action that is a pattern stands alone: of several
    /// patterns in braces Argo CD's matcher misses some that would match.
    fn allowed(&self, team: &Arc<str>) -> Vec<(&'static str, Place, Vec<&'static str>)> {
        let mut together: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ((resource, action), positions) in self.positions(team) {
            let alone = action.contains('*').then_some(action);
            together.entry((resource, self.place(&positions), alone)).or_default().push(action);
        }
        together.into_iter().map(|((resource, place, _), actions)| (resource, place, actions)).collect()
    }

    /// Where a team may do what Argo CD is asked for: resource and action, with positions in the head.
    fn positions(&self, team: &Arc<str>) -> BTreeMap<(&'static str, &'static str), BTreeSet<usize>> {
        let mut found: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for (granted, members) in &self.rights.groups {
            let roles = granted.get(team).into_iter().flatten();
            let asked = actions(self.estate, roles).into_iter().flat_map(|action| action.argo);
            for (resource, action, since) in asked {
                if self.version >= *since {
                    let here = members.iter().filter(|position| self.here.binary_search(position).is_ok());
                    found.entry((*resource, *action)).or_default().extend(here);
                }
            }
        }
        found.retain(|_, positions| !positions.is_empty());
        found
    }

    fn place(&self, positions: &BTreeSet<usize>) -> Place {
        let slots = positions.iter().filter_map(|position| self.head.instances.get(*position));
        let scheme =
            self.estate.platform.as_ref().map(|platform| &platform.names).filter(|it| **it != Scheme::default());
        match scheme {
            Some(scheme) => Place::Names(slots.filter_map(|slot| self.name(scheme, slot)).collect()),
            None if positions.len() == self.here.len() => Place::Everywhere,
            None => Place::Suffixes(slots.filter_map(|slot| self.suffix(slot)).collect()),
        }
    }

    fn name(&self, scheme: &Scheme, slot: &Slot) -> Option<String> {
        Some(scheme.name(&self.head.identity.application, slot.item.as_deref(), self.estate.cluster(&slot.cluster)?))
    }

    /// What stands behind a service's name and a dot.
    fn suffix(&self, slot: &Slot) -> Option<String> {
        let cluster = &self.estate.cluster(&slot.cluster)?.identity;
        Some(slot.item.as_ref().map_or_else(|| cluster.to_string(), |item| format!("{item}.{cluster}")))
    }
}

/// The lines of a team, or nothing where it may do nothing.
fn team_policy(estate: &Estate, team: &Team, lines: &Lines) -> Option<String> {
    let is_admin = estate.is_admin(&team.name);
    if !is_admin && lines.is_empty() {
        return None;
    }
    let role = if is_admin { "role:admin".to_owned() } else { format!("role:team-{}", team.name) };
    let mut all: Vec<String> = team.sso.iter().map(|group| format!("g, {}, {role}", field(group))).collect();
    if !is_admin {
        let projects: BTreeSet<&Arc<str>> = lines.keys().map(|line| &line.project).collect();
        all.extend(projects.into_iter().map(|project| format!("p, {role}, projects, get, {project}, allow")));
        all.extend(lines.iter().map(|(line, services)| show(&role, line, services)));
    }
    Some(all.join("\n") + "\n")
}

fn show(role: &str, line: &Line, services: &BTreeSet<Arc<str>>) -> String {
    let services: Vec<&str> = services.iter().map(AsRef::as_ref).collect();
    let services = any_of(&services);
    let name = match &line.place {
        Place::Everywhere => format!("{services}.*"),
        Place::Suffixes(suffixes) => format!("{services}.{}", any_of(suffixes)),
        Place::Names(names) => any_of(names),
    };
    let (action, object) = (field(&any_of(&line.actions)), field(&format!("{}/{name}", line.project)));
    format!("p, {role}, {}, {action}, {object}, allow", line.resource)
}

/// A pattern for exactly these texts: none has a character with a meaning in patterns, or it is meant.
fn any_of(texts: &[impl AsRef<str>]) -> String {
    match texts {
        [only] => only.as_ref().to_owned(),
        many => format!("{{{}}}", many.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")),
    }
}

/// A field of a line, in quotes where a comma would be taken for its end.
fn field(text: &str) -> String {
    if text.contains([',', '"']) || text.starts_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
