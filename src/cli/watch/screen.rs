use std::io::IsTerminal as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::ui;
use crate::diagnostics::printable;
use crate::project::write::Change;
use crate::text::counted;

/// What a build has to say.
#[derive(Default)]
pub(super) struct Said {
    /// Findings that forbid nothing.
    pub(super) warnings: String,
    /// What becomes of Applications that go.
    pub(super) notes: Vec<String>,
    /// What was written.
    pub(super) summary: Option<Summary>,
    /// Why nothing was written.
    pub(super) trouble: Option<String>,
}

impl Said {
    /// Nothing but trouble.
    pub(super) fn trouble(text: String) -> Self {
        Self { trouble: Some(text), ..Self::default() }
    }
}

/// What was written.
pub(super) struct Summary {
    pub(super) folder: Utf8PathBuf,
    pub(super) changes: Vec<(Change, String)>,
    pub(super) unchanged: usize,
    pub(super) instances: usize,
    pub(super) took: Duration,
}

/// So many paths are shown.
const PATHS: usize = 8;

impl Summary {
    fn lines(&self) -> Vec<String> {
        let count = |change: Change| self.changes.iter().filter(|(made, _)| *made == change).count();
        let [created, updated, removed] = [Change::Create, Change::Update, Change::Remove].map(count);
        let instances = counted(self.instances, "instance");
        let mut lines = vec![format!(
            "{}: {created} created, {updated} updated, {removed} removed, {} unchanged; {instances} in {}",
            self.folder,
            self.unchanged,
            span(self.took)
        )];
        lines.extend(self.changes.iter().take(PATHS).map(|(change, path)| format!("  {} {path}", word(*change))));
        let rest = self.changes.len().saturating_sub(PATHS);
        if rest > 0 {
            lines.push(format!("  and {rest} more"));
        }
        lines
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Create => "created",
        Change::Update => "updated",
        Change::Remove => "removed",
    }
}

fn span(took: Duration) -> String {
    if took.as_secs() > 0 { format!("{:.1} s", took.as_secs_f64()) } else { format!("{} ms", took.as_millis()) }
}

/// Where it is said: a terminal shows how things stand, anything else what happens.
pub(super) struct Screen {
    main: Utf8PathBuf,
    is_terminal: bool,
    warning: String,
    warnings: String,
    trouble: Option<String>,
}

impl Screen {
    pub(super) fn new(main: &Utf8Path) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_terminal = std::io::stderr().is_terminal() && !is_dumb;
        Self { main: main.to_owned(), is_terminal, warning: String::new(), warnings: String::new(), trouble: None }
    }

    pub(super) fn begin(&self) {
        ui::say(&printable(&format!("watching {}; Ctrl-C ends that", self.main)));
    }

    /// Says why some changes are noticed late, if they are.
    pub(super) fn warn(&mut self, refused: Option<&str>) {
        let warning = refused.map_or_else(String::new, |reason| {
            printable(&format!("warning: the system does not tell of all changes, so they are noticed late: {reason}"))
        });
        if !warning.is_empty() && warning != self.warning {
            ui::say(&warning);
        }
        self.warning = warning;
    }

    /// Says what came of a build, unless nothing did; `is_edited` if the platform was changed.
    pub(super) fn show(&mut self, said: &Said, is_edited: bool) {
        if let Some(trouble) = &said.trouble {
            let parts = [said.warnings.as_str(), trouble];
            return self.trouble(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"));
        }
        let was_trouble = self.trouble.take().is_some();
        let Some(summary) = said.summary.as_ref().filter(|it| was_trouble || is_edited || !it.changes.is_empty())
        else {
            return;
        };
        self.clear();
        if !said.warnings.is_empty() && (self.is_terminal || said.warnings != self.warnings) {
            ui::say(&said.warnings);
        }
        self.warnings.clone_from(&said.warnings);
        said.notes.iter().for_each(|note| ui::say(note));
        summary.lines().iter().for_each(|line| ui::say(&printable(line)));
    }

    /// Says what is wrong, once; on a terminal it stays until it is mended.
    pub(super) fn trouble(&mut self, text: &str) {
        if self.trouble.as_deref() != Some(text) {
            self.clear();
            ui::say(text);
            self.trouble = Some(text.to_owned());
        }
    }

    fn clear(&self) {
        if self.is_terminal {
            ui::say("\u{1b}[2J\u{1b}[H");
            self.begin();
            if !self.warning.is_empty() {
                ui::say(&self.warning);
            }
        }
    }
}
