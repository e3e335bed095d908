//! What the instances of a service say of versions, and of what must not differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::db::Db;
use crate::diagnostics::Span;
use crate::model::explain::filled;
use crate::model::fields::Fields;
use crate::model::heads::Head;
use crate::overlays::Tree;
use crate::values::{Value, World};

/// What says a version wherever it stands, in the service's own blocks and in each `source`.
const VERSIONS: [[&str; 2]; 6] = [
    ["helm", "version"],
    ["helm", "revision"],
    ["kustomize", "revision"],
    ["kustomize", "images"],
    ["manifests", "revision"],
    ["plugin", "revision"],
];

/// The keys that lead to something.
pub(super) type Path = Arc<[Arc<str>]>;

/// Something that instances say: a path, and of a list of images the one image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct What {
    pub(super) path: Path,
    pub(super) image: Option<Arc<str>>,
}

impl What {
    /// What it is called.
    pub(super) fn show(&self) -> String {
        match (&self.image, self.path.as_ref()) {
            (Some(image), [source, name, ..]) if source.as_ref() == "source" => format!("image {image} of {name}"),
            (Some(image), _) => format!("image {image}"),
            (None, _) => Value::Path(Arc::clone(&self.path)).show(),
        }
    }
}

/// A value with the line that it comes from, and the instances that it holds for.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) value: Value,
    pub(super) span: Span,
    pub(super) members: Vec<usize>,
}

/// All that is said of something.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) list: Vec<Said>,
    /// Where a value of a line stands in the list.
    known: FxHashMap<(Span, Value), usize>,
}

impl Kept {
    fn add(&mut self, value: Value, span: Span, members: &[usize]) {
        let index = *self.known.entry((span, value.clone())).or_insert(self.list.len());
        match self.list.get_mut(index) {
            Some(said) => said.members.extend(members),
            None => self.list.push(Said { value, span, members: members.to_vec() }),
        }
    }
}

/// What the instances of a service say.
pub(in crate::model) struct Watched<'w> {
    pub(super) db: &'w dyn Db,
    pub(super) head: &'w Head,
    /// The paths of `same_across`, and where they stand.
    pub(super) asked: Option<(Vec<Path>, Span)>,
    pub(super) said: BTreeMap<What, Kept>,
    /// How many instances have been looked at.
    pub(super) seen: usize,
}

impl<'w> Watched<'w> {
    /// Nothing yet.
    pub(in crate::model) fn new(db: &'w dyn Db, head: &'w Head) -> Self {
        Self { db, head, asked: None, said: BTreeMap::new(), seen: 0 }
    }

    /// Takes in what some instances say. A text that is an instance's own is put together in its world.
    pub(in crate::model) fn add(&mut self, members: &[usize], tree: &Tree, world: &dyn Fn(usize) -> World) {
        self.seen += members.len();
        if let (None, Some(list)) = (&self.asked, tree.get("same_across")) {
            let paths = Fields(Some(tree)).values("same_across").iter().filter_map(|item| match item {
                Value::Path(path) => Some(Arc::clone(path)),
                _ => None,
            });
            self.asked = Some((paths.collect(), list.span()));
        }
        let mut found = BTreeMap::new();
        versions(tree, &mut found);
        for path in self.asked.iter().flat_map(|(paths, _)| paths) {
            let keys: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
            if let Some(tree) = tree.at(&keys) {
                leaves(path, tree, &mut found);
            }
        }
        for (what, (value, span)) in found {
            self.say(what, &value, span, members, world);
        }
    }

    fn say(&mut self, what: What, value: &Value, span: Span, members: &[usize], world: &dyn Fn(usize) -> World) {
        let kept = self.said.entry(what).or_default();
        if value.has_patterns() {
            members.iter().for_each(|member| kept.add(filled(value, &world(*member)), span, &[*member]));
        } else {
            kept.add(value.clone(), span, members);
        }
    }
}

type Found = BTreeMap<What, (Value, Span)>;

fn versions(tree: &Tree, found: &mut Found) {
    let named =
        Fields(Some(tree)).entries("source").map(|(name, block)| (vec!["source".into(), Arc::clone(name)], block));
    for (before, block) in std::iter::once((vec![], tree)).chain(named) {
        for keys in VERSIONS {
            if let Some(tree) = block.at(&keys) {
                let path: Path = before.iter().cloned().chain(keys.map(Arc::from)).collect();
                leaves(&path, tree, found);
            }
        }
    }
}

/// The values below a path, each with its own; a list of images gives one for each image.
fn leaves(path: &Path, tree: &Tree, found: &mut Found) {
    match tree {
        Tree::Branch(children, _) => {
            for (key, child) in children {
                leaves(&path.iter().chain([key]).cloned().collect(), child, found);
            }
        }
        Tree::Leaf(value, span) if is_images(path) => {
            for image in value.as_list().unwrap_or_default().iter().filter_map(Value::as_text) {
                let Some((name, used)) = image_of(image) else { continue };
                let what = What { path: Arc::clone(path), image: Some(name.into()) };
                found.insert(what, (Value::text(used), *span));
            }
        }
        Tree::Leaf(value, span) => {
            found.insert(What { path: Arc::clone(path), image: None }, (value.clone(), *span));
        }
        Tree::Broken(_) => {}
    }
}

fn is_images(path: &Path) -> bool {
    match path.as_ref() {
        [kustomize, images] => (kustomize.as_ref(), images.as_ref()) == ("kustomize", "images"),
        [source, _, kustomize, images] => {
            (source.as_ref(), kustomize.as_ref(), images.as_ref()) == ("source", "kustomize", "images")
        }
        _ => false,
    }
}

/// The image that Kustomize looks for, and what it puts in its place: a tag, a digest or another image.
fn image_of(text: &str) -> Option<(&str, &str)> {
    if let Some(renamed) = text.split_once('=') {
        return Some(renamed);
    }
    if let Some(by_digest) = text.split_once('@') {
        return Some(by_digest);
    }
    text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}
