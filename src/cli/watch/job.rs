use std::collections::BTreeSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use salsa::Cancelled;

use crate::cli::build::{Place, applications_go, nobody_knows, output, refusal};
use crate::cli::ui;
use crate::compile;
use crate::db::{Database, Db};
use crate::diagnostics::printable;
use crate::documents::{Consent, Part, Portions, codeowners, consent, portions};
use crate::model::{Forge, codeowners_places, head};
use crate::names::declarations;
use crate::project::watch::{Reporter, Tree, Written};
use crate::project::write::{Change, Kept, Outcome, Problem, Target};
use crate::project::{Question, Survey, Timings, today};
use crate::schema::Kind;

use super::screen::{Said, Summary};

/// One build.
pub(super) struct Job {
    /// The platform as it is now.
    pub(super) question: Question,
    /// The platform's folder, absolute.
    pub(super) home: Utf8PathBuf,
    /// Where to write instead of the platform's `output`.
    pub(super) out: Option<Utf8PathBuf>,
    /// Whether edits by hand are overwritten.
    pub(super) force: bool,
    /// What earlier builds wrote.
    pub(super) kept: Arc<Mutex<Kept>>,
    /// Whether everything that others did to that since would have been heard of.
    pub(super) is_watched: bool,
    /// The output folder of the last build.
    pub(super) known: Utf8PathBuf,
    /// When the change was noticed that it is for.
    pub(super) since: Instant,
}

/// How a job ends.
pub(super) enum Answer {
    /// The platform has changed since.
    Cancelled,
    /// Something must be loaded first.
    Lacks(Survey),
    /// It is built, or can't be.
    Done(Box<Done>),
}

/// What a job did.
#[derive(Default)]
pub(super) struct Done {
    /// What there is to say.
    pub(super) said: Said,
    /// What stands in the output folder, if that has changed.
    pub(super) tree: Option<Tree>,
    /// What was written.
    pub(super) written: Option<Written>,
    /// Whether the same may work the next time.
    pub(super) may_retry: bool,
}

/// What became of the platform's text.
enum Compiled {
    Lacks(Survey),
    Wrong(String),
    Sound(Box<Sound>),
}

/// A platform without errors.
struct Sound {
    warnings: String,
    output: String,
    part: Option<(Forge, String)>,
    files: Portions,
    consent: Consent,
    instances: usize,
}

/// As much as the first thread of a process has: what is deep enough for `build` is for this.
const STACK: usize = 8 << 20;

impl Job {
    /// Runs on a thread of its own.
    pub(super) fn spawn(self, reporter: Reporter<Answer>) -> io::Result<JoinHandle<()>> {
        let work = move || {
            let answer = catch_unwind(AssertUnwindSafe(|| self.run()));
            reporter.done(answer.unwrap_or_else(|_| gave_up()));
        };
        Builder::new().stack_size(STACK).spawn(work)
    }

    fn run(self) -> Answer {
        let Self { question, home, out, force, kept, is_watched, known, since } = self;
        // The database must be gone when files are written: who changes it waits until nobody else has it.
        let sound = match Cancelled::catch(AssertUnwindSafe(move || compiled(question))) {
            Err(Cancelled::PendingWrite | Cancelled::Local) => return Answer::Cancelled,
            Err(_) => return gave_up(),
            Ok(Compiled::Lacks(survey)) => return Answer::Lacks(survey),
            Ok(Compiled::Wrong(trouble)) => return done(Done { said: Said::trouble(trouble), ..Done::default() }),
            Ok(Compiled::Sound(sound)) => sound,
        };
        let place = Place::new(&home, &sound.output, out.as_deref());
        let part = sound.part.as_ref().map(|(forge, lines)| Part { forge: *forge, lines });
        let timings = Timings::default();
        let target = place.target(None, force, part, &timings);
        let target = Target { consent: Some(&sound.consent), ..target };
        // Who broke off while he wrote has taken out what was kept.
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.write(&target, sound.files.clone(), is_watched) {
            Ok(outcome) => done(built(&sound, &outcome, &target, known, since)),
            Err(problems) => done(failed(&sound, &problems, &target)),
        }
    }
}

fn done(done: Done) -> Answer {
    Answer::Done(Box::new(done))
}

fn gave_up() -> Answer {
    let said = Said::trouble("error: the compiler broke off; the next change tries again".to_owned());
    done(Done { said, may_retry: true, ..Done::default() })
}

fn compiled(question: Question) -> Compiled {
    let survey = question.ask();
    if !survey.is_empty() {
        return Compiled::Lacks(survey);
    }
    let unreadable = question.unreadable().map(|error| format!("error: {}: {}", error.path, error.reason));
    let unreadable: Vec<String> = unreadable.collect();
    if !unreadable.is_empty() {
        return Compiled::Wrong(printable(&unreadable.join("\n")));
    }
    let db = &question.database;
    let findings = compile::diagnostics(db, today());
    let text = if findings.is_empty() { String::new() } else { ui::text(db, &findings) };
    if compile::has_errors(&findings) { Compiled::Wrong(text) } else { Compiled::Sound(Box::new(sound(db, text))) }
}

fn sound(db: &Database, warnings: String) -> Sound {
    Sound {
        warnings,
        output: output(db).to_owned(),
        part: codeowners(db).map(|part| (part.forge, part.lines.to_owned())),
        files: portions(db),
        consent: consent(db),
        instances: instances(db),
    }
}

fn instances(db: &dyn Db) -> usize {
    let heads = declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref());
    heads.map(|head| head.instances.len()).sum()
}

fn built(sound: &Sound, outcome: &Outcome, target: &Target, known: Utf8PathBuf, since: Instant) -> Done {
    let is_same = known == target.folder && outcome.changes.iter().all(|(change, _)| *change == Change::Update);
    let inside = outcome.changes.iter().map(|(change, path)| (*change, target.folder.join(path)));
    let home = target.beside.map_or(target.folder, |beside| beside.folder);
    let beside = outcome.beside.iter().map(|(change, path)| (*change, home.join(path)));
    let summary = Summary {
        folder: target.folder.to_owned(),
        changes: outcome.beside.iter().chain(&outcome.changes).cloned().collect(),
        unchanged: outcome.unchanged,
        instances: sound.instances,
        took: since.elapsed(),
    };
    let notes = [applications_go(&outcome.going), nobody_knows(&outcome.unknown)].concat();
    Done {
        said: Said { warnings: sound.warnings.clone(), notes, summary: Some(summary), trouble: None },
        tree: (!is_same).then(|| tree(sound, target)),
        written: Some(Written::of_changes(inside.chain(beside))),
        may_retry: false,
    }
}

fn failed(sound: &Sound, problems: &[Problem], target: &Target) -> Done {
    let tree = tree(sound, target);
    let is_refused = |problem: &Problem| matches!(problem, Problem::Io { .. } | Problem::Unfinished { .. });
    let may_retry = problems.iter().any(is_refused);
    let attempt = || {
        let inside = sound.files.files().map(|file| target.folder.join(&file.path));
        Written::of_attempt(inside.chain(tree.beside.iter().cloned()), target.folder)
    };
    Done {
        said: Said {
            warnings: sound.warnings.clone(),
            ..Said::trouble(refusal(problems, false, target.folder, &sound.files.sorted()).join("\n"))
        },
        written: may_retry.then(attempt),
        tree: Some(tree),
        may_retry,
    }
}

fn tree(sound: &Sound, target: &Target) -> Tree {
    let mut folders = BTreeSet::from([target.folder.to_owned()]);
    for file in sound.files.files() {
        for folder in Utf8Path::new(&file.path).ancestors().skip(1) {
            if !folders.insert(target.folder.join(folder)) {
                break;
            }
        }
    }
    let places = [Forge::GitHub, Forge::GitLab].map(codeowners_places).concat();
    let beside = target.beside.map(|beside| places.iter().map(|place| beside.folder.join(place)).collect());
    Tree { folder: target.folder.to_owned(), folders, beside: beside.unwrap_or_default() }
}
