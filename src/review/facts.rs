//! What is said of everything but services, for comparing.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::{Cluster, Estate, Hub, Layer, Platform, Promotion, Role, Team};

/// A kind, a name, and what is said.
type Fact<'e> = (&'static str, &'e Arc<str>, Value);

/// Everything that an estate says.
pub(super) fn facts(estate: &Estate) -> Vec<Fact<'_>> {
    let mut all: Vec<Fact<'_>> = estate.platform.iter().map(|it| ("platform", &it.name, platform(it))).collect();
    all.extend(estate.hubs.iter().map(|it| ("hub", &it.name, hub(it))));
    all.extend(estate.teams.iter().map(|it| ("team", &it.name, team(it))));
    all.extend(
        estate
            .environments
            .iter()
            .map(|it| ("environment", &it.name, json!({ "after": it.after, "protected": it.protected }))),
    );
    all.extend(estate.clusters.iter().map(|it| ("cluster", &it.name, cluster(it))));
    all.extend(estate.layers.iter().map(|it| ("layer", &it.name, layer(it))));
    all.extend(estate.repositories.iter().map(|it| {
        let kind = format!("{:?}", it.kind).to_lowercase();
        ("repository", &it.name, json!({ "url": it.url, "type": kind, "credential": it.credential }))
    }));
    all.extend(
        estate
            .stores
            .iter()
            .map(|it| ("store", &it.name, json!({ "kind": it.kind.kind(), "name": it.object, "refresh": it.refresh }))),
    );
    all.extend(estate.healths.iter().map(|it| ("health", &it.kind, json!({ "group": it.group, "lua": it.lua }))));
    all.extend(estate.roles.iter().map(|it| ("role", &it.name, role(it))));
    all
}

fn platform(it: &Platform) -> Value {
    json!({
        "repo": it.repo, "revision": it.revision, "output": it.output, "admins": it.admins,
        "codeowners": it.codeowners.map(crate::model::Forge::word), "order": format!("{:?}", it.order).to_lowercase(),
        "labels": it.labels, "promotion": it.promotion.as_ref().map(Promotion::word),
    })
}

fn hub(it: &Hub) -> Value {
    json!({
        "argocd": it.version.to_string(), "namespace": it.namespace, "sync_timeout": it.sync_timeout,
        "impersonation": it.impersonation, "settings": format!("{:?}", it.settings).to_lowercase(),
        "default_project": format!("{:?}", it.default_project).to_lowercase(),
    })
}

fn team(it: &Team) -> Value {
    json!({ "sso": it.sso, "github": it.github, "gitlab": it.gitlab, "contact": it.contact, "links": it.links })
}

fn cluster(it: &Cluster) -> Value {
    json!({
        "env": it.environment, "region": it.region, "server": it.server, "hub": it.hub, "labels": it.labels,
        "group_prefix": it.group_prefix, "register": it.register,
    })
}

fn layer(it: &Layer) -> Value {
    let kinds = it.cluster_resources.iter().map(|(group, kind)| format!("{group}/{kind}"));
    json!({
        "after": it.after, "deliver": format!("{:?}", it.deliver).to_lowercase(),
        "generator": format!("{:?}", it.generator).to_lowercase(),
        "cluster_resources": kinds.collect::<Vec<_>>(),
    })
}

fn role(it: &Role) -> Value {
    json!({ "includes": it.includes, "actions": it.actions, "cluster_role": it.cluster_role })
}
