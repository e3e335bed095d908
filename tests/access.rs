//! Who may do what, read from the trees of all examples with nothing but a YAML and a CSV reader: the lines of Argo CD's
//! policy, the projects, and the `RoleBindings` say the same, which is what the platform says. docs/checks.md names the mistake
//! behind each; `cargo conformance` asks Argo CD's own enforcer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use platformc::db::Database;
use platformc::documents::{Meaning, applications};
use platformc::model::{Estate, Granted, Preview, allows, estate, head, namespace_owner, preview, rights};
use platformc::names::declarations;
use platformc::schema::{ACTIONS, Kind, Reach, action_of};
use regex::Regex;
use serde::Deserialize as _;
use serde_json::Value;

use support::{Example, Texts, awkward, database, examples, outputs};

/// The server of the cluster that Argo CD runs on.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// A platform and its tree.
struct World {
    name: String,
    estate: Estate,
    instances: Vec<Instance>,
    /// One of each service that has some.
    previews: Vec<Instance>,
    outputs: Texts,
    objects: Vec<(String, Value)>,
}

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| examples().iter().chain([&awkward()]).map(world).collect());

/// The YAML documents of a file.
fn documents(path: &str, text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}"))).collect()
}

fn world(example: &Example) -> World {
    let db = database(&example.sources);
    let outputs = outputs(&db);
    let yaml = outputs.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let all = yaml.flat_map(|(path, text)| documents(path, text).into_iter().map(|it| (path.clone(), it)));
    let objects = all.collect();
    World {
        name: example.name.clone(),
        estate: estate(&db).clone(),
        instances: instances(&db),
        previews: previews(&db),
        outputs,
        objects,
    }
}

/// Every instance of a platform.
fn instances(db: &Database) -> Vec<Instance> {
    let instance = |meaning: Meaning| {
        let application = meaning.application.to_json(&[]);
        let item = declarations(db).get(Kind::Service, &meaning.service).unwrap();
        let position = head(db, item).as_ref().unwrap().instances.iter().position(|slot| *slot == meaning.slot);
        Instance {
            service: meaning.service.to_string(),
            hub: estate(db).cluster(&meaning.slot.cluster).unwrap().hub.to_string(),
            cluster: meaning.slot.cluster.to_string(),
            is_at_home: is_at_home(db, &application, &meaning.slot.cluster),
            granted: rights(db, item).at(position.unwrap()).unwrap().clone(),
            project: text(&application, "/spec/project").to_owned(),
            name: text(&application, "/metadata/name").to_owned(),
            server: text(&application, "/spec/destination/server").to_owned(),
            namespace: text(&application, "/spec/destination/namespace").to_owned(),
        }
    };
    applications(db).into_iter().map(instance).collect()
}

/// The preview that each service with some would have of the seventh pull request.
fn previews(db: &Database) -> Vec<Instance> {
    let found = declarations(db).of(db, Kind::Service).filter_map(|item| preview(db, item).as_ref());
    let instance = |preview: &Arc<Preview>| {
        let (head, cluster) = (&preview.service.head, estate(db).cluster(&preview.cluster).unwrap());
        Instance {
            service: head.name.to_string(),
            hub: cluster.hub.to_string(),
            cluster: cluster.name.to_string(),
            is_at_home: true,
            granted: preview.rights().at(0).unwrap().clone(),
            project: head.project.to_string(),
            name: format!("{}.pr.7", head.name),
            server: cluster.server.to_string(),
            namespace: preview.pattern().replace('*', "7"),
        }
    };
    found.map(instance).collect()
}

fn is_at_home(db: &Database, application: &Value, cluster: &str) -> bool {
    let owner = namespace_owner(db, cluster, text(application, "/spec/destination/namespace"));
    owner.map(AsRef::as_ref) == text(application, "/spec/project").split('.').next()
}

impl World {
    fn of_kind<'w>(&'w self, kind: &'w str) -> impl Iterator<Item = &'w (String, Value)> {
        self.objects.iter().filter(move |(_, object)| object["kind"] == kind)
    }

    fn projects(&self) -> impl Iterator<Item = &Value> {
        self.of_kind("AppProject").map(|(_, project)| project)
    }

    /// The projects of teams.
    fn of_teams(&self) -> impl Iterator<Item = &Value> {
        self.projects().filter(|project| {
            let name = text(project, "/metadata/name");
            !["admin", "default"].contains(&name) && !name.starts_with("preview.")
        })
    }

    /// What the platform says: whether a team may do something with an instance.
    fn may(&self, team: &str, action: &str, instance: &Instance) -> bool {
        allows(&self.estate, &instance.granted, team, action)
    }

    /// The policy of each team, by hub.
    fn policies(&self) -> Vec<Policy> {
        let maps = self.of_kind("ConfigMap").filter(|(_, map)| text(map, "/metadata/name") == "argocd-rbac-cm");
        let several = self.estate.hubs.len() > 1;
        let mut policies = vec![];
        for (path, map) in maps {
            let hub = match path.split('/').collect::<Vec<_>>().as_slice() {
                ["argocd", hub, ..] if several => (*hub).to_owned(),
                _ => self.estate.hubs[0].name.to_string(),
            };
            for (key, value) in map["data"].as_object().unwrap() {
                let team = key.strip_prefix("policy.").and_then(|key| key.strip_suffix(".csv"));
                if let Some(team) = team {
                    policies.push(Policy::new(&hub, team, value.as_str().unwrap()));
                } else {
                    assert_eq!((key.as_str(), value.as_str()), ("policy.default", Some("")), "{}", self.name);
                }
            }
        }
        policies
    }

    /// Everything that the foundation of a cluster applies.
    fn foundation(&self, cluster: &str) -> Vec<Value> {
        self.kustomized(&format!("clusters/{cluster}/foundation"))
    }

    fn kustomized(&self, folder: &str) -> Vec<Value> {
        let Some(kustomization) = self.outputs.get(&format!("{folder}/kustomization.yaml")) else { return vec![] };
        let kustomization = documents(folder, kustomization).remove(0);
        let resources = list(&kustomization, "/resources").iter().map(|path| plain(folder, path.as_str().unwrap()));
        resources
            .flat_map(|path| match self.outputs.get(&path) {
                Some(text) => documents(&path, text),
                None => self.kustomized(&path),
            })
            .collect()
    }

    fn groups(&self, team: &str) -> Vec<String> {
        self.estate.team(team).unwrap().sso.iter().map(ToString::to_string).collect()
    }
}

/// A path from a folder, without `..`.
fn plain(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

struct Instance {
    service: String,
    cluster: String,
    /// Whether the service's team owns the namespace that it is deployed to: only then it gives rights there.
    is_at_home: bool,
    granted: Granted,
    hub: String,
    project: String,
    name: String,
    server: String,
    namespace: String,
}

struct Policy {
    hub: String,
    team: String,
    lines: Vec<Vec<String>>,
    /// For each line that allows: the resource, the actions and the objects.
    patterns: Vec<(String, Regex, Regex)>,
}

impl Policy {
    fn new(hub: &str, team: &str, text: &str) -> Self {
        let lines = fields(text);
        let allowing = lines.iter().filter(|line| line[0] == "p");
        let patterns = allowing.map(|line| (line[2].clone(), glob(&line[3]), glob(&line[4]))).collect();
        Self { hub: hub.to_owned(), team: team.to_owned(), lines, patterns }
    }

    /// Whether some line allows an action on a resource.
    fn allows(&self, resource: &str, action: &str, object: &str) -> bool {
        let is_admin = self.lines.iter().any(|line| line[0] == "g" && line[2] == "role:admin");
        let mut patterns = self.patterns.iter();
        is_admin
            || patterns
                .any(|(of, actions, objects)| of == resource && objects.is_match(object) && actions.is_match(action))
    }
}

/// As Argo CD reads them: blanks before a field do not count.
fn fields(policy: &str) -> Vec<Vec<String>> {
    let policy = policy.replace(", \"", ",\"");
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(policy.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// As Argo CD matches: `*` crosses everything, braces hold alternatives.
fn glob(pattern: &str) -> Regex {
    let escaped = regex::escape(pattern).replace(r"\*", ".*").replace(r"\{", "(").replace(r"\}", ")").replace(',', "|");
    Regex::new(&format!("^{escaped}$")).unwrap()
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What Argo CD is asked for when somebody does this.
fn asked(action: &str) -> (&'static str, String) {
    let (resource, pattern, _) = action_of(action).unwrap().argo[0];
    let concrete = match pattern {
        "action/apps/*/restart" => "action/apps/Deployment/restart",
        "action/*" => "action/batch/CronJob/create-job",
        "delete/*/Pod/*/*" => "delete//Pod/shop/web-0",
        "delete/*" => "delete/apps/Deployment/shop/web",
        "update/*" => "update/apps/Deployment/shop/web",
        other => other,
    };
    (resource, concrete.to_owned())
}

/// R02, R03, R07: for every team, action and instance the lines of the policy say what the platform says; no pattern catches
/// a neighbour, no line is about something that is not there, logs and Pods are named where they are meant.
#[test]
fn policies_say_what_the_platform_says() {
    for world in WORLDS.iter() {
        let policies = world.policies();
        let instances: Vec<&Instance> = world.instances.iter().chain(&world.previews).collect();
        for team in world.estate.teams.iter().filter(|team| !team.sso.is_empty()) {
            for instance in &instances {
                let mut own = policies.iter().filter(|policy| policy.team == *team.name && policy.hub == instance.hub);
                let policy = own.next();
                for action in ACTIONS {
                    let (resource, asked) = asked(action.name);
                    let object = format!("{}/{}", instance.project, instance.name);
                    let allowed = policy.is_some_and(|policy| policy.allows(resource, &asked, &object));
                    let said = world.may(&team.name, action.name, instance)
                        || action.name == "restart" && world.may(&team.name, "run-actions", instance)
                        || action.name == "delete-pods" && world.may(&team.name, "delete-objects", instance);
                    assert_eq!(allowed, said, "{}: {} {} {object}", world.name, team.name, action.name);
                }
            }
        }
        for policy in &policies {
            for (_, _, objects) in policy.patterns.iter().filter(|(resource, ..)| resource != "projects") {
                let is_about = |instance: &&Instance| {
                    instance.hub == policy.hub && objects.is_match(&format!("{}/{}", instance.project, instance.name))
                };
                assert!(instances.iter().any(is_about), "{}: {objects}", world.name);
            }
        }
    }
}

/// R01, R05, R06, R10: every line is whole, of one team's role, and allows; nothing is given to whoever comes.
#[test]
fn policies_are_well_formed() {
    const RESOURCES: [&str; 4] = ["applications", "exec", "logs", "projects"];
    let mut lines = 0;
    for world in WORLDS.iter() {
        for policy in world.policies() {
            let role = format!("role:team-{}", policy.team);
            for line in &policy.lines {
                lines += 1;
                let is_sound = match line.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                    ["g", group, target] => {
                        let is_admin = world.estate.is_admin(&policy.team);
                        world.groups(&policy.team).contains(&(*group).to_owned())
                            && *target == if is_admin { "role:admin" } else { role.as_str() }
                    }
                    ["p", subject, resource, _, object, "allow"] => {
                        *subject == role
                            && RESOURCES.contains(resource)
                            && object.matches('/').count() == usize::from(*resource != "projects")
                            && !object.starts_with('*')
                    }
                    _ => false,
                };
                assert!(is_sound, "{}: {line:?}", world.name);
            }
        }
        for (_, map) in world.of_kind("ConfigMap").filter(|(_, map)| text(map, "/metadata/name") == "argocd-rbac-cm") {
            assert!(map["data"].get("policy.matchMode").is_none() && map["data"].get("policy.csv").is_none());
        }
    }
    assert!(lines > 100, "there is something to look at");
}

/// R04: only teams of `admins` may change projects, clusters, repositories or `ApplicationSets`, or touch the platform's own
/// project.
#[test]
fn only_admins_touch_the_platform() {
    for world in WORLDS.iter() {
        for policy in world.policies() {
            let is_admin = world.estate.is_admin(&policy.team);
            for (resource, action, object) in [
                ("applications", "sync", "admin/root"),
                ("applications", "get", "admin/control-plane"),
                ("applicationsets", "create", "admin/x"),
                ("projects", "update", "default"),
                ("clusters", "get", "https://k8s.example.com"),
                ("repositories", "create", "https://git.example.com/x"),
            ] {
                assert_eq!(policy.allows(resource, action, object), is_admin, "{}: {}", world.name, policy.team);
            }
        }
    }
}

/// The `ClusterRoles` that a team's groups are bound to in a namespace.
fn bound(foundation: &[Value], namespace: &str, group: &str) -> BTreeSet<String> {
    let bindings = foundation.iter().filter(|object| object["kind"] == "RoleBinding");
    let here = bindings.filter(|binding| text(binding, "/metadata/namespace") == namespace);
    let mine = here.filter(|binding| {
        list(binding, "/subjects").iter().any(|subject| subject["kind"] == "Group" && subject["name"] == group)
    });
    mine.map(|binding| text(binding, "/roleRef/name").to_owned()).collect()
}

/// R09: whoever sees a service in Argo CD sees its namespace in Kubernetes; and nobody is bound in a namespace in which no
/// service gives them anything.
#[test]
fn kubernetes_says_what_argo_cd_says() {
    let mut given = 0;
    for world in WORLDS.iter() {
        let instances = &world.instances;
        let estate = &world.estate;
        for cluster in &estate.clusters {
            let foundation = world.foundation(&cluster.name);
            let here: Vec<&Instance> = instances.iter().filter(|instance| instance.cluster == *cluster.name).collect();
            let namespaces: BTreeSet<&str> = here.iter().map(|instance| instance.namespace.as_str()).collect();
            for namespace in namespaces.into_iter().filter(|name| *name != "default" && !name.starts_with("kube-")) {
                for team in &estate.teams {
                    let inside = here.iter().filter(|instance| instance.namespace == namespace);
                    let inside: Vec<_> = inside.filter(|instance| instance.is_at_home).collect();
                    let sees = inside.iter().any(|instance| world.may(&team.name, "get", instance));
                    for group in world.groups(&team.name) {
                        let bound = bound(&foundation, namespace, &format!("{}{group}", cluster.group_prefix));
                        let context = format!("{}: {group} in {namespace} on {}", world.name, cluster.name);
                        assert_eq!(!bound.is_empty(), sees || estate.is_admin(&team.name), "{context}");
                        given += bound.len();
                        for action in ACTIONS.iter().filter(|action| matches!(action.kubernetes, Reach::Role("edit"))) {
                            let may = inside.iter().any(|instance| world.may(&team.name, action.name, instance));
                            let edits = bound.iter().any(|role| ["edit", "admin"].contains(&role.as_str()));
                            assert!(!may || edits, "{context}: {}", action.name);
                        }
                    }
                }
            }
        }
    }
    assert!(given > 100, "there is something to look at");
}

/// C06: a binding names a `ClusterRole` that is there, in a namespace that is made beside it, for accounts that are.
#[test]
fn bindings_bind_what_is_there() {
    const KUBERNETES: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];
    for world in WORLDS.iter() {
        for cluster in &world.estate.clusters {
            let foundation = world.foundation(&cluster.name);
            let named = |kind: &str| -> BTreeSet<String> {
                let all = foundation.iter().filter(|object| object["kind"] == kind);
                all.map(|object| text(object, "/metadata/name").to_owned()).collect()
            };
            let (namespaces, roles) = (named("Namespace"), named("ClusterRole"));
            let mut seen = BTreeSet::new();
            for binding in foundation.iter().filter(|object| object["kind"] == "RoleBinding") {
                let namespace = text(binding, "/metadata/namespace");
                let context = format!("{}: {binding}", world.name);
                let is_reserved = namespace == "default" || namespace.starts_with("kube-");
                assert!(namespaces.contains(namespace) || is_reserved, "{context}");
                assert!(seen.insert((namespace.to_owned(), text(binding, "/metadata/name").to_owned())), "{context}");
                let role = text(binding, "/roleRef/name");
                let declared = world.estate.roles.iter().any(|known| known.cluster_role.as_deref() == Some(role));
                assert!(KUBERNETES.contains(&role) || roles.contains(role) || declared, "{context}");
                assert!(!list(binding, "/subjects").is_empty(), "{context}");
                for account in list(binding, "/subjects").iter().filter(|it| it["kind"] == "ServiceAccount") {
                    let is_there = foundation.iter().any(|object| {
                        object["kind"] == "ServiceAccount"
                            && text(object, "/metadata/name") == text(account, "/name")
                            && text(object, "/metadata/namespace") == text(account, "/namespace")
                    });
                    assert!(is_there, "{context}");
                }
            }
        }
    }
}

/// P01 to P08, P10, P11: a team's project names what its services use, in positive lists without stars, and never the
/// control plane; nothing is in `default`, which permits nothing.
#[test]
fn projects_name_what_is_used_and_nothing_else() {
    for world in WORLDS.iter() {
        let argo: BTreeSet<String> = world.estate.hubs.iter().map(|hub| hub.namespace.to_string()).collect();
        for project in world.of_teams() {
            let context = format!("{}: {project}", world.name);
            for (key, fields) in [("sourceRepos", &[][..]), ("destinations", &["server", "namespace"][..])] {
                let entries = list(project, &format!("/spec/{key}"));
                assert!(!entries.is_empty(), "{context}");
                assert_eq!(entries.len(), entries.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len());
                let texts = entries.iter().flat_map(|entry| match fields {
                    [] => vec![entry.as_str().unwrap()],
                    fields => fields.iter().map(|field| entry[*field].as_str().unwrap()).collect(),
                });
                texts.for_each(|text| assert!(!text.is_empty() && !text.contains(['*', '!']), "{context}"));
            }
            for to in list(project, "/spec/destinations") {
                let into_argo = text(to, "/server") == IN_CLUSTER && argo.contains(text(to, "/namespace"));
                let is_admin = world.estate.is_admin(text(project, "/metadata/name"));
                assert!(!into_argo || is_admin, "{context}");
            }
            for absent in ["namespaceResourceWhitelist", "clusterResourceBlacklist", "sourceNamespaces", "roles"] {
                assert!(project["spec"].get(absent).is_none(), "{context}");
            }
            let kinds = list(project, "/spec/clusterResourceWhitelist");
            assert!(kinds.iter().all(|kind| !text(kind, "/kind").contains('!')), "{context}");
        }
        let defaults: Vec<&Value> = world.projects().filter(|it| text(it, "/metadata/name") == "default").collect();
        assert_eq!(defaults.len(), world.estate.hubs.len(), "{}", world.name);
        for project in defaults {
            let spec = &project["spec"];
            assert!(["sourceRepos", "destinations"].iter().all(|key| list(spec, &format!("/{key}")).is_empty()));
            assert_eq!(list(spec, "/namespaceResourceBlacklist").len(), 1);
        }
        for (path, secret) in world.of_kind("Secret") {
            assert!(secret["stringData"].get("project").is_none(), "{}: {path}", world.name);
        }
        assert!(world.instances.iter().all(|instance| !["admin", "default"].contains(&&*instance.project)));
    }
}

/// P09: a project stands beside its Applications, in an earlier wave than all of them.
#[test]
fn projects_are_there_in_time() {
    for world in WORLDS.iter() {
        let several = world.estate.hubs.len() > 1;
        for instance in &world.instances {
            let folder = if several { format!("argocd/{}", instance.hub) } else { "argocd".to_owned() };
            let path = format!("{folder}/projects/{}.yaml", instance.project);
            let project = world.objects.iter().find(|(known, _)| *known == path).map(|(_, project)| project);
            let project = project.unwrap_or_else(|| panic!("{}: there is no {path}", world.name));
            let wave = &project["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
            assert!(wave.as_str().unwrap().parse::<i64>().unwrap() < -10, "{path}");
        }
    }
}

/// P12: where a hub impersonates, each instance is synced as an account that its foundation makes, with rights in every
/// namespace that it writes to; elsewhere there is no such account.
#[test]
fn who_is_impersonated_is_there() {
    let mut impersonated = 0;
    for world in WORLDS.iter() {
        for instance in &world.instances {
            let hub = world.estate.hub(&instance.hub).unwrap();
            let project = world.of_teams().filter(|it| text(it, "/metadata/name") == instance.project);
            let project = project.filter(|it| text(it, "/metadata/namespace") == &*hub.namespace);
            let accounts: Vec<&Value> = project.flat_map(|it| list(it, "/spec/destinationServiceAccounts")).collect();
            let own = accounts.iter().filter(|account| {
                text(account, "/server") == instance.server && text(account, "/namespace") == instance.namespace
            });
            let own: BTreeSet<&str> = own.map(|account| text(account, "/defaultServiceAccount")).collect();
            let is_reserved = instance.namespace == "default" || instance.namespace.starts_with("kube-");
            assert_eq!(own.len(), usize::from(hub.impersonation && !is_reserved), "{}: {}", world.name, instance.name);
            for account in own {
                impersonated += 1;
                let foundation = world.foundation(&instance.cluster);
                let is_it = |object: &&Value| {
                    object["kind"] == "ServiceAccount"
                        && text(object, "/metadata/name") == account
                        && text(object, "/metadata/namespace") == instance.namespace
                };
                assert!(foundation.iter().any(|object| is_it(&object)), "{}: {}", world.name, instance.name);
            }
        }
    }
    assert!(impersonated > 0, "there is something to look at");
}

/// One team can't wipe out the ingress: in none of the views, on none of the clusters.
#[test]
fn one_chat_can_not_wipe_out_the_ingress() {
    let of_example: BTreeMap<&str, (&str, &str)> =
        BTreeMap::from([("devowlish", ("chat", "ingress-nginx")), ("fleet", ("shops", "traefik"))]);
    for world in WORLDS.iter() {
        let Some((team, ingress)) = of_example.get(world.name.as_str()) else { continue };
        let instances = &world.instances;
        let ingress: Vec<&Instance> = instances.iter().filter(|instance| instance.service == *ingress).collect();
        assert!(!ingress.is_empty(), "{}", world.name);
        let policies = world.policies();
        let own: Vec<&Policy> = policies.iter().filter(|policy| policy.team == *team).collect();
        assert!(!own.is_empty(), "{}", world.name);
        for instance in ingress {
            let object = format!("{}/{}", instance.project, instance.name);
            for action in ACTIONS {
                let (resource, asked) = asked(action.name);
                assert!(own.iter().all(|policy| !policy.allows(resource, &asked, &object)), "{team} {asked} {object}");
            }
            let is_its = |project: &&Value| text(project, "/metadata/name").split('.').next() == Some(team);
            let projects = world.of_teams().filter(is_its);
            for to in projects.flat_map(|project| list(project, "/spec/destinations")) {
                let there = text(to, "/server") == instance.server && text(to, "/namespace") == instance.namespace;
                assert!(!there, "the project of {team} deploys into {}", instance.namespace);
            }
            let prefix = &world.estate.cluster(&instance.cluster).unwrap().group_prefix;
            let foundation = world.foundation(&instance.cluster);
            for group in world.groups(team) {
                let bound = bound(&foundation, &instance.namespace, &format!("{prefix}{group}"));
                assert!(bound.is_empty(), "{group} in {}: {bound:?}", instance.namespace);
            }
        }
    }
}
