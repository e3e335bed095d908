//! Warnings that a platform had when it was adopted: they are known, and only new ones are shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity, place};
use crate::db::Db;

/// The version of the form.
const VERSION: u32 = 1;

/// The warnings that are known. A line number would make each a new one when something is written above it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    warnings: Vec<Known>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    code: String,
    file: String,
    message: String,
    /// How often it stands in the file.
    count: usize,
}

type Key = (String, String, String);

fn key(db: &dyn Db, finding: &Diagnostic) -> Key {
    let (file, _) = place(db, finding.primary.span);
    (finding.code.id.to_owned(), file.path(db).to_owned(), finding.message.clone())
}

impl Baseline {
    /// The warnings among some findings.
    #[must_use]
    pub fn of(db: &dyn Db, findings: &[Diagnostic]) -> Self {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.severity() == Severity::Warning) {
            *counts.entry(key(db, finding)).or_default() += 1;
        }
        let known = |((code, file, message), count)| Known { code, file, message, count };
        Self { version: VERSION, warnings: counts.into_iter().map(known).collect() }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if read.version == VERSION { Ok(read) } else { Err(format!("its version is {}, not {VERSION}", read.version)) }
    }

    /// The baseline as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Takes the warnings that are known out of some findings, and says how many that are known are there no longer.
    pub fn leave_new(&self, db: &dyn Db, findings: &mut Vec<Diagnostic>) -> usize {
        let known = |it: &Known| ((it.code.clone(), it.file.clone(), it.message.clone()), it.count);
        let mut left: BTreeMap<Key, usize> = self.warnings.iter().map(known).collect();
        findings.retain(|finding| {
            let count = left.get_mut(&key(db, finding)).filter(|_| finding.severity() == Severity::Warning);
            match count {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        left.values().sum()
    }
}
