use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::file::OutputFile;

/// The files of the output folder in portions: one that nothing has changed is the same object as before.
#[derive(Clone, Debug, Default)]
pub struct Portions(Vec<Arc<[OutputFile]>>);

/// A file that two states of the output folder do not have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The file as it was, if there was one.
    pub before: Option<&'a OutputFile>,
    /// The file as it is, if there is one.
    pub after: Option<&'a OutputFile>,
}

impl<'a> Difference<'a> {
    /// The path, which is that of both.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.after.or(self.before).map_or("", |file| &file.path)
    }
}

impl Portions {
    /// How many files there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(|portion| portion.len()).sum()
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = &OutputFile> {
        self.0.iter().flat_map(|portion| portion.iter())
    }

    /// All files by path.
    #[must_use]
    pub fn sorted(&self) -> Vec<&OutputFile> {
        let mut files: Vec<&OutputFile> = self.files().collect();
        files.par_sort_unstable_by(|left, right| left.path.cmp(&right.path));
        files
    }

    /// What differs from an earlier state, by path; of files with one path the last counts.
    #[must_use]
    pub fn since<'a>(&'a self, earlier: &'a Self) -> Vec<Difference<'a>> {
        let mut found: BTreeMap<&str, Difference> = BTreeMap::new();
        for file in earlier.beyond(self) {
            found.entry(&file.path).or_default().before = Some(file);
        }
        for file in self.beyond(earlier) {
            found.entry(&file.path).or_default().after = Some(file);
        }
        found.into_values().filter(|difference| difference.before != difference.after).collect()
    }

    /// The files of the portions that the other does not have.
    fn beyond(&self, other: &Self) -> impl Iterator<Item = &OutputFile> {
        let shared: FxHashSet<_> = other.0.iter().map(|portion| portion.as_ptr()).collect();
        self.0.iter().filter(move |portion| !shared.contains(&portion.as_ptr())).flat_map(|portion| portion.iter())
    }
}

impl FromIterator<Arc<[OutputFile]>> for Portions {
    fn from_iter<T: IntoIterator<Item = Arc<[OutputFile]>>>(portions: T) -> Self {
        Self(portions.into_iter().collect())
    }
}
