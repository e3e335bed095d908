use super::args::CheckArgs;
use super::ui;
use crate::compile;

/// `platformc check`
pub(super) fn run(arguments: &CheckArgs) -> u8 {
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let findings = compile::diagnostics(&project.database);
    let errors = ui::report(&project.database, &findings, arguments.format);
    if errors { ui::FINDINGS } else { ui::FINE }
}
