//! What can't go wrong by construction, asked of the tree of every example and of an awkward platform: docs/checks.md names
//! the mistake behind each. Here the files are read with nothing but a YAML reader; `cargo conformance` asks Argo CD's own
//! code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod argocd;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use platformc::db::Database;
use platformc::model::{Head, Slot, estate, head};
use platformc::names::declarations;
use platformc::plan::{Guarantee, edges};
use platformc::schema::{Kind, Version};
use serde_json::{Value, json};

use support::{Example, Texts, awkward, database, examples, outputs, texts};

/// A tree that has been read.
struct Tree {
    name: String,
    outputs: Texts,
    /// Every object by the path of its file.
    objects: Vec<(String, Value)>,
    /// The Applications of services: those that stand in the tree, and those that `ApplicationSets` generate.
    leaves: Vec<Value>,
}

static TREES: LazyLock<Vec<Tree>> = LazyLock::new(|| examples().iter().chain([&awkward()]).map(tree).collect());

fn tree(example: &Example) -> Tree {
    let outputs = outputs(&database(&example.sources));
    let documents = |(path, text): (&String, &String)| {
        let path = path.clone();
        argocd::documents(&path, text).into_iter().map(move |object| (path.clone(), object)).collect::<Vec<_>>()
    };
    let objects = outputs.iter().filter(|(path, _)| path.ends_with(".yaml")).flat_map(documents).collect();
    let leaves = argocd::leaves(&outputs).into_iter().chain(argocd::generated(&outputs)).collect();
    Tree { name: example.name.clone(), outputs, objects, leaves }
}

impl Tree {
    fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.objects.iter().map(|(_, object)| object).filter(|object| object["kind"] == kind).collect()
    }

    /// Every Application: roots, foundations, layers and leaves.
    fn applications(&self) -> Vec<&Value> {
        let parents = self.of_kind("Application").into_iter().filter(|object| !is_leaf(object));
        parents.chain(&self.leaves).collect()
    }

    fn parents(&self) -> Vec<&Value> {
        self.of_kind("Application").into_iter().filter(|object| !is_leaf(object)).collect()
    }

    /// Whether the control plane in a folder tells its `ApplicationSet` controller to take steps.
    fn takes_steps(&self, folder: &str) -> bool {
        let parameters = |path: &str| path.starts_with(folder) && path.ends_with("argocd-cmd-params-cm.yaml");
        self.objects.iter().any(|(path, object)| parameters(path) && takes_steps(object))
    }

    /// Whether an Application's own folder holds Applications, which only Argo CD's own cluster can take.
    fn brings_applications(&self, application: &Value) -> bool {
        let folder = text(application, "/spec/source/path");
        let lies_there = |path: &str| path.rsplit_once('/').is_some_and(|(parent, _)| folder.ends_with(parent));
        let applications = self.objects.iter().filter(|(_, object)| object["kind"] == "Application");
        !folder.is_empty() && applications.map(|(path, _)| path).any(|path| lies_there(path))
    }

    /// Says of which object something does not hold.
    #[track_caller]
    fn holds(&self, object: &Value, holds: bool) {
        assert!(holds, "{}: {}", self.name, serde_json::to_string_pretty(object).unwrap());
    }
}

fn is_leaf(object: &Value) -> bool {
    object["metadata"]["labels"].get("platformc.io/service").is_some()
}

fn is_protected(object: &Value) -> bool {
    object["metadata"].get("finalizers").is_none()
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn sources(application: &Value) -> Vec<&Value> {
    let one = application["spec"].get("source").into_iter();
    one.chain(list(application, "/spec/sources")).collect()
}

fn options(application: &Value) -> Vec<&str> {
    list(application, "/spec/syncPolicy/syncOptions").iter().filter_map(Value::as_str).collect()
}

fn is_subdomain(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// N01, N05: no two Applications of a control plane have one name, not even after what Argo CD does to names.
#[test]
fn no_two_applications_have_one_name() {
    for tree in TREES.iter() {
        let hubs = argocd::hubs(&tree.outputs);
        let leaves = tree.leaves.iter().map(|leaf| (argocd::key(&hubs, leaf).0, leaf));
        let standing = tree.objects.iter().filter(|(_, object)| object["kind"] == "Application" && !is_leaf(object));
        // Each hub has a folder of its own; what stands for a cluster is named after it.
        let parents = standing.map(|(path, object)| {
            let hub = hubs.values().find(|hub| path.contains(&format!("/{hub}/"))).cloned().unwrap_or_default();
            (hub, object)
        });
        let mut seen = BTreeSet::new();
        for (hub, application) in leaves.chain(parents) {
            let normal = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
            let name: String = text(application, "/metadata/name").to_lowercase().chars().map(normal).collect();
            tree.holds(application, seen.insert((hub, name)));
        }
    }
}

/// N02, N03, N07: names and labels are what Kubernetes takes.
#[test]
fn names_and_labels_are_legal() {
    for tree in TREES.iter() {
        for (_, object) in tree.objects.iter().filter(|(_, object)| object.get("apiVersion").is_some()) {
            let is_list = object["kind"] == "Kustomization" || object["kind"] == "Component";
            // Names of rights may have colons, as those of Kubernetes itself have.
            let is_right = text(object, "/apiVersion").starts_with("rbac.authorization.k8s.io/");
            let name = text(object, "/metadata/name").replace(':', if is_right { "." } else { ":" });
            tree.holds(object, is_list || is_subdomain(&name));
            labels(tree, object);
        }
        tree.leaves.iter().for_each(|leaf| labels(tree, leaf));
    }
}

fn labels(tree: &Tree, object: &Value) {
    for value in object["metadata"]["labels"].as_object().into_iter().flatten().map(|(_, value)| value) {
        let value = value.as_str().expect("a label is a text");
        let is_end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
        let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_legal = value.len() <= 63 && value.chars().all(is_inner);
        tree.holds(object, is_legal && is_end(value.chars().next()) && is_end(value.chars().last()));
    }
}

/// N04: every release says its name, and Helm takes it.
#[test]
fn releases_have_names_that_helm_takes() {
    for tree in TREES.iter() {
        for leaf in &tree.leaves {
            for helm in sources(leaf).into_iter().filter_map(|source| source.get("helm")) {
                let name = text(helm, "/releaseName");
                tree.holds(leaf, name.len() <= 53 && is_subdomain(name) && !name.contains('.'));
            }
        }
    }
}

/// A01, A02, A03: a destination is the server of a cluster of the platform, or Argo CD's own; never a name.
#[test]
fn destinations_are_servers_that_are_known() {
    for tree in TREES.iter() {
        let secrets = tree.of_kind("Secret");
        let servers: BTreeSet<&str> = secrets.iter().map(|secret| text(secret, "/stringData/server")).collect();
        let projects = tree.of_kind("AppProject");
        let permitted: BTreeSet<&str> = projects
            .iter()
            .flat_map(|project| list(project, "/spec/destinations"))
            .map(|to| text(to, "/server"))
            .collect();
        for application in tree.applications() {
            let to = &application["spec"]["destination"];
            let server = text(to, "/server");
            let is_known = servers.contains(server) || permitted.contains(server);
            tree.holds(application, to.get("name").is_none() && is_known);
            let at_home = server == "https://kubernetes.default.svc";
            tree.holds(application, at_home || !tree.brings_applications(application));
        }
    }
}

/// A04, A06, A08, A09, A23: a source is whole, of one tool, and says its values once.
#[test]
fn sources_are_whole_and_of_one_tool() {
    for tree in TREES.iter() {
        for application in tree.applications() {
            let all = sources(application);
            tree.holds(application, !all.is_empty());
            tree.holds(
                application,
                application["spec"].get("source").is_none() || application["spec"].get("sources").is_none(),
            );
            tree.holds(application, application["spec"].get("sourceHydrator").is_none());
            for source in &all {
                let has = |key: &str| source.get(key).is_some();
                tree.holds(
                    application,
                    !text(source, "/repoURL").is_empty() && !text(source, "/targetRevision").is_empty(),
                );
                let places = ["path", "chart", "ref"].into_iter().filter(|key| has(key)).count();
                tree.holds(application, places == 1);
                let tools = ["helm", "kustomize", "directory", "plugin"].into_iter().filter(|key| has(key)).count();
                tree.holds(application, tools <= 1);
                tree.holds(application, source["helm"].get("values").is_none());
                for file in list(source, "/helm/valueFiles").iter().filter_map(Value::as_str) {
                    let name = file.strip_prefix('$').and_then(|rest| rest.split('/').next());
                    let referred = name.map(|name| all.iter().filter(|other| text(other, "/ref") == name).count());
                    tree.holds(application, referred.is_none_or(|count| count == 1) && !file.starts_with("\\$"));
                }
            }
        }
    }
}

/// A10: an option that Argo CD does not know is passed over without a word.
#[test]
fn sync_options_are_those_of_argo_cd() {
    const KNOWN: [&str; 14] = [
        "ApplyOutOfSyncOnly=true",
        "ClientSideApplyMigration=false",
        "Delete=confirm",
        "Delete=false",
        "FailOnSharedResource=true",
        "Force=true",
        "Prune=confirm",
        "Prune=false",
        "PruneLast=true",
        "Replace=true",
        "RespectIgnoreDifferences=true",
        "ServerSideApply=true",
        "SkipDryRunOnMissingResource=true",
        "Validate=false",
    ];
    for tree in TREES.iter() {
        for application in tree.applications() {
            tree.holds(application, options(application).iter().all(|option| KNOWN.contains(option)));
            tree.holds(application, application["spec"]["syncPolicy"].get("managedNamespaceMetadata").is_none());
        }
    }
}

/// Whether a file holds a namespace that comes and goes with a preview, or the one in which previews take their slots.
fn of_previews(path: &str) -> bool {
    path.contains("/preview/bounds/") || path.ends_with("/foundation/previews.yaml")
}

/// A11, A12, A13, A15: each namespace stands once in the foundation of its cluster, and is never pruned.
#[test]
fn namespaces_belong_to_foundations() {
    for tree in TREES.iter() {
        let mut created: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let all = tree.objects.iter().filter(|(path, object)| object["kind"] == "Namespace" && !of_previews(path));
        for (path, object) in all {
            // Kargo's stands with the Project that it belongs to.
            let cluster = path.strip_prefix("clusters/").and_then(|rest| rest.split('/').next());
            let cluster = cluster.or(path.starts_with("promotion/").then_some("promotion")).expect("a cluster's");
            tree.holds(object, created.entry(cluster).or_default().insert(text(object, "/metadata/name")));
            let annotation = |key: &str| object["metadata"]["annotations"][key].as_str().unwrap_or("").to_owned();
            tree.holds(object, annotation("argocd.argoproj.io/sync-options").contains("Prune=false"));
            tree.holds(object, annotation("argocd.argoproj.io/compare-options") == "IgnoreExtraneous");
        }
        for leaf in &tree.leaves {
            let cluster = leaf["metadata"]["labels"]["platformc.io/cluster"].as_str().unwrap();
            tree.holds(leaf, created[cluster].contains(text(leaf, "/spec/destination/namespace")));
            tree.holds(leaf, !options(leaf).iter().any(|option| option.starts_with("CreateNamespace")));
        }
    }
}

/// What bounds a namespace stands in the file of the namespace, and the projects of teams refuse it. `admins` are called
/// `platform` in every example.
#[test]
fn bounds_belong_to_foundations() {
    const BOUNDING: [&str; 2] = ["LimitRange", "ResourceQuota"];
    for tree in TREES.iter() {
        let in_file = |path: &str, name: &str| {
            let mut there = tree.objects.iter().filter(|(known, _)| known == path);
            there.any(|(_, object)| object["kind"] == "Namespace" && text(object, "/metadata/name") == name)
        };
        let bounds = tree.objects.iter().filter(|(_, object)| BOUNDING.contains(&text(object, "/kind")));
        for (path, object) in bounds.filter(|(path, _)| !path.contains("/preview/bounds/")) {
            let file = path.rsplit_once("/foundation/").map(|(_, file)| file);
            tree.holds(object, matches!(file, Some("namespaces.yaml" | "previews.yaml")));
            tree.holds(object, in_file(path, text(object, "/metadata/namespace")));
        }
        for project in tree.of_kind("AppProject") {
            let refused = list(project, "/spec/namespaceResourceBlacklist");
            let kinds: Vec<&str> = refused.iter().map(|refused| text(refused, "/kind")).collect();
            if text(project, "/metadata/name") == "default" {
                tree.holds(project, kinds == ["*"]);
                continue;
            }
            // What bounds a preview comes with it, as the last of its sources.
            let is_preview = text(project, "/metadata/name").starts_with("preview.");
            let is_admin = is_preview || ["admin", "platform"].contains(&text(project, "/metadata/name"));
            tree.holds(project, if is_admin { kinds.is_empty() } else { kinds == BOUNDING });
        }
    }
}

/// A17: what goes takes its objects along, but where that would lose what is protected.
#[test]
fn finalizers_say_what_goes_along() {
    for tree in TREES.iter() {
        for application in tree.applications() {
            let finalizers = list(application, "/metadata/finalizers");
            if is_leaf(application) {
                let kept = options(application).iter().any(|option| option.starts_with("Prune="));
                tree.holds(application, is_protected(application) || !kept || finalizers.len() == 1);
            }
            tree.holds(
                application,
                finalizers.is_empty() || finalizers == [json!("resources-finalizer.argocd.argoproj.io")],
            );
        }
    }
}

/// A18, O08: what waits or is waited for is synced by itself, tries again with the newest revision, and is compared whole.
#[test]
fn parents_try_again_for_ever() {
    for tree in TREES.iter() {
        for parent in tree.parents() {
            tree.holds(parent, parent["spec"]["syncPolicy"]["automated"]["prune"] == true);
            let retry = &parent["spec"]["syncPolicy"]["retry"];
            tree.holds(parent, retry["limit"] == -1 && retry.get("refresh").is_none_or(|refresh| refresh == true));
            let options = options(parent);
            tree.holds(parent, !options.contains(&"ApplyOutOfSyncOnly=true") && !options.contains(&"PruneLast=true"));
        }
        for leaf in argocd::leaves(&tree.outputs) {
            // One that has handed its workload over syncs nothing.
            tree.holds(&leaf, is_leaving(&leaf) != leaf["spec"]["syncPolicy"].get("automated").is_some());
            tree.holds(&leaf, leaf["spec"]["syncPolicy"]["retry"]["limit"] != 0);
        }
    }
}

/// Whether others have taken over what an Application deployed.
fn is_leaving(application: &Value) -> bool {
    application["metadata"]["annotations"]["platformc.io/leaving"] == "true"
}

/// A24, A25, S01: a leaf is rendered again only when what it reads has changed, and not one at a time.
#[test]
fn leaves_say_what_they_read() {
    for tree in TREES.iter() {
        let own = text(tree.parents().first().unwrap(), "/spec/source/repoURL").to_owned();
        for leaf in &tree.leaves {
            let written = leaf["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"].as_str();
            let said: BTreeSet<&str> = written.into_iter().flat_map(|paths| paths.split(';')).collect();
            for source in sources(leaf).into_iter().filter(|source| text(source, "/repoURL") == own) {
                let (revision, env) =
                    (text(source, "/targetRevision"), text(leaf, "/metadata/labels/platformc.io~1env"));
                // The branch of an environment has its short name, as what promotes compares it.
                tree.holds(leaf, revision.starts_with("refs/") || revision == format!("environment/{env}"));
                if let Some(path) = source.get("path").and_then(Value::as_str) {
                    tree.holds(leaf, said.contains(format!("/{path}").as_str()));
                    tree.holds(leaf, source.get("kustomize").is_none());
                }
            }
        }
    }
}

/// O02, O03: a wave is a whole number in quotes, and later than those of what has to come first.
#[test]
fn waves_are_whole_and_later_than_what_they_wait_for() {
    let mut ordered = 0;
    for (example, tree) in examples().iter().zip(TREES.iter()) {
        let wave = |object: &Value| {
            let wave = object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str();
            wave.map(|wave| wave.parse::<i64>().expect("a wave is a whole number"))
        };
        let leaves: Vec<&Value> = tree.of_kind("Application").into_iter().filter(|object| is_leaf(object)).collect();
        let waves: BTreeMap<&str, i64> =
            leaves.iter().map(|leaf| (text(leaf, "/metadata/name"), wave(leaf).expect("a leaf has a wave"))).collect();
        assert!(tree.parents().into_iter().all(|parent| wave(parent).is_none_or(|wave| wave >= -100)));
        for (name, layer, before) in ordered_needs(&database(&example.sources)) {
            let (Some(this), Some((that, _))) = (waves.get(name.as_str()), waves.get_key_value(before.as_str())) else {
                continue;
            };
            assert!(*this > waves[that], "{}: {name} of {layer} waits for {that}", tree.name);
            ordered += 1;
        }
    }
    assert!(ordered > 100, "only {ordered} edges");
}

/// Within one layer and cluster: who is ordered behind whom, by the names of their Applications.
fn ordered_needs(db: &Database) -> Vec<(String, String, String)> {
    let estate = estate(db);
    let names = &estate.platform.as_ref().unwrap().names;
    let heads: BTreeMap<&str, &Head> = declarations(db)
        .of(db, Kind::Service)
        .filter_map(|item| head(db, item).as_deref())
        .map(|head| (head.name.as_ref(), head))
        .collect();
    let name =
        |service: &str, slot: &Slot| names.name(service, slot.item.as_deref(), estate.cluster(&slot.cluster).unwrap());
    let mut found = vec![];
    for head in heads.values() {
        for (position, slot) in head.instances.iter().enumerate() {
            let needed = edges(db, &head.name, position).into_iter().filter(|edge| {
                edge.guarantee == Guarantee::Ordered
                    && edge.slot.cluster == slot.cluster
                    && heads[edge.service.as_ref()].layer == head.layer
            });
            let pairs =
                needed.map(|edge| (name(&head.name, slot), head.layer.to_string(), name(&edge.service, &edge.slot)));
            found.extend(pairs);
        }
    }
    found
}

/// O05, G09, S02: settings that Argo CD reads, with the health check on which all order rests.
#[test]
fn settings_are_read_and_gate_children() {
    for tree in TREES.iter() {
        let maps: Vec<&Value> = tree
            .of_kind("ConfigMap")
            .into_iter()
            .filter(|map| text(map, "/metadata/name").starts_with("argocd-"))
            .collect();
        assert!(!maps.is_empty(), "{}", tree.name);
        let mut gated = 0;
        for map in maps {
            tree.holds(map, map["metadata"]["labels"]["app.kubernetes.io/part-of"] == "argocd");
            tree.holds(
                map,
                map["data"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .all(|key| !key.contains("policy") || key.starts_with("policy.")),
            );
            let health = &map["data"]["resource.customizations.health.argoproj.io_Application"];
            gated += usize::from(health.as_str().is_some_and(|lua| lua.contains("hs")));
        }
        assert!(gated > 0, "{}", tree.name);
    }
}

/// O09: an object whose definition another service brings may be compared before that is there.
#[test]
fn a_missing_definition_does_not_stop_a_sync() {
    for (example, tree) in examples().iter().zip(TREES.iter()) {
        let db = database(&example.sources);
        let needing: BTreeSet<&str> = declarations(&db)
            .of(&db, Kind::Service)
            .filter_map(|item| head(&db, item).as_deref())
            .filter(|head| head.needs.iter().all(|needs| !needs.is_empty()) && !head.needs.is_empty())
            .map(|head| head.name.as_ref())
            .collect();
        for leaf in &tree.leaves {
            let service = leaf["metadata"]["labels"]["platformc.io/service"].as_str().unwrap();
            let cluster = leaf["metadata"]["labels"]["platformc.io/cluster"].as_str().unwrap();
            // As an option of a whole Application it came with 3.1.
            let may = options(leaf).contains(&"SkipDryRunOnMissingResource=true")
                || estate(&db).oldest_target(std::iter::once(cluster)) < Some(Version::of(3, 1));
            tree.holds(leaf, may || !needing.contains(service));
        }
    }
}

/// A27: of secrets stands in the tree only where they are kept, in an object that Argo CD can find Synced: the operator fills in
/// nothing inside of its lists, and writes its duration back as it stands.
#[test]
fn secrets_stay_in_their_stores() {
    let mut found = 0;
    for tree in TREES.iter() {
        let read: BTreeSet<&str> = tree.leaves.iter().flat_map(sources).map(|source| text(source, "/path")).collect();
        let is_ours = |path: &str| path.contains("/secrets/");
        let previews: Vec<Value> =
            tree.of_kind("ApplicationSet").into_iter().filter(|set| is_of_previews(set)).map(template_of).collect();
        let read: BTreeSet<&str> =
            read.into_iter().chain(previews.iter().flat_map(sources).map(|source| text(source, "/path"))).collect();
        for (path, secret) in tree.objects.iter().filter(|(path, _)| is_ours(path)) {
            let folder = path.rsplit_once('/').unwrap().0;
            tree.holds(secret, read.iter().any(|path| path.ends_with(folder)));
            tree.holds(secret, secret["apiVersion"] == "external-secrets.io/v1" && secret["kind"] == "ExternalSecret");
            tree.holds(secret, secret["spec"]["target"]["creationPolicy"] == "Owner");
            tree.holds(secret, text(secret, "/spec/refreshInterval").ends_with('s'));
            let keys = list(secret, "/spec/data").iter().map(|key| &key["remoteRef"]);
            let places: Vec<&Value> =
                keys.chain(list(secret, "/spec/dataFrom").iter().map(|all| &all["extract"])).collect();
            tree.holds(secret, !places.is_empty());
            for place in places {
                let filled = ["conversionStrategy", "decodingStrategy", "metadataPolicy"];
                tree.holds(secret, filled.iter().all(|field| place[*field].is_string()));
            }
            found += 1;
        }
        let secrets = tree.objects.iter().filter(|(_, object)| object["kind"] == "Secret");
        secrets.for_each(|(path, secret)| tree.holds(secret, path.starts_with("argocd/")));
    }
    assert!(found > 10, "only {found} secrets");
}

/// A duration is written as Go prints it, so that nobody who stores the object again changes it.
#[test]
fn durations_stand_as_they_are_written_back() {
    let cases =
        [("1h", "1h0m0s"), ("90s", "1m30s"), ("0s", "0s"), ("1.5h", "1h30m0s"), ("2500ms", "2.5s"), ("5ms", "5ms")];
    for (said, written) in cases {
        let platform = format!(
            "platform p {{ repo = \"https://git.example.com/p.git\" }}\nteam t {{}}\nlayer l {{}}\nenvironment e {{}}\n\
             cluster c {{ env = e  server = \"https://c.example.com\" }}\nstore s {{ refresh = \"{said}\" }}\n\
             service x {{ layer = l  owner = t  namespace = \"x\"  secret k {{ store = s  all = \"k\" }} }}\n"
        );
        let outputs = outputs(&database(&texts(&[("platform.pf", platform.as_str())])));
        let secret: Value = serde_yaml::from_str(&outputs["l/x/secrets/all/externalsecret-k.yaml"]).unwrap();
        assert_eq!(secret["spec"]["refreshInterval"], written, "{said}");
    }
}

/// O04, O11 to O13: a set that rolls out in steps selects everything that it makes once, by one label; no step is empty, nothing is
/// said to heal itself, and the controller of its hub is told to take steps.
#[test]
fn sets_roll_out_in_whole_steps() {
    let mut seen = 0;
    for tree in TREES.iter() {
        let sets = tree.objects.iter().filter(|(_, object)| object["kind"] == "ApplicationSet");
        for (path, set) in sets.filter(|(_, set)| set["spec"].get("strategy").is_some()) {
            seen += 1;
            tree.holds(set, set["spec"]["strategy"]["type"] == "RollingSync");
            tree.holds(set, set["spec"]["template"]["spec"]["syncPolicy"]["automated"]["selfHeal"] == false);
            let steps = list(set, "/spec/strategy/rollingSync/steps").iter().map(|step| selected(tree, set, step));
            let steps: Vec<String> = steps.collect();
            let made = argocd::generated_by(&tree.outputs, path, set);
            let made: BTreeSet<&str> =
                made.iter().map(|made| text(made, "/metadata/labels/platformc.io~1step")).collect();
            tree.holds(set, steps.is_sorted() && steps.iter().map(String::as_str).eq(made.iter().copied()));
            let hub = path.rsplit_once('/').unwrap().0.replace("application-sets", "argocd");
            tree.holds(set, tree.takes_steps(&hub));
        }
        let hubs = tree.objects.iter().filter(|(path, _)| path.ends_with("argocd-cmd-params-cm.yaml"));
        for (path, object) in hubs.filter(|(_, object)| takes_steps(object)) {
            let sets =
                path.rsplit_once('/').unwrap().0.trim_end_matches("/settings").replace("argocd", "application-sets");
            let rolls =
                |(path, set): &(String, Value)| path.starts_with(&sets) && set["spec"].get("strategy").is_some();
            tree.holds(object, tree.objects.iter().any(rolls));
        }
    }
    assert!(seen >= 4, "only {seen} sets of all examples roll out");
}

/// The value of the one label by which a step selects.
fn selected(tree: &Tree, set: &Value, step: &Value) -> String {
    let [by] = list(step, "/matchExpressions") else { panic!("{step} has not one expression") };
    tree.holds(set, by["key"] == "platformc.io/step" && by["operator"] == "In" && list(by, "/values").len() == 1);
    text(by, "/values/0").to_owned()
}

fn takes_steps(settings: &Value) -> bool {
    settings["data"]["applicationsetcontroller.enable.progressive.syncs"] == "true"
}

/// O15: a layer has an Application on a cluster only where it has something there.
#[test]
fn no_layer_is_empty() {
    for tree in TREES.iter() {
        for parent in tree.parents() {
            let path = text(parent, "/spec/source/path");
            let folders = tree.outputs.keys().filter_map(|file| file.rsplit_once('/')).map(|(folder, _)| folder);
            tree.holds(parent, folders.filter(|folder| path.ends_with(folder)).count() > 0);
        }
    }
}

/// G01 to G04, G06 to G08, G12: sets have Go templates that refuse what is missing, lists of texts and patches or our own
/// registrations, and a project that is written out.
#[test]
fn sets_are_plain() {
    for tree in TREES.iter() {
        for set in tree.of_kind("ApplicationSet") {
            tree.holds(
                set,
                set["spec"]["goTemplate"] == true && set["spec"]["goTemplateOptions"] == json!(["missingkey=error"]),
            );
            let generators = list(set, "/spec/generators");
            tree.holds(set, generators.len() == 1);
            generators.iter().for_each(|generator| plain(tree, set, generator));
            let template = &set["spec"]["template"];
            tree.holds(set, !text(template, "/spec/project").contains("{{"));
            tree.holds(set, template["metadata"].get("namespace").is_none());
            tree.holds(set, set["spec"].get("applyNestedSelectors").is_none());
        }
    }
}

fn plain(tree: &Tree, set: &Value, generator: &Value) {
    let kinds: Vec<&str> = generator.as_object().unwrap().keys().map(String::as_str).collect();
    match kinds.as_slice() {
        ["list"] => {
            for element in list(generator, "/list/elements") {
                let parts = element.as_object().unwrap();
                tree.holds(set, !parts.is_empty());
                tree.holds(set, parts.iter().all(|(key, value)| key == "patch" || value.is_string()));
            }
        }
        ["clusters"] => {
            tree.holds(
                set,
                generator.pointer("/clusters/selector/matchLabels/platformc.io~1managed") == Some(&json!("true")),
            );
        }
        ["merge"] => {
            let inner = list(generator, "/merge/generators");
            tree.holds(
                set,
                inner.len() == 2
                    && [json!(["name"]), json!(["name", "item"])].contains(&generator["merge"]["mergeKeys"]),
            );
            inner.iter().for_each(|generator| plain(tree, set, generator));
        }
        ["matrix"] => {
            let inner = list(generator, "/matrix/generators");
            tree.holds(set, inner.len() == 2);
            inner.iter().for_each(|generator| plain(tree, set, generator));
        }
        ["pullRequest"] | ["pullRequest", "selector"] => tree.holds(set, is_of_previews(set)),
        other => panic!("{}: {other:?}", tree.name),
    }
}

fn is_of_previews(set: &Value) -> bool {
    text(set, "/metadata/name").starts_with("preview.")
}

fn template_of(set: &Value) -> Value {
    set["spec"]["template"].clone()
}

/// G05, G10: a set of which an Application is protected deletes none.
#[test]
fn sets_delete_nothing_that_is_protected() {
    for tree in TREES.iter() {
        for set in tree.of_kind("ApplicationSet") {
            let service = text(set, "/metadata/name").split('.').next().unwrap();
            let own = tree.leaves.iter().filter(|leaf| {
                leaf["metadata"]["labels"]["platformc.io/service"] == service
                    && leaf["metadata"]["namespace"] == set["metadata"]["namespace"]
            });
            let protected = own.filter(|leaf| is_protected(leaf)).count() > 0;
            let policy = &set["spec"]["syncPolicy"];
            if is_leaving(&template_of(set)) {
                tree.holds(set, policy["preserveResourcesOnDeletion"] == true);
                continue;
            }
            let kept = policy["applicationsSync"] == "create-update" && policy["preserveResourcesOnDeletion"] == true;
            tree.holds(set, kept || !protected);
        }
    }
}

/// S04: whatever lies in a folder that an Application applies is a manifest.
#[test]
fn folders_that_are_applied_hold_manifests() {
    static KINDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        BTreeSet::from([
            "Application",
            "ApplicationSet",
            "AppProject",
            "ConfigMap",
            "Secret",
            "ExternalSecret",
            "SealedSecret",
            "Namespace",
            "ResourceQuota",
            "LimitRange",
            "NetworkPolicy",
            "ClusterRole",
            "ClusterRoleBinding",
            "RoleBinding",
            "ServiceAccount",
            "Kustomization",
            "Component",
            "Project",
            "ProjectConfig",
            "PromotionTask",
            "Stage",
            "Warehouse",
            "ScmProvider",
            "GitRepository",
            "PromotionStrategy",
            "ArgoCDCommitStatus",
        ])
    });
    for tree in TREES.iter() {
        for parent in tree.parents() {
            let source = &parent["spec"]["source"];
            tree.holds(parent, source["directory"].get("recurse").is_none_or(|recurse| recurse == true));
        }
        for (path, object) in &tree.objects {
            let applied = ["_main_apps/", "argocd/", "application-sets/", "promotion/", "clusters/"];
            if applied.iter().any(|folder| path.starts_with(folder)) {
                tree.holds(object, KINDS.contains(text(object, "/kind")));
            }
        }
        // Lists for the script that writes branches, which Argo CD passes over.
        let is_list = |path: &String| path.starts_with("promotion/") && path.ends_with(".paths");
        let others = tree.outputs.keys().filter(|path| !path.ends_with(".yaml") && !path.ends_with("README.md"));
        let others = others.filter(|path| !is_list(path));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new(), "{}", tree.name);
    }
}

/// P02: projects permit exactly what is used: no denials, and no pattern but for the platform's own.
#[test]
fn projects_are_exact() {
    for tree in TREES.iter() {
        let projects = tree.of_kind("AppProject");
        for project in
            projects.into_iter().filter(|project| !["admin", "default"].contains(&text(project, "/metadata/name")))
        {
            if text(project, "/metadata/name").starts_with("preview.") {
                let namespaces = list(project, "/spec/destinations").iter().map(|to| text(to, "/namespace"));
                tree.holds(project, namespaces.clone().count() == 1 && namespaces.clone().all(|it| it.contains('*')));
                continue;
            }
            let repositories = list(project, "/spec/sourceRepos").iter().filter_map(Value::as_str);
            tree.holds(
                project,
                repositories.clone().count() > 0 && repositories.clone().all(|url| !url.contains(['*', '!'])),
            );
            for to in list(project, "/spec/destinations") {
                tree.holds(
                    project,
                    !text(to, "/server").contains(['*', '!']) && !text(to, "/namespace").contains(['*', '!']),
                );
            }
        }
        let permits = |leaf: &Value, project: &Value| {
            let to = &leaf["spec"]["destination"];
            text(project, "/metadata/name") == text(leaf, "/spec/project")
                && list(project, "/spec/destinations")
                    .iter()
                    .any(|known| ["server", "namespace"].iter().all(|key| known.get(*key) == to.get(*key)))
        };
        for leaf in &tree.leaves {
            tree.holds(leaf, tree.of_kind("AppProject").into_iter().any(|project| permits(leaf, project)));
        }
    }
}

/// Objects of one wave go by their names; projects and registrations must be there before.
#[test]
fn projects_come_first() {
    for tree in TREES.iter() {
        let registering =
            tree.objects.iter().filter(|(path, _)| path.starts_with("argocd/") && path.contains("/clusters/"));
        let others = ["AppProject", "Secret"].into_iter().flat_map(|kind| tree.of_kind(kind));
        for object in registering.map(|(_, object)| object).chain(others) {
            let wave = object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str().unwrap();
            tree.holds(object, wave.parse::<i64>().unwrap() < 0);
        }
    }
}

/// C01, C02, C03: whoever makes a registration, it has Argo CD's label and ours, a name and a server; and what stands of its
/// `config` in Git is whole and holds nothing secret.
#[test]
fn registrations_are_whole_and_hold_no_secret() {
    const WAYS: [&str; 2] = ["awsAuthConfig", "execProviderConfig"];
    for tree in TREES.iter() {
        for (_, secret) in argocd::registrations(&tree.outputs) {
            let labels = &secret["metadata"]["labels"];
            let of_ours = ["cluster", "env", "managed"].map(|label| format!("platformc.io/{label}"));
            tree.holds(&secret, labels["argocd.argoproj.io/secret-type"] == "cluster");
            tree.holds(&secret, of_ours.iter().all(|label| labels.get(label).is_some()));
            let data = secret["stringData"].as_object().unwrap();
            tree.holds(&secret, ["name", "server"].iter().all(|key| data.contains_key(*key)));
            tree.holds(&secret, data.keys().all(|key| ["name", "server", "config"].contains(&key.as_str())));
        }
        for secret in tree.of_kind("Secret").into_iter().filter(|secret| secret["stringData"].get("config").is_some()) {
            let config: Value = serde_json::from_str(text(secret, "/stringData/config")).unwrap();
            let keys: Vec<&str> = config.as_object().unwrap().keys().map(String::as_str).collect();
            tree.holds(secret, matches!(keys.as_slice(), [way, "tlsClientConfig"] if WAYS.contains(way)));
            let tls = config["tlsClientConfig"].as_object().unwrap();
            tree.holds(secret, tls.keys().all(|key| ["caData", "insecure", "serverName"].contains(&key.as_str())));
            tree.holds(secret, tls["insecure"] == false);
        }
    }
}

/// C01, C05: a registration of a repository holds no credential, and no credential is written for a beginning of URLs.
#[test]
fn repositories_are_registered_without_credentials() {
    for tree in TREES.iter() {
        for secret in tree.of_kind("Secret") {
            let kind = text(secret, "/metadata/labels/argocd.argoproj.io~1secret-type");
            tree.holds(secret, ["cluster", "repository"].contains(&kind));
            let known = ["config", "enableOCI", "name", "server", "type", "url"];
            let data = secret["stringData"].as_object().unwrap();
            tree.holds(secret, data.keys().all(|key| known.contains(&key.as_str())) && secret.get("data").is_none());
        }
    }
}

/// C03: each way of registering a cluster is in some tree, so that the rules above are asked of it.
#[test]
fn every_way_into_a_cluster_is_shown() {
    let all = || TREES.iter().flat_map(|tree| &tree.objects).map(|(_, object)| object);
    for kind in ["ExternalSecret", "SealedSecret"] {
        assert!(all().any(|object| object["kind"] == kind), "no {kind}");
    }
    let configs: Vec<&str> = all().map(|object| text(object, "/stringData/config")).collect();
    for way in ["awsAuthConfig", "\"gcp\"", "\"azure\"", "installHint", "caData"] {
        assert!(configs.iter().any(|config| config.contains(way)), "no {way}");
    }
}

/// G13: a set has no more elements than the controller reports on, and the sets together all of them.
#[test]
fn large_sets_are_split() {
    const LARGE: &str = r#"
platform large { repo = "https://git.example.com/large.git" }
team web {}
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer apps { deliver = applicationset }
service many {
  layer = apps  owner = web  namespace = "many"
  each n in [for n in range(0, 6001): "i${n}"]
  helm { path = "chart" }
}
"#;
    let outputs = outputs(&database(&support::texts(&[("platform.pf", LARGE)])));
    let sets: Vec<&String> = outputs.keys().filter(|path| path.starts_with("application-sets/")).collect();
    assert_eq!(sets, ["application-sets/many.1.yaml", "application-sets/many.2.yaml"]);
    for path in sets {
        let set = &argocd::documents(path, &outputs[path])[0];
        assert!(list(set, "/spec/generators/0/list/elements").len() <= 5_000);
        assert!(outputs[path].len() < 1_500_000);
    }
    let generated = argocd::generated(&outputs);
    let names: BTreeSet<&str> = generated.iter().map(|leaf| text(leaf, "/metadata/name")).collect();
    assert_eq!((generated.len(), names.len()), (6_001, 6_001));
}

/// The bootstrap takes over what Argo CD's server has set, in Argo CD's name: nothing stays of a right that leaves Git.
#[test]
fn the_bootstrap_is_the_one_that_was_tried() {
    const COMMAND: &str = "kubectl apply --server-side --force-conflicts --field-manager=argocd-controller -k infra";
    assert!(include_str!("../README.md").lines().any(|line| line == COMMAND));
    for tree in TREES.iter() {
        let readme = &tree.outputs["README.md"];
        let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("kubectl apply")).collect();
        let folder = COMMAND.trim_end_matches("infra");
        assert!(
            !commands.is_empty() && commands.iter().all(|line| line.starts_with(folder)),
            "{}: {commands:?}",
            tree.name
        );
    }
}

const SHARED_NAMESPACE: &str = r#"
platform acorn { repo = "https://git.example.com/acorn.git" }
team web { sso = ["web"] }
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer apps {}
service fan {
  layer = apps  owner = web  namespace = "fan"
  each item in ["one", "two"]
  helm { repo = "https://charts.example.com"  chart = "fan"  version = "1.0.0"  values { name = item } }
}
"#;

/// Kustomize refuses a resource that is named twice; the instances of one cluster may share a folder.
#[test]
fn no_kustomization_names_a_resource_twice() {
    let shared = outputs(&database(&texts(&[("platform.pf", SHARED_NAMESPACE)])));
    let foundation = shared.get("clusters/dev/foundation/kustomization.yaml").unwrap();
    assert!(foundation.contains("apps/fan/access/all"), "{foundation}");
    for outputs in TREES.iter().map(|tree| &tree.outputs).chain([&shared]) {
        for (path, text) in outputs.iter().filter(|(path, _)| path.ends_with("kustomization.yaml")) {
            let resources: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
            let different: BTreeSet<&str> = resources.iter().copied().collect();
            assert_eq!(resources.len(), different.len(), "{path}\n{text}");
        }
    }
}
