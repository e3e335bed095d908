//! A folder to write into, and what is written: for the tests of the writer.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use platformc::documents::{MARKER, OutputContent, OutputFile};
use platformc::project::Timings;
use platformc::project::write::{Outcome, Problem, Target, compare, write};
use tempfile::TempDir;

/// A platform's folder with the output folder `infra` and the cache.
pub struct Place {
    _temporary: TempDir,
    pub root: Utf8PathBuf,
    pub out: Utf8PathBuf,
    pub cache: Utf8PathBuf,
    timings: Timings,
}

impl Place {
    pub fn new() -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let (out, cache) = (root.join("infra"), root.join(".platformc"));
        Self { _temporary: temporary, out, cache, root, timings: Timings::default() }
    }

    pub fn target(&self) -> Target<'_> {
        Target { cache: Some(&self.cache), ..Target::new(&self.out, &self.timings) }
    }

    pub fn without_cache(&self) -> Target<'_> {
        Target { cache: None, ..self.target() }
    }

    pub fn forced(&self) -> Target<'_> {
        Target { force: true, ..self.target() }
    }

    pub fn build(&self, files: &[OutputFile]) -> Outcome {
        write(&self.target(), files).unwrap()
    }

    pub fn put(&self, path: &str, text: &str) {
        let path = self.out.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.out.join(path)).unwrap()
    }

    pub fn has(&self, path: &str) -> bool {
        self.out.join(path).symlink_metadata().is_ok()
    }

    pub fn tree(&self) -> BTreeMap<String, String> {
        tree(&self.out)
    }

    /// The problems of a run, which must be the same for both and must leave everything as it was.
    pub fn refused(&self, target: &Target, files: &[OutputFile]) -> Vec<String> {
        let before = self.tree();
        let compared = self.relative(&compare(target, files).expect_err("compare should find problems"));
        let written = self.relative(&write(target, files).expect_err("write should find problems"));
        assert_eq!(compared, written);
        assert_eq!(before, self.tree(), "a refused run changed the folder");
        assert!(!self.cache.join("journal").exists());
        written
    }

    pub fn relative(&self, problems: &[Problem]) -> Vec<String> {
        problems.iter().map(|problem| format!("{problem:?}").replace(&format!("{}/", self.root), "")).collect()
    }
}

/// Everything below a folder: texts of files, targets of links, and `/` for folders.
pub fn tree(folder: &Utf8Path) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    if folder.is_dir() {
        collect(folder, folder, &mut entries);
    }
    entries
}

fn collect(root: &Utf8Path, folder: &Utf8Path, entries: &mut BTreeMap<String, String>) {
    for entry in folder.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let content = match kind {
            _ if kind.is_symlink() => format!("-> {}", path.read_link_utf8().unwrap()),
            _ if kind.is_dir() => "/".to_owned(),
            _ => String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned(),
        };
        entries.insert(path.strip_prefix(root).unwrap().to_string(), content);
        if kind.is_dir() {
            collect(root, path, entries);
        }
    }
}

pub fn text(body: &str) -> String {
    format!("# {MARKER} from platform.pf. Do not edit.\nbody: {body}\n")
}

pub fn file(path: &str, body: &str) -> OutputFile {
    OutputFile { path: path.to_owned(), content: OutputContent::Text(Arc::from(text(body))) }
}

pub fn files<const N: usize>(pairs: [(&str, &str); N]) -> Vec<OutputFile> {
    pairs.iter().map(|(path, body)| file(path, body)).collect()
}

/// The tree that holds exactly these files.
pub fn tree_of(files: &[OutputFile]) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    for file in files {
        let mut content = String::new();
        file.render(&mut content);
        entries.insert(file.path.clone(), content);
        let parents = Utf8Path::new(&file.path).ancestors().skip(1).filter(|path| !path.as_str().is_empty());
        entries.extend(parents.map(|path| (path.to_string(), "/".to_owned())));
    }
    entries
}
