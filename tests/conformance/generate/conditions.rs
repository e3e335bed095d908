//! Conditions over clusters, with what they mean worked out apart from the compiler.

use super::estate::{Cluster, Estate};
use super::text::{list, quoted};
use crate::support::Random;

/// A condition.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) text: String,
    /// Whether it holds, by cluster.
    pub(crate) holds: Vec<bool>,
    /// Whether a label selector can say the same.
    pub(crate) selector: bool,
}

impl Condition {
    fn new(estate: &Estate, text: String, holds: impl Fn(&Cluster) -> bool) -> Self {
        Self { text, holds: estate.clusters.iter().map(holds).collect(), selector: true }
    }

    pub(crate) fn all(estate: &Estate) -> Self {
        Self::new(estate, "all".to_owned(), |_| true)
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let holds = self.holds.iter().zip(&other.holds).map(|(left, right)| *left && *right).collect();
        let text = format!("{} and {}", self.text, other.text);
        Self { text, holds, selector: self.selector && other.selector }
    }

    /// Both, or `self` alone where together they might always hold.
    fn or(&self, other: &Self) -> Self {
        if [self, other].iter().any(|one| one.text.contains("!=") || one.text.contains("not ")) {
            return self.clone();
        }
        let holds = self.holds.iter().zip(&other.holds).map(|(left, right)| *left || *right).collect();
        Self { text: format!("({} or {})", self.text, other.text), holds, selector: false }
    }

    /// Whether it is wider than itself joined with the other: that one asks for something that this one does not speak of.
    pub(crate) fn is_widened_by(&self, other: &Self) -> bool {
        let subject = |word: &&str| other.text.contains(*word);
        let subject = ["env", "region", "gpu", "size", "cluster"].into_iter().find(subject);
        // `cluster != a` may already follow from what `a` is.
        let excludes = other.text.starts_with("cluster") && !other.text.contains("==");
        !excludes && !self.text.contains("cluster ==") && subject.is_some_and(|subject| !self.text.contains(subject))
    }

    /// Whether it holds anywhere among these.
    pub(crate) fn meets(&self, placement: &[bool]) -> bool {
        self.holds.iter().zip(placement).any(|(holds, placed)| *holds && *placed)
    }
}

/// One comparison.
pub(crate) fn comparison(random: &mut Random, estate: &Estate) -> Condition {
    let some = random.pick(&estate.clusters).clone();
    let other = random.pick(&estate.clusters).clone();
    let environment = |cluster: &Cluster| estate.environments[cluster.environment].name.clone();
    let region = some.region.unwrap_or("none");
    match random.below(11) {
        0 | 1 => Condition::new(estate, format!("env == {}", environment(&some)), |cluster| {
            cluster.environment == some.environment
        }),
        2 => Condition::new(estate, format!("env != {}", environment(&some)), |cluster| {
            cluster.environment != some.environment
        }),
        3 if some.environment != other.environment => {
            let text = format!("env in {}", list(&[environment(&some), environment(&other)]));
            Condition::new(estate, text, |cluster| [some.environment, other.environment].contains(&cluster.environment))
        }
        4 => Condition::new(estate, format!("cluster == {}", some.name), |cluster| cluster.name == some.name),
        5 => Condition::new(estate, format!("cluster != {}", some.name), |cluster| cluster.name != some.name),
        6 if some.name != other.name => {
            let text = format!("cluster not in {}", list(&[&some.name, &other.name]));
            Condition::new(estate, text, |cluster| cluster.name != some.name && cluster.name != other.name)
        }
        7 if some.region.is_some() => {
            Condition::new(estate, format!("region == \"{region}\""), |cluster| cluster.region == some.region)
        }
        8 if some.region.is_some() => {
            let text = format!("region not in {}", quoted(&[region]));
            Condition::new(estate, text, |cluster| cluster.region != some.region)
        }
        9 => Condition::new(estate, "labels.gpu == \"true\"".to_owned(), |cluster| cluster.gpu),
        _ => {
            let text = format!("not labels.size == \"{}\"", some.size);
            Condition::new(estate, text, |cluster| cluster.size != some.size)
        }
    }
}

/// A condition of one to three comparisons.
pub(crate) fn condition(random: &mut Random, estate: &Estate) -> Condition {
    let first = comparison(random, estate);
    match random.below(6) {
        0 => first.and(&comparison(random, estate)),
        1 => first.or(&comparison(random, estate)),
        2 => first.or(&comparison(random, estate)).and(&comparison(random, estate)),
        _ => first,
    }
}
