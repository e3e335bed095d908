use super::args::{DocumentFormat, ExpandArgs};

use super::ui;
use crate::documents::{Meaning, applications, yaml};
use crate::ide::Instance;

/// `platformc expand`
pub(super) fn run(arguments: &ExpandArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let mut all = applications(&project.database);
    if let Some(text) = &arguments.instance {
        let instance = match Instance::find(&project.database, text) {
            Ok(instance) => instance,
            Err(message) => return ui::fail(ui::USAGE, &message),
        };
        all.retain(|meaning| instance.is(meaning));
    }
    ui::print(&print(&all, arguments.format))
}

fn print(all: &[Meaning], format: DocumentFormat) -> String {
    match format {
        DocumentFormat::Yaml => {
            let documents: Vec<String> = all.iter().map(|meaning| yaml::write(&meaning.application)).collect();
            documents.join("---\n")
        }
        DocumentFormat::Json => {
            let documents: Vec<_> = all.iter().map(|meaning| meaning.application.to_json(&[])).collect();
            serde_json::to_string_pretty(&documents).unwrap_or_default() + "\n"
        }
    }
}
