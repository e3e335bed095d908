//! Previews of services.

use platformc::schema::Version;

use super::estate::{Estate, maybe};
use super::text::{Text, list};
use crate::support::Random;

/// What a preview has to fit in with.
pub(super) struct Surroundings<'s> {
    /// The services that it needs, and where each is.
    pub(super) needs: Vec<(String, Vec<bool>)>,
    /// Whether its file is for its team alone.
    pub(super) is_bound: bool,
    /// Whether it has a chart of its own.
    pub(super) chart: bool,
    pub(super) estate: &'s Estate,
}

const FORGES: [&str; 6] = [
    "from = github(\"random/shop\")",
    "from = gitlab(\"random/group/shop\")",
    "from = gitea(\"random/tea\")  api = \"https://gitea.example.com\"",
    "from = bitbucket(\"random/bucket\")",
    "from = bitbucket_server(\"RND/shop\")  api = \"https://bitbucket.example.com/rest\"",
    "from = azure_devops(\"random/project/shop\")",
];

/// Writes a preview, if some cluster may have one.
pub(super) fn preview(random: &mut Random, text: &mut Text, around: &Surroundings<'_>) {
    let estate = around.estate;
    let open = |cluster: &&super::estate::Cluster| !estate.environments[cluster.environment].protected;
    let Some(at) = estate.clusters.iter().position(|cluster| open(&cluster)) else { return };
    let elsewhere = around.needs.iter().filter(|(_, placed)| !placed[at]).map(|(name, _)| name.clone());
    let elsewhere: Vec<String> = elsewhere.collect();
    if around.is_bound && !elsewhere.is_empty() {
        return;
    }
    text.open("preview");
    selection(random, text, estate.oldest());
    text.line(format!("cluster = {}", estate.clusters[at].name));
    text.line(*random.pick(&[
        "namespace = \"pr-${service}-${pr.number}\"",
        "namespace = \"pr-${service}-${pr.number}-${pr.slug}\"",
        "namespace = \"pr-${service}-${pr.slug}-${pr.number}\"",
    ]));
    if !elsewhere.is_empty() {
        text.line(format!("shared = {}", list(&elsewhere)));
    }
    maybe(random, text, &["ttl { after = \"72h\"  image = \"registry.example.com/kubectl:1.34\" }"]);
    if !around.is_bound {
        bounds(random, text);
    }
    if around.chart {
        text.open("helm");
        text.line("values { pull { number = pr.number  title = \"${pr.title} of ${pr.author}\"  branch = [pr.branch, pr.slug] } }");
        maybe(random, text, &["parameters { sha = pr.sha  short = \"v${pr.short_sha}\" }"]);
        text.close();
    }
    maybe(random, text, &["annotations { \"example.com/branch\" = \"${pr.branch} to ${pr.target}: {{ x }}\" }"]);
    maybe(random, text, &["links { pull = \"https://git.example.com/pulls/${pr.number}\" }"]);
    maybe(random, text, &["access { viewer = [owner] }"]);
    text.close();
}

fn selection(random: &mut Random, text: &mut Text, oldest: Version) {
    let forge = *random.pick(&FORGES);
    text.line(forge);
    let is_bitbucket = forge.contains("bitbucket");
    let has_labels = !is_bitbucket && (!forge.contains("gitea") || oldest >= Version::of(3, 1));
    let by = match (!has_labels, random.below(3)) {
        (true, 0) | (false, 2) => "authors = [\"ana\", \"renovate[bot]\"]",
        (true, _) => "forks = true",
        (false, 0) => "labels = [\"preview\"]",
        (false, _) => "labels = [\"preview\", \"size/L\"]",
    };
    text.line(by);
    maybe(random, text, &["branch = r\"^[a-z]+/\"", "branch = \"-\""]);
    maybe(random, text, &["target = \"^main$\""]);
    if oldest >= Version::of(3, 2) {
        maybe(random, text, &["title = r\"^(Add|fix)\\b\""]);
    }
    maybe(random, text, &["refresh = \"1h30m\"", "refresh = \"90s\""]);
    match forge {
        _ if is_bitbucket => {
            maybe(random, text, &["token { secret = \"bucket\"  user = \"reader\"  key = \"password\" }"]);
        }
        _ if forge.contains("github") => maybe(random, text, &["token { secret = \"app\"  app = true }"]),
        _ => maybe(random, text, &["token { secret = \"forge\" }"]),
    }
}

fn bounds(random: &mut Random, text: &mut Text) {
    maybe(random, text, &["limit = 3"]);
    maybe(random, text, &["quota { pods = \"5\" }"]);
    maybe(
        random,
        text,
        &["limits { max { cpu = \"2\" } default { cpu = \"1\" } request { cpu = \"1m\" } min { cpu = \"1m\" } }"],
    );
    maybe(random, text, &["security = baseline", "security = restricted"]);
    maybe(random, text, &["isolated = false"]);
}
