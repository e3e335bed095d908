//! Which repository `GitOps` Promoter is told of, forge by forge.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde::Deserialize as _;
use serde_json::{Value, json};
use support::{database, findings, outputs, texts};

/// The specs of the `ScmProvider` and of the `GitRepository` of a platform in this repository.
fn reached(repo: &str, promoter: &str) -> [Value; 2] {
    let text = format!(
        r#"platform acorn {{ repo = "{repo}"  promotion = gitops-promoter  promoter {{ {promoter} }} }}
team web {{}}
environment dev {{}}
cluster dev {{ env = dev  server = "https://dev.example.com" }}
layer apps {{}}
service s {{ layer = apps  owner = web  namespace = "s"  manifests {{ object "v1" "ConfigMap" s {{ data {{ A = "1" }} }} }} }}
"#
    );
    let db = database(&texts(&[("platform.pf", &text)]));
    assert_eq!(findings(&db), "");
    let written = outputs(&db);
    let documents = serde_yaml::Deserializer::from_str(&written["promotion/promoter.yaml"]);
    let documents: Vec<Value> = documents.map(|document| Value::deserialize(document).unwrap()).collect();
    ["ScmProvider", "GitRepository"].map(|kind| {
        documents.iter().find(|document| document["kind"] == kind).expect("there is one of each")["spec"].clone()
    })
}

#[test]
fn owner_and_name_come_from_the_address() {
    for repo in
        ["https://github.com/acorn/infra.git", "git@github.com:acorn/infra.git", "https://github.com/acorn/infra"]
    {
        let [provider, repository] = reached(repo, "forge = github  app = 7");
        assert_eq!(provider, json!({ "github": { "appID": 7 }, "secretRef": { "name": "gitops-promoter" } }), "{repo}");
        assert_eq!(repository["github"], json!({ "owner": "acorn", "name": "infra" }), "{repo}");
        assert_eq!(repository["scmProviderRef"], json!({ "kind": "ScmProvider", "name": "acorn" }));
    }
}

#[test]
fn a_host_of_ones_own_is_the_domain_and_the_port_of_ssh_is_none() {
    for repo in
        ["ssh://git@git.example.com:2222/teams/acorn/infra.git", "https://git.example.com/teams/acorn/infra.git"]
    {
        let [provider, repository] = reached(repo, "forge = gitlab  project = 42  secret = \"token\"");
        assert_eq!(provider, json!({ "gitlab": { "domain": "git.example.com" }, "secretRef": { "name": "token" } }));
        assert_eq!(repository["gitlab"], json!({ "namespace": "teams/acorn", "name": "infra", "projectId": 42 }));
    }
    let [provider, _] = reached("https://git.example.com:8443/acorn/infra.git", "forge = forgejo");
    assert_eq!(provider["forgejo"], json!({ "domain": "git.example.com:8443" }));
    let [provider, _] = reached("https://git.example.com/acorn/infra.git", "forge = gitea");
    assert_eq!(provider["gitea"], json!({ "domain": "git.example.com" }));
}

#[test]
fn clouds_have_hosts_of_their_own() {
    let [provider, repository] = reached("https://bitbucket.org/acorn/infra.git", "forge = bitbucket");
    assert_eq!(provider["bitbucketCloud"], json!({}));
    assert_eq!(repository["bitbucketCloud"], json!({ "owner": "acorn", "name": "infra" }));
    let [provider, repository] = reached("https://dev.azure.com/acorn/shop/_git/infra", "forge = azure_devops");
    assert_eq!(provider["azureDevOps"], json!({ "organization": "acorn" }));
    assert_eq!(repository["azureDevOps"], json!({ "project": "shop", "name": "infra" }));
}
