//! `platformc owns`: whose a path, a service or a namespace is, and why.

mod answers;
mod because;
mod show;

use camino::Utf8Path;

use super::args::{OwnsArgs, ReportFormat};
use super::ui;
use crate::diagnostics::did_you_mean;
use crate::project::Project;

use answers::{answers, known};

/// `platformc owns`
pub(super) fn run(arguments: &OwnsArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let found = answers(&project.database, &arguments.what, &spellings(&project, &arguments.what));
    if found.is_empty() {
        return ui::fail(ui::FINDINGS, &nothing(&project, &arguments.what));
    }
    ui::print(&match arguments.format {
        ReportFormat::Text => show::text(&found),
        ReportFormat::Json => show::json(&found),
    })
}

/// What a path may mean, seen from the platform's folder: what it is from here, and as it stands.
fn spellings(project: &Project, what: &str) -> Vec<String> {
    let plain = |path: &Utf8Path| path.components().collect::<camino::Utf8PathBuf>();
    let home = plain(&ui::here().join(&project.folder));
    let from_here = plain(&ui::here().join(what));
    let from_here = from_here.strip_prefix(&home).ok().map(ToString::to_string);
    let as_it_stands = plain(Utf8Path::new(what)).to_string();
    let mut all: Vec<String> = from_here.into_iter().chain([as_it_stands]).collect();
    all.dedup();
    all
}

fn nothing(project: &Project, what: &str) -> String {
    let known = known(&project.database);
    let near = did_you_mean(what, known.iter().map(String::as_str));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{what}` is no service, no namespace and no path that the platform reads or writes{near}")
}
