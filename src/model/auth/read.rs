use std::sync::Arc;

use super::super::fields::Fields;
use super::{Auth, Aws, Credential, Exec, External, Tls, command, material, ways};
use crate::diagnostics::Sink;
use crate::model::secrets;
use crate::overlays::Tree;

/// The command of Argo CD's image that speaks with the clouds.
pub(super) const OWN_COMMAND: &str = "argocd-k8s-auth";

/// Reads `auth` of a cluster's block of which the types have been checked.
pub(in crate::model) fn read(cluster: &Tree, sink: &mut Sink) -> Option<Auth> {
    let tree = cluster.get("auth")?;
    let way = ways::only(cluster, tree, sink)?;
    let fields = Fields(Some(tree));
    if let Some(exec) = tree.get("exec") {
        secrets::check_command(exec, sink);
        command::check(exec, sink);
    }
    material::check(tree, sink);
    let block = fields.block(way);
    match way {
        "external_secret" => external(block).map(Auth::External),
        "sealed_secret" => block.text("config").map(|sealed| Auth::Sealed(without_blanks(&sealed))),
        _ => Some(Auth::Public(tls(fields), credential(way, block)?)),
    }
}

fn tls(fields: Fields<'_>) -> Tls {
    Tls { ca: fields.text("ca").map(|ca| without_blanks(&ca)), server_name: fields.text("server_name") }
}

fn without_blanks(text: &str) -> Arc<str> {
    text.split_whitespace().collect::<String>().into()
}

fn credential(way: &str, block: Fields<'_>) -> Option<Credential> {
    match way {
        "aws" => aws(block).map(Credential::Aws),
        "gcp" => Some(Credential::Exec(own("gcp", vec![]))),
        "azure" => Some(Credential::Exec(own("azure", azure(block)))),
        _ => exec(block).map(Credential::Exec),
    }
}

fn aws(block: Fields<'_>) -> Option<Aws> {
    Some(Aws {
        cluster_name: block.text("cluster_name")?,
        role_arn: block.text("role_arn"),
        profile: block.text("profile"),
    })
}

fn own(cloud: &str, env: Vec<(Arc<str>, Arc<str>)>) -> Exec {
    Exec {
        command: OWN_COMMAND.into(),
        args: vec![cloud.into()],
        env,
        api_version: "v1beta1".into(),
        ..Exec::default()
    }
}

/// The variables that the command reads, by name.
fn azure(block: Fields<'_>) -> Vec<(Arc<str>, Arc<str>)> {
    let login = block.text("login").unwrap_or_else(|| "workloadidentity".into());
    let variables = [
        ("AAD_ENVIRONMENT_NAME", block.text("environment")),
        ("AAD_LOGIN_METHOD", Some(login)),
        ("AZURE_CLIENT_ID", block.text("client_id")),
        ("AZURE_TENANT_ID", block.text("tenant_id")),
    ];
    variables.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

fn exec(block: Fields<'_>) -> Option<Exec> {
    Some(Exec {
        command: block.text("command")?,
        args: block.texts("args"),
        env: block.text_map("env").into_iter().collect(),
        api_version: block.text("api_version").unwrap_or_else(|| "v1beta1".into()),
        install_hint: block.text("install_hint"),
        provide_cluster_info: block.flag("provide_cluster_info", false),
        config: block.tree("config").map(Tree::value),
    })
}

fn external(block: Fields<'_>) -> Option<External> {
    let key = block.text("key")?;
    let (key, property) = key.split_once('#').map_or((key.as_ref(), None), |(key, part)| (key, Some(part)));
    Some(External {
        store: block.text("store")?,
        kind: block.text("kind").unwrap_or_else(|| "ClusterSecretStore".into()),
        key: key.into(),
        property: property.map(Arc::from),
        refresh: block.text("refresh").unwrap_or_else(|| "1h".into()),
    })
}
