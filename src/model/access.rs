//! Who may do what with which instance: the one model behind Argo CD's policy, Kubernetes' `RoleBindings` and what the
//! commands say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entities::{Estate, Role};
use super::estates::estate;
use super::fields::Fields;
use super::heads::Head;
use super::lower::Instances;
use super::services::service;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span, did_you_mean};
use crate::names::{Item, names};
use crate::overlays::Tree;
use crate::schema::{Action, Kind};
use crate::text::some;
use crate::values::Value;

/// Roles by team. Teams of `admins` are left out: they may do everything everywhere.
pub type Granted = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

/// The role that owners have where nothing is written.
const BY_DEFAULT: &str = "operator";
/// The role that owners always have.
pub const OWNER_ALWAYS: &str = "viewer";
/// The role that teams of `admins` have.
pub const ADMINS_ALWAYS: &str = "admin";

/// What a service's instances grant, without anything else of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Roles by team, and the positions in the service's head where they hold; no two are equal.
    pub groups: Vec<(Granted, Vec<usize>)>,
}

impl Rights {
    /// What is granted at a position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<&Granted> {
        let found = self.groups.iter().find(|(_, positions)| positions.binary_search(&position).is_ok());
        found.map(|(granted, _)| granted)
    }
}

/// What the instances of a service grant.
#[salsa::tracked]
pub fn rights<'db>(db: &'db dyn Db, item: Item<'db>) -> Rights {
    let mut groups: BTreeMap<Granted, Vec<usize>> = BTreeMap::new();
    for variant in service(db, item).iter().flat_map(|service| &service.variants) {
        groups.entry(variant.spec.access.clone()).or_default().extend(&variant.instances);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.iter_mut().for_each(|(_, positions)| positions.sort_unstable());
    groups.sort_by(|(_, left), (_, right)| left.cmp(right));
    Rights { groups }
}

/// The actions of roles together, in the order of the table.
pub fn actions<'e>(estate: &'e Estate, roles: impl IntoIterator<Item = &'e Arc<str>>) -> Vec<&'static Action> {
    let roles = roles.into_iter().filter_map(|role| estate.role(role));
    let words: BTreeSet<&str> = roles.flat_map(|role| &role.actions).copied().collect();
    crate::schema::ACTIONS.iter().filter(|action| words.contains(action.name)).collect()
}

/// Reads what a service's block says of access.
pub(super) fn read(db: &dyn Db, instances: &Instances<'_>, tree: &Tree, sink: &mut Sink) -> Granted {
    let mut granted = Granted::new();
    let owner = &instances.head.owner;
    match Fields(Some(tree)).tree("access") {
        Some(access) => written(db, instances, access, &mut granted, sink),
        None => {
            granted.entry(Arc::clone(owner)).or_default().insert(BY_DEFAULT.into());
        }
    }
    granted.entry(Arc::clone(owner)).or_default().insert(OWNER_ALWAYS.into());
    let admins = estate(db).platform.as_ref().map(|platform| platform.admins.as_slice()).unwrap_or_default();
    granted.retain(|team, _| !admins.contains(team));
    granted
}

fn written(db: &dyn Db, instances: &Instances<'_>, access: &Tree, granted: &mut Granted, sink: &mut Sink) {
    let Tree::Branch(roles, _) = access else { return };
    for (role, teams) in roles {
        if names(db).get(Kind::Role, role).is_none() {
            sink.push(unknown(db, role, teams.span()));
            continue;
        }
        let given: Vec<Arc<str>> = match teams.value().as_list() {
            Some(teams) => teams.iter().filter_map(Value::as_text).cloned().collect(),
            None => vec![],
        };
        risky(db, instances, role, &given, teams.span(), sink);
        for team in given {
            check_groups(estate(db), &team, teams.span(), sink);
            granted.entry(team).or_default().insert(Arc::clone(role));
        }
    }
}

fn unknown(db: &dyn Db, role: &str, span: Span) -> Diagnostic {
    let roles = names(db).of(Kind::Role);
    let near = did_you_mean(role, roles.iter().map(AsRef::as_ref));
    Diagnostic::new(codes::UNKNOWN_NAME, span, format!("there is no role `{role}`"))
        .help_if(near.map(|near| format!("did you mean `{near}`?")))
        .meant_key(role, near)
        .declare(Kind::Role.word(), role)
        .help("the roles are `viewer`, `deployer`, `operator` and `admin`, and what `role NAME { }` declares")
}

/// What changes more than a sync from Git does, on clusters where nothing shall happen by mistake.
fn risky(db: &dyn Db, instances: &Instances<'_>, role: &str, teams: &[Arc<str>], span: Span, sink: &mut Sink) {
    let admins = estate(db).platform.as_ref().map(|platform| platform.admins.as_slice()).unwrap_or_default();
    let protected = instances.clusters.iter().filter(|cluster| cluster.protected);
    let protected: Vec<&str> = protected.map(|cluster| cluster.name.as_ref()).collect();
    let role = estate(db).role(role).map(|role| &role.name);
    let words = actions(estate(db), role).into_iter().filter(|action| action.risky);
    let words: Vec<&str> = words.map(|action| action.name).collect();
    let Some(team) = teams.iter().find(|team| !admins.contains(team)) else { return };
    if protected.is_empty() || words.is_empty() {
        return;
    }
    let message = format!("`{team}` gets {} on {}", some(&words), some(&protected));
    sink.push(
        Diagnostic::new(codes::RISKY_GRANT, span, message)
            .note(
                "what is done so is in no commit, and a protected environment is one where nothing happens by mistake",
            )
            .help("give `operator` there: `when env == NAME { access { operator = [TEAM] } }`"),
    );
}

/// What is wrong with teams and roles together.
pub(super) fn check_roles(roles: &[Role], spans: &BTreeMap<Arc<str>, Span>, sink: &mut Sink) {
    for (role, span) in roles.iter().filter_map(|role| Some((role, *spans.get(&role.name)?))) {
        if role.actions.is_empty() {
            sink.push(
                Diagnostic::new(codes::EMPTY_ROLE, span, format!("role `{}` allows nothing", role.name))
                    .help("give it `actions`, or roles in `includes`"),
            );
        }
        let wide = role.cluster_role.as_deref().filter(|name| ["edit", "admin", "cluster-admin"].contains(name));
        if let (Some(name), false) = (wide, role.actions.contains("exec")) {
            let message = format!("ClusterRole `{name}` allows more than role `{}` does in Argo CD", role.name);
            sink.push(
                Diagnostic::new(codes::WIDER_ROLE, span, message)
                    .note(format!("`{name}` opens shells in Pods and reads Secrets; whoever has it needs no Argo CD"))
                    .help("leave `cluster_role` away, and it follows from the actions")
                    .superfluous("Take `cluster_role` away", Some("cluster_role")),
            );
        }
    }
}

/// The actions of every declared role, with those of the roles that it includes.
pub(super) fn close(mut roles: Vec<Role>, spans: &BTreeMap<Arc<str>, Span>, sink: &mut Sink) -> Vec<Role> {
    let known: BTreeMap<Arc<str>, Role> = roles.iter().map(|role| (Arc::clone(&role.name), role.clone())).collect();
    for role in &mut roles {
        let mut way = vec![Arc::clone(&role.name)];
        let mut circle = None;
        role.actions = reach(&known, &role.name, &mut way, &mut circle);
        if let (Some(circle), Some(span)) = (circle, spans.get(&role.name)) {
            sink.push(
                Diagnostic::new(codes::ROLE_CYCLE, *span, format!("roles include each other: {circle}"))
                    .help("a role with the actions of both, which neither includes, says the same"),
            );
        }
    }
    roles
}

fn reach(
    known: &BTreeMap<Arc<str>, Role>,
    name: &str,
    way: &mut Vec<Arc<str>>,
    circle: &mut Option<String>,
) -> BTreeSet<&'static str> {
    let Some(role) = known.get(name) else { return BTreeSet::new() };
    let mut found = role.actions.clone();
    for included in &role.includes {
        if way.contains(included) {
            if way.first() == Some(included) {
                *circle = Some(format!("{} -> {included}", way.join(" -> ")));
            }
            continue;
        }
        way.push(Arc::clone(included));
        found.extend(reach(known, included, way, circle));
        way.pop();
    }
    found
}

/// The teams of a service that no group of the identity provider stands for, where the platform has groups at all.
pub(super) fn check_groups(estate: &Estate, team: &str, span: Span, sink: &mut Sink) {
    let uses_groups = estate.teams.iter().any(|team| !team.sso.is_empty());
    let is_empty = estate.teams.iter().any(|known| known.name.as_ref() == team && known.sso.is_empty());
    if uses_groups && is_empty {
        sink.push(
            Diagnostic::new(codes::NO_GROUP, span, format!("nobody is in team `{team}`"))
                .label("it has rights, but no group")
                .note("Argo CD and Kubernetes know people by the groups of the identity provider")
                .help("write `sso = [\"GROUP\"]` in the team"),
        );
    }
}

/// Whether a team may do something with an instance.
#[must_use]
pub fn allows(estate: &Estate, granted: &Granted, team: &str, action: &str) -> bool {
    if estate.is_admin(team) {
        return true;
    }
    granted.get(team).is_some_and(|roles| actions(estate, roles).iter().any(|known| known.name == action))
}

/// The teams that have something to do with a service.
#[must_use]
pub fn teams_of<'r>(head: &'r Head, rights: &'r Rights) -> BTreeSet<&'r Arc<str>> {
    rights.groups.iter().flat_map(|(granted, _)| granted.keys()).chain([&head.owner]).collect()
}
