//! The texts of strings: paths, and what must be spelled in one way.

use std::collections::BTreeSet;

use super::{Asked, Offer, Sort};
use crate::ide::context::Written;
use crate::ide::symbols::item_type;
use crate::model::{local_path, worlds};
use crate::schema::{Text, Type, Version};
use crate::values::{Zone, join_path, sync_options};

/// Which files may be named.
#[derive(Clone, Copy)]
enum Files {
    None,
    Ending(&'static [&'static str]),
}

impl Files {
    fn has(self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Ending(ends) => ends.iter().any(|end| name.ends_with(end)),
        }
    }
}

impl Asked<'_> {
    pub(super) fn texts(&mut self, written: Written) {
        match written {
            Written::Import => self.beside(Files::Ending(&[".pf"])),
            Written::Data => self.beside(Files::Ending(self.data_ends())),
            Written::Key => {
                self.free_texts();
            }
            Written::Value(of) => match item_type(of) {
                Type::Text(Text::Path) => self.in_repository(),
                Type::Text(Text::Image) => self.images(),
                Type::Text(Text::ArgoVersion) => {
                    self.spelled(Version::KNOWN.iter().rev().map(ToString::to_string));
                }
                Type::Text(Text::SyncOption) => self.spelled(sync_options()),
                Type::Text(Text::TimeZone) => self.spelled(Zone::names()),
                _ => self.compared(),
            },
        }
    }

    /// The values that clusters have of what the string is compared with.
    fn compared(&mut self) {
        let Some(frame) = self.context.inner() else { return };
        let tokens = if frame.statement.is_empty() { &frame.head } else { &frame.statement };
        let words: Vec<&str> = tokens.iter().map(|token| token.text).filter(|word| *word != "not").collect();
        let clusters = worlds(self.db).iter();
        let values: BTreeSet<String> = match words.as_slice() {
            [.., "labels", ".", label, "==" | "!=" | "in"] => {
                clusters.filter_map(|world| world.labels.get(*label)).map(ToString::to_string).collect()
            }
            [.., "region", "==" | "!=" | "in"] => {
                clusters.filter_map(|world| world.region.as_deref()).map(str::to_owned).collect()
            }
            _ => return,
        };
        self.spelled(values.into_iter());
    }

    /// A key in quotes: what would be offered without them, but for what follows it.
    fn free_texts(&mut self) {
        self.keys();
        self.offers.retain(|offer| offer.sort == Sort::Key);
        for offer in &mut self.offers {
            offer.snippet = None;
            offer.text.clone_from(&offer.label);
        }
    }

    fn spelled(&mut self, texts: impl Iterator<Item = String>) {
        self.offers.extend(texts.map(|text| Offer::new(text, Sort::Text)));
    }

    fn data_ends(&self) -> &'static [&'static str] {
        match self.context.inner().and_then(|frame| frame.head.last()).map(|callee| callee.text) {
            Some("csv") => &[".csv"],
            Some("json") => &[".json"],
            _ => &[".yaml", ".yml"],
        }
    }

    /// Paths that count from the folder of this file.
    fn beside(&mut self, files: Files) {
        let own = self.file.path(self.db).to_owned();
        self.paths(files, |folder| {
            if folder.is_empty() { join_path(&own, "x").map(|path| above(&path)) } else { join_path(&own, folder) }
        });
    }

    /// Paths that count from the root of the repository.
    fn in_repository(&mut self) {
        let is_value_files =
            self.context.inner().and_then(|frame| frame.head.first()).is_some_and(|key| key.text == "value_files");
        let files = if is_value_files { Files::Ending(&[".yaml", ".yml"]) } else { Files::None };
        let db = self.db;
        self.paths(files, |folder| local_path(db, folder).filter(|_| is_inside(folder)));
    }

    /// What lies in the folder that is typed; `place` says where the platform has it.
    fn paths(&mut self, files: Files, place: impl Fn(&str) -> Option<String>) {
        let typed = self.context.replaced.of(self.context.text);
        let folder = typed.rfind('/').and_then(|slash| typed.get(..slash)).unwrap_or("");
        let Some(names) = place(folder).map(|place| (self.list)(&place)) else { return };
        let before = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let fits = names.iter().filter(|name| !name.starts_with('.') && (name.ends_with('/') || files.has(name)));
        let offer = |name: &String| match name.strip_suffix('/') {
            Some(name) => Offer::new(format!("{before}{name}"), Sort::Folder),
            None => Offer::new(format!("{before}{name}"), Sort::File),
        };
        let offers: Vec<Offer> = fits.map(offer).collect();
        let is_pattern =
            matches!(files, Files::Ending([".pf"])) && names.iter().any(|name| files.has(name)) && !folder.is_empty();
        self.offers.extend(offers);
        if is_pattern {
            self.push(Offer::new(format!("{before}*.pf"), Sort::File).detail("all of them"));
        }
    }
}

fn above(path: &str) -> String {
    path.rfind('/').and_then(|slash| path.get(..slash)).unwrap_or("").to_owned()
}

/// Whether a path can't lead out of the repository.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| part != "..")
}
