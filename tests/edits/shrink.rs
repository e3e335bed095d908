//! From a long list of steps to the few that show a difference.

use std::fmt::Write as _;

use super::town::Town;
use super::{Step, Tally, changes, disk, first_difference};

/// How often a shorter list may be tried.
const TRIALS: usize = 400;

/// A difference, and how one gets there.
pub struct Found {
    /// Steps that only make the platform what it is.
    before: Vec<Step>,
    /// Steps after each of which everything is asked.
    steps: Vec<Step>,
    difference: String,
    trials: usize,
}

impl Found {
    pub fn new(steps: &[Step], difference: String) -> Self {
        Self { before: vec![], steps: steps.to_vec(), difference, trials: 0 }
    }

    /// Few steps that still show a difference, in words.
    pub fn shrunk(mut self) -> String {
        self.late_ones();
        self.thin(|found| &mut found.before);
        self.thin(|found| &mut found.steps);
        format!("after {:?} the steps {:?} differ:\n{}\n{}", self.before, self.steps, self.told(), self.difference)
    }

    /// Keeps other steps if they differ as well.
    fn is_enough(&mut self, before: &[Step], steps: &[Step]) -> bool {
        self.trials += 1;
        let found = first_difference(before, steps, &mut Tally::default());
        let Some((at, difference)) = found else { return false };
        (self.before, self.steps, self.difference) = (before.to_vec(), steps[..=at].to_vec(), difference);
        true
    }

    /// The last steps that are enough by themselves: one, two, four and so on.
    fn late_ones(&mut self) {
        let all = self.steps.clone();
        let mut count = 1;
        while count < all.len() {
            let (early, late) = all.split_at(all.len() - count);
            if self.is_enough(early, late) {
                return;
            }
            count *= 2;
        }
    }

    /// Leaves out what is not needed: half of a list, a quarter, down to single steps.
    fn thin(&mut self, list: impl Fn(&mut Self) -> &mut Vec<Step>) {
        let mut size = list(self).len().div_ceil(2);
        while size > 0 {
            let mut start = 0;
            while start < list(self).len() && self.trials < TRIALS {
                let mut fewer = Self::new(&self.steps, String::new());
                fewer.before.clone_from(&self.before);
                let thinned = list(&mut fewer);
                thinned.drain(start..thinned.len().min(start + size));
                if !self.is_enough(&fewer.before, &fewer.steps) {
                    start += size;
                }
            }
            size /= 2;
        }
    }

    /// What the steps do, and the files that the last of them changes.
    fn told(&self) -> String {
        let mut town = Town::new();
        self.before.iter().for_each(|step| drop(changes::edit(&mut town, *step)));
        let (mut out, mut last) = (String::new(), town.disk());
        for step in &self.steps {
            last = town.disk();
            let _ = writeln!(out, "{step}: {}", changes::edit(&mut town, *step));
        }
        out + &disk::changed(&last, &town.disk())
    }
}
