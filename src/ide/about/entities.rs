use std::sync::Arc;

use crate::db::Db;
use crate::ide::markdown::{Facts, code};
use crate::model::{Cluster, Deliver, Estate, Head, RepositoryKind, estate, head, namespace};
use crate::names::declarations;
use crate::plan::plan;
use crate::schema::Kind;
use crate::text::counted;

/// What is worth knowing of anything but services and templates.
pub(super) fn facts(db: &dyn Db, kind: Kind, name: &str) -> Facts {
    let (mut facts, estate) = (Facts::default(), estate(db));
    let said = match kind {
        Kind::Platform => of_platform(db, estate, &mut facts),
        Kind::Hub => of_hub(estate, name, &mut facts),
        Kind::Team => of_team(db, estate, name, &mut facts),
        Kind::Environment => of_environment(estate, name, &mut facts),
        Kind::Cluster => of_cluster(db, estate, name, &mut facts),
        Kind::Layer => of_layer(db, estate, name, &mut facts),
        Kind::Repository => of_repository(estate, name, &mut facts),
        Kind::Store => of_store(estate, name, &mut facts),
        Kind::Role => of_role(estate, name, &mut facts),
        Kind::Namespace => of_namespace(db, name, &mut facts),
        Kind::Service | Kind::Template | Kind::Health | Kind::Moved | Kind::Removed | Kind::Policy | Kind::Test => None,
    };
    said.map_or_else(Facts::default, |()| facts)
}

/// The services of which the head is so.
pub(in crate::ide) fn services(db: &dyn Db, is: impl Fn(&Head) -> bool) -> Vec<&Arc<str>> {
    let heads = declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref());
    heads.filter(|head| is(head)).map(|head| &head.name).collect()
}

fn list_services(facts: &mut Facts, services: Vec<&Arc<str>>) {
    facts.item(&counted(services.len(), "service"), crate::ide::markdown::names(services));
}

fn list_clusters<'e>(facts: &mut Facts, estate: &'e Estate, is: impl Fn(&Cluster) -> bool) {
    let clusters: Vec<&'e Arc<str>> =
        estate.clusters.iter().filter(|cluster| is(cluster)).map(|cluster| &cluster.name).collect();
    facts.item(&counted(clusters.len(), "cluster"), crate::ide::markdown::names(clusters));
}

fn of_platform(db: &dyn Db, estate: &Estate, facts: &mut Facts) -> Option<()> {
    let platform = estate.platform.as_ref()?;
    facts.item("repository", format!("{} at {}", platform.repo, platform.revision));
    facts.item("output", code(&platform.repository_path("")));
    facts.names("admins", &platform.admins);
    list_clusters(facts, estate, |_| true);
    facts.item("services", declarations(db).of(db, Kind::Service).count().to_string());
    Some(())
}

fn of_hub(estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let hub = estate.hub(name)?;
    facts.item("Argo CD", format!("{}, in namespace {}", hub.version, hub.namespace));
    facts.item("impersonation", if hub.impersonation { "yes" } else { "no" });
    list_clusters(facts, estate, |cluster| cluster.hub.as_ref() == name);
    Some(())
}

fn of_team(db: &dyn Db, estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let team = estate.team(name)?;
    facts.item("contact", team.contact.as_deref().unwrap_or(""));
    facts.names("groups", &team.sso);
    facts.names("forges", team.github.iter().chain(&team.gitlab));
    facts.item("admin", if estate.is_admin(name) { "of the platform" } else { "" });
    list_services(facts, services(db, |head| head.owner.as_ref() == name));
    Some(())
}

fn of_environment(estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let environment = estate.environments.iter().find(|environment| environment.name.as_ref() == name)?;
    facts.names("after", &environment.after);
    facts.item("protected", if environment.protected { "nothing is deleted by mistake" } else { "no" });
    list_clusters(facts, estate, |cluster| cluster.environment.as_ref() == name);
    Some(())
}

fn of_cluster(db: &dyn Db, estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let cluster = estate.cluster(name)?;
    facts.item("environment", &cluster.environment);
    facts.item("region", cluster.region.as_deref().unwrap_or(""));
    facts.item("server", code(&cluster.server));
    let version = estate.hub(&cluster.hub).map(|hub| format!(" (Argo CD {})", hub.version)).unwrap_or_default();
    facts.item("hub", format!("{}{version}", cluster.hub));
    facts.names("labels", cluster.labels.iter().map(|(key, value)| format!("{key}={value}")));
    list_services(facts, services(db, |head| head.runs_on(name)));
    Some(())
}

fn of_layer(db: &dyn Db, estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let layer = estate.layer(name)?;
    facts.names("after", &layer.after);
    facts.item("stage", (plan(db).layers.depth(name) + 1).to_string());
    facts.item(
        "delivered as",
        match layer.deliver {
            Deliver::Applications => "one Application per instance",
            Deliver::ApplicationSet => "one ApplicationSet per service",
        },
    );
    facts.names(
        "may bring",
        layer.cluster_resources.iter().map(|(group, kind)| match group.as_ref() {
            "" => kind.to_string(),
            group => format!("{group}/{kind}"),
        }),
    );
    list_services(facts, services(db, |head| head.layer.as_ref() == name));
    Some(())
}

fn of_repository(estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let repository = estate.repositories.iter().find(|repository| repository.name.as_ref() == name)?;
    facts.item(
        "holds",
        match repository.kind {
            RepositoryKind::Git => "Git",
            RepositoryKind::Helm => "Helm charts",
            RepositoryKind::Oci => "OCI artifacts",
        },
    );
    facts.item("URL", code(&repository.url));
    facts.item("credential", repository.credential.as_deref().unwrap_or(""));
    Some(())
}

fn of_store(estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let store = estate.store(name)?;
    facts.item("object", format!("{} {}", store.kind.kind(), store.object));
    facts.item("read again", format!("every {}", store.refresh));
    Some(())
}

fn of_role(estate: &Estate, name: &str, facts: &mut Facts) -> Option<()> {
    let role = estate.role(name)?;
    facts.names("includes", &role.includes);
    facts.names("actions", &role.actions);
    facts.item("ClusterRole", role.cluster_role.as_deref().unwrap_or(""));
    Some(())
}

fn of_namespace(db: &dyn Db, name: &str, facts: &mut Facts) -> Option<()> {
    let namespace = namespace(db, declarations(db).get(Kind::Namespace, name)?).as_ref()?;
    facts.item("owner", namespace.owner.as_deref().unwrap_or(""));
    facts.item(&counted(namespace.bounds.len(), "cluster"), crate::ide::markdown::names(namespace.bounds.keys()));
    Some(())
}
