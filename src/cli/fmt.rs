use super::args::{FindingFormat, FmtArgs};
use super::ui;
use crate::compile;
use crate::db::SourceFile;
use crate::diagnostics::{TOO_MUCH, printable};
use crate::names::reachable;
use crate::project::{Project, System, replace, today};
use crate::syntax::format::format;

/// `platformc fmt`
pub(super) fn run(arguments: &FmtArgs) -> u8 {
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let mut changed = vec![];
    for file in &reachable(&project.database).files {
        let text = file.text(&project.database);
        match format(text) {
            Some(formatted) if formatted == text => {}
            Some(formatted) => changed.push((file, formatted)),
            None => return unreadable(&project),
        }
    }
    let mut code = ui::FINE;
    for (file, formatted) in &changed {
        code = code.max(if arguments.check { name(&project, **file) } else { save(&project, **file, formatted) });
    }
    code
}

/// What can't be read is not formatted; the findings say why.
fn unreadable(project: &Project) -> u8 {
    let mut findings = compile::diagnostics(&project.database, today());
    let families = ["PF00", "PF01", TOO_MUCH.id];
    findings.retain(|finding| families.iter().any(|family| finding.code.id.starts_with(family)));
    ui::report(project, &findings, FindingFormat::Text);
    ui::FINDINGS
}

fn name(project: &Project, file: SourceFile) -> u8 {
    ui::print(&printable(&format!("{} is not formatted\n", file.path(&project.database))));
    ui::FINDINGS
}

fn save(project: &Project, file: SourceFile, formatted: &str) -> u8 {
    let path = project.folder.join(file.path(&project.database));
    match replace(&System, &path, file.text(&project.database), formatted) {
        Ok(()) => ui::FINE,
        Err(error) => ui::fail(ui::DISK, &format!("{path}: {error}")),
    }
}
