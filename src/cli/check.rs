use super::args::CheckArgs;
use super::ui;
use crate::compile;

/// `platformc check`
pub(super) fn run(arguments: &CheckArgs) -> u8 {
    arguments.speed.begin();
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let findings = project.timings.measure("check", || compile::diagnostics(&project.database));
    let errors = ui::report(&project, &findings, arguments.format);
    arguments.speed.end(&project.timings);
    if errors { ui::FINDINGS } else { ui::FINE }
}
