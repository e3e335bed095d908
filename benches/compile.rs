//! `cargo bench --bench compile` measures; `cargo bench --bench compile -- write SERVICES CLUSTERS FOLDER [sets]` writes the
//! platform that is measured.

mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use camino::Utf8PathBuf;
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode};
use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::documents::{files, portions};
use platformc::project::write::{Kept, Target};
use platformc::project::{Project, Timings, today};
use platformc::review::{Pair, Renames, compare, detail, differing, sketch, text};
use tempfile::TempDir;

use workload::Workload;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["write", services, clusters, folder, rest @ ..] = arguments.as_slice() {
        let (Ok(services), Ok(clusters)) = (services.parse(), clusters.parse()) else { return ExitCode::FAILURE };
        let workload = Workload { sets: rest == ["sets"], ..Workload::new(services, clusters) };
        return if workload.write(Path::new(folder)).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (services, clusters) in [(100, 10), (1000, 100)] {
        measure(&mut criterion, Workload::new(services, clusters));
    }
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn measure(criterion: &mut Criterion, workload: Workload) {
    let size = format!("{}x{}", workload.services, workload.clusters);
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(500));
    group.bench_function(BenchmarkId::new("cold check", &size), |bencher| {
        bencher.iter_batched(
            || load(&workload),
            |database| compile::diagnostics(&database, today()).len(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function(BenchmarkId::new("cold build", &size), |bencher| {
        bencher.iter_batched(|| load(&workload), |database| build(&database), BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("plan", &size), |bencher| {
        let (old, new) = revisions(&workload);
        bencher.iter_batched(
            || Database::new("platform.pf"),
            |database| plan(database, &old, &new),
            BatchSize::PerIteration,
        );
    });
    let mut watched = Watched::new(&workload);
    for (what, old, new) in
        [("value edited", "port = \"http\"", "port = \"web\""), ("comment edited", "Nobody", "No one")]
    {
        let mut edited = false;
        group.bench_function(BenchmarkId::new(what, &size), |bencher| {
            bencher.iter(|| {
                edited = !edited;
                watched.edit(if edited { Some((old, new)) } else { None });
                watched.build()
            });
        });
    }
    group.finish();
}

/// A database that holds the platform, with nothing compiled yet.
fn load(workload: &Workload) -> Database {
    let mut database = Database::new("platform.pf");
    database.apply(workload.files().into_iter().map(|(path, text)| (path, Content::Text(text.into()))).collect());
    database
}

/// The platform, and the same with a value edited in a service of each of ten teams.
fn revisions(workload: &Workload) -> (Changes, Changes) {
    let old = workload.files();
    let mut new = old.clone();
    for text in new.values_mut().filter(|text| text.contains("port = \"http\"")).take(10) {
        *text = text.replacen("port = \"http\"", "port = \"web\"", 1);
    }
    let contents = |files: BTreeMap<String, String>| -> Changes {
        files.into_iter().map(|(path, text)| (path, Content::Text(text.into()))).collect()
    };
    (contents(old), contents(new))
}

/// What `plan` does when it has the texts of both revisions.
fn plan(mut database: Database, old: &Changes, new: &Changes) -> usize {
    let show = |database: &mut Database, files: &Changes| {
        database.apply(files.clone());
        assert!(!compile::has_errors(&compile::diagnostics(database, today())), "the workload is sound");
        sketch(database, today())
    };
    let after = show(&mut database, new);
    let before = show(&mut database, old);
    let renames = Renames::between(&before, &after);
    let names = differing(&renames, &before, &after);
    let old_detail = detail(&database, &names);
    database.apply(new.clone());
    let new_detail = detail(&database, &names);
    let review = compare(&database, &Pair::new(&renames, (&before, &old_detail), (&after, &new_detail)), &[]);
    assert_eq!(review.updates.iter().flat_map(|update| &update.services).collect::<BTreeSet<_>>().len(), 10);
    text(&review).len()
}

/// Everything that a build does before it looks at the disk: findings, plan, and the text of every file.
fn build(database: &Database) -> usize {
    assert!(!compile::has_errors(&compile::diagnostics(database, today())), "the workload is sound");
    let mut text = String::new();
    let mut length = 0;
    for file in files(database) {
        text.clear();
        file.render(&mut text);
        length += black_box(&text).len();
    }
    length
}

/// The file that is edited, in memory.
const EDITED: &str = "services/team-05.pf";

/// What `watch` keeps from one edit to the next, with a folder in memory.
struct Watched {
    project: Project,
    /// The file that is edited.
    text: String,
    kept: Kept,
    out: Utf8PathBuf,
    cache: Utf8PathBuf,
    timings: Timings,
    _folder: TempDir,
}

impl Watched {
    /// Builds the whole platform once.
    fn new(workload: &Workload) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        workload.write(folder.path()).expect("the platform is written");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a path in UTF-8");
        let project = Project::open(&path.join("platform.pf"));
        let text = workload.files().remove(EDITED).expect("a file of services");
        let (out, cache) = (path.join("infra"), path.join(".platformc"));
        let mut watched =
            Self { project, text, kept: Kept::default(), out, cache, timings: Timings::default(), _folder: folder };
        watched.build();
        watched
    }

    /// Replaces a text in the first service of one team's file, or brings the file back.
    fn edit(&mut self, replaced: Option<(&str, &str)>) {
        let text = replaced.map_or_else(|| self.text.clone(), |(old, new)| self.text.replacen(old, new, 1));
        self.project.database.apply(Changes::from([(EDITED.to_owned(), Content::Text(text.into()))]));
    }

    /// What `watch` does when it knows the text: what is missing, all findings, and the files that differ.
    fn build(&mut self) -> usize {
        let survey = self.project.question().ask();
        assert!(survey.is_empty(), "no edit asks for another file");
        let database = &self.project.database;
        assert!(!compile::has_errors(&compile::diagnostics(database, today())), "the workload is sound");
        let target = Target { cache: Some(&self.cache), ..Target::new(&self.out, &self.timings) };
        self.kept.write(&target, portions(database), true).expect("the disk is sound").changes.len()
    }
}
