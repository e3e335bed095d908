use super::args::{ExplainArgs, ReportFormat};
use super::{order, ui};
use crate::diagnostics::Code;
use crate::ide::{self, Instance, Unexplained};
use crate::project::Project;

/// `platformc explain`
pub(super) fn run(arguments: &ExplainArgs) -> u8 {
    let what = arguments.what.as_str();
    if arguments.format == ReportFormat::Json && what != "order" {
        return ui::fail(ui::USAGE, "only `explain order` has `--format json`");
    }
    let is_code = what.len() == 6 && what.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("PF"));
    if is_code {
        return code(what);
    }
    if what != "order" && arguments.of.is_none() {
        let help = "give a code (PF0502), an instance and a path (chat-api@dev namespace), or `order`";
        return ui::fail(ui::USAGE, help);
    }
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let result = match (what, arguments.of.as_deref()) {
        ("order", None) => Ok(order::of_all(&project.database, arguments.format)),
        ("order", Some(of)) => Instance::find(&project.database, of)
            .map(|instance| order::of_one(&project.database, &instance, arguments.format)),
        (what, path) => {
            Instance::find(&project.database, what).map(|instance| value(&project, &instance, path.unwrap_or_default()))
        }
    };
    result.unwrap_or_else(|message| ui::fail(ui::USAGE, &message))
}

fn code(id: &str) -> u8 {
    match Code::find(id) {
        Some(code) => ui::print(code.page),
        None => ui::fail(ui::USAGE, &format!("there is no code {id}")),
    }
}

fn value(project: &Project, instance: &Instance<'_>, path: &str) -> u8 {
    match ide::explain(&project.database, instance, path) {
        Ok(text) => ui::print(&text),
        Err(Unexplained::Unknown(message)) => ui::fail(ui::USAGE, &message),
        Err(Unexplained::Mistakes) => ui::fail(ui::FINDINGS, "this can't be explained while there are mistakes"),
    }
}
