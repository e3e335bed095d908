use camino::Utf8Path;

use super::args::{CheckArgs, FindingFormat};
use super::ui;
use crate::compile::{self, Findings};
use crate::diagnostics::{Baseline, Diagnostic, Waived, printable};
use crate::ide::line_of;
use crate::project::{Project, today};
use crate::text::counted;

/// `platformc check`
pub(super) fn run(arguments: &CheckArgs) -> u8 {
    arguments.speed.begin();
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let Findings { diagnostics: mut findings, waived } =
        project.timings.measure("check", || compile::findings(&project.database, today()));
    if let Some(path) = &arguments.baseline {
        match leave_new(&project, path, &mut findings) {
            Ok(0) => {}
            Ok(gone) if arguments.format == FindingFormat::Text => {
                ui::say(&format!("{path}: {} no longer there; print it again", counted(gone, "warning")));
            }
            Ok(_) => {}
            Err(message) => return ui::fail(ui::USAGE, &format!("{path}: {message}")),
        }
    }
    let errors = ui::report_all(&project, &findings, &waived, arguments.format);
    if !waived.is_empty() && arguments.format == FindingFormat::Text {
        say_allowed(&project, &waived, arguments.allowed);
    }
    arguments.speed.end(&project.timings);
    if errors { ui::FINDINGS } else { ui::FINE }
}

/// Says how many warnings are allowed, or which.
fn say_allowed(project: &Project, waived: &[Waived], each: bool) {
    ui::say(&format!("allowed: {}", counted(waived.len(), "warning")));
    let mut waived: Vec<&Waived> = waived.iter().filter(|_| each).collect();
    waived.sort_by_key(|waived| waived.until);
    for Waived { finding, because, until } in waived {
        let place = line_of(&project.database, finding.primary.span);
        let line = format!("  until {until}: {} at {place}, {}; because {because}", finding.code.id, finding.message);
        ui::say(&printable(&line));
    }
}

/// Takes out what a baseline knows, and says how much of that is there no longer.
fn leave_new(project: &Project, path: &Utf8Path, findings: &mut Vec<Diagnostic>) -> Result<usize, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Ok(Baseline::read(&text)?.leave_new(&project.database, findings))
}
