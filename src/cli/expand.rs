use std::collections::BTreeMap;
use std::fs;

use camino::Utf8Path;

use super::args::{DocumentFormat, ExpandArgs};

use super::ui;
use crate::documents::{Pull, applications, previews_of, yaml};
use crate::ide::Instance;

/// `platformc expand`
pub(super) fn run(arguments: &ExpandArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    if let Some(path) = &arguments.pulls {
        return match read_pulls(path) {
            Ok(pulls) => ui::print(&print(&previews_of(&project.database, &pulls), arguments.format)),
            Err(message) => ui::fail(ui::USAGE, &message),
        };
    }
    let mut all = applications(&project.database);
    if let Some(text) = &arguments.instance {
        let instance = match Instance::find(&project.database, text) {
            Ok(instance) => instance,
            Err(message) => return ui::fail(ui::USAGE, &message),
        };
        all.retain(|meaning| instance.is(meaning));
    }
    let all: Vec<yaml::Node> = all.into_iter().map(|meaning| meaning.application).collect();
    ui::print(&print(&all, arguments.format))
}

/// Pull requests by repository.
fn read_pulls(path: &Utf8Path) -> Result<BTreeMap<String, Vec<Pull>>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
}

fn print(all: &[yaml::Node], format: DocumentFormat) -> String {
    match format {
        DocumentFormat::Yaml => {
            let documents: Vec<String> = all.iter().map(yaml::write).collect();
            documents.join("---\n")
        }
        DocumentFormat::Json => {
            let documents: Vec<_> = all.iter().map(|node| node.to_json(&[])).collect();
            serde_json::to_string_pretty(&documents).unwrap_or_default() + "\n"
        }
    }
}
