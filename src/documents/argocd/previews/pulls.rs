//! What comes of pull requests that are there: the Applications that Argo CD makes of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::super::super::yaml::Node;
use super::{application, replaced};
use crate::db::Db;
use crate::model::{Preview, PullRequests, estate, preview};
use crate::names::declarations;
use crate::schema::Kind;
use crate::values::{LONGEST_SLUG, PullFact};

/// A pull request, as forges have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its branch.
    pub branch: String,
    /// The branch that it goes to.
    #[serde(default)]
    pub target_branch: String,
    /// Its newest commit.
    #[serde(rename = "headSHA", default)]
    pub head_sha: String,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Who opened it.
    #[serde(default)]
    pub author: String,
}

/// The Applications of all previews for pull requests that are given by repository, sorted by name.
#[must_use]
pub fn previews_of(db: &dyn Db, pulls: &BTreeMap<String, Vec<Pull>>) -> Vec<Node> {
    let Some(platform) = &estate(db).platform else { return vec![] };
    let mut found: BTreeMap<String, Node> = BTreeMap::new();
    for item in declarations(db).of(db, Kind::Service) {
        let Some(preview) = preview(db, item) else { continue };
        let Some(template) = application(db, platform, preview) else { continue };
        for pull in wanted(preview, pulls) {
            let name = format!("{}.pr.{}", preview.service.head.identity.workload, pull.number);
            found.insert(name, replaced(&template, &|fact| shown(pull, fact), &str::to_owned));
        }
    }
    found.into_values().collect()
}

fn wanted<'p>(preview: &'p Preview, pulls: &'p BTreeMap<String, Vec<Pull>>) -> impl Iterator<Item = &'p Pull> {
    let all = pulls.get(preview.pulls.repository.as_ref()).map(Vec::as_slice).unwrap_or_default();
    let filters = Filters::new(&preview.pulls);
    all.iter().filter(move |pull| filters.let_in(pull))
}

struct Filters<'f> {
    pulls: &'f PullRequests,
    /// Patterns for branch, target and title, in this order.
    patterns: [Option<Regex>; 3],
}

impl<'f> Filters<'f> {
    fn new(pulls: &'f PullRequests) -> Self {
        let pattern = |text: &Option<Arc<str>>| text.as_deref().and_then(|text| Regex::new(text).ok());
        Self { pulls, patterns: [&pulls.branch, &pulls.target, &pulls.title].map(pattern) }
    }

    fn let_in(&self, pull: &Pull) -> bool {
        let texts = [&pull.branch, &pull.target_branch, &pull.title];
        let matches = |(pattern, text): (&Option<Regex>, &String)| pattern.as_ref().is_none_or(|it| it.is_match(text));
        let is_labelled = |label: &Arc<str>| pull.labels.iter().any(|known| **known == **label);
        let is_by = |author: &Arc<str>| *pull.author == **author;
        self.pulls.labels.iter().all(is_labelled)
            && (self.pulls.authors.is_empty() || self.pulls.authors.iter().any(is_by))
            && self.patterns.iter().zip(texts).all(matches)
    }
}

fn shown(pull: &Pull, fact: &PullFact) -> String {
    match fact.name {
        "number" => pull.number.to_string(),
        "slug" => slug(pull),
        "sha" => pull.head_sha.clone(),
        "short_sha" => pull.head_sha.chars().take(8).collect(),
        "branch" => pull.branch.clone(),
        "target" => pull.target_branch.clone(),
        "title" => pull.title.clone(),
        _ => pull.author.clone(),
    }
}

/// A branch as a part of a name.
fn slug(pull: &Pull) -> String {
    let dashed = pull.branch.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let dashed = dashed.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let short = dashed.get(..LONGEST_SLUG).unwrap_or(&dashed).trim_matches('-');
    if short.is_empty() { pull.number.to_string() } else { short.to_owned() }
}
