use std::fmt::Write as _;

use super::args::{ExplainArgs, ReportFormat};
use super::{order, ui};
use crate::db::Db;
use crate::diagnostics::{Code, did_you_mean};
use crate::documents::Meaning;
use crate::model::{Slot, estate, explain_value, head};
use crate::names::{Item, declarations};
use crate::project::Project;
use crate::schema::{Form, Kind, SERVICE_DEFAULTS};

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

/// An instance that is asked about.
pub(super) struct Instance<'db> {
    item: Item<'db>,
    pub(super) service: &'db str,
    pub(super) slot: Slot,
    pub(super) position: usize,
}

impl<'db> Instance<'db> {
    /// All instances of a platform.
    pub(super) fn all(db: &'db dyn Db) -> impl Iterator<Item = Self> {
        let heads = declarations(db).of(db, Kind::Service).filter_map(|item| Some((item, head(db, item).as_ref()?)));
        heads.flat_map(move |(item, head)| {
            let slots = head.instances.iter().enumerate();
            slots.map(move |(position, slot)| Self { item, service: item.name(db), slot: slot.clone(), position })
        })
    }

    /// Finds `SERVICE@CLUSTER` or `SERVICE.ITEM@CLUSTER`.
    pub(super) fn find(db: &'db dyn Db, text: &str) -> Result<Self, String> {
        let (service, cluster) =
            text.split_once('@').ok_or(format!("`{text}` is no instance: write SERVICE@CLUSTER"))?;
        let (service, each) = service.split_once('.').map_or((service, None), |(service, item)| (service, Some(item)));
        let declarations = declarations(db);
        let item = declarations.get(Kind::Service, service).ok_or_else(|| {
            let names: Vec<_> = declarations.of(db, Kind::Service).map(|item| item.name(db)).collect();
            let near = did_you_mean(service, names.iter().map(std::convert::AsRef::as_ref));
            format!(
                "there is no service `{service}`{}",
                near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
            )
        })?;
        let head = head(db, item).as_ref().ok_or(format!("`{service}` has mistakes"))?;
        let is = |slot: &Slot| slot.cluster.as_ref() == cluster && slot.item.as_deref() == each;
        let position = head.instances.iter().position(is).ok_or_else(|| {
            let known: Vec<String> = head.instances.iter().take(8).map(|slot| show(service, slot)).collect();
            let known_cluster =
                if estate(db).cluster(cluster).is_some() { "" } else { ", and there is no such cluster" };
            format!("`{text}` is no instance{known_cluster}; there are {}", known.join(", "))
        })?;
        let slot = head.instances.get(position).cloned().ok_or("no such instance")?;
        Ok(Self { item, service: item.name(db), slot, position })
    }

    /// The service.
    pub(super) fn item(&self) -> Item<'db> {
        self.item
    }

    /// Whether an Application is this instance's.
    pub(super) fn is(&self, meaning: &Meaning) -> bool {
        meaning.slot == self.slot && meaning.service.as_ref() == self.service
    }
}

/// `SERVICE@CLUSTER` or `SERVICE.ITEM@CLUSTER`.
pub(super) fn show(service: &str, slot: &Slot) -> String {
    match &slot.item {
        Some(item) => format!("{service}.{item}@{}", slot.cluster),
        None => format!("{service}@{}", slot.cluster),
    }
}

fn value(project: &Project, instance: &Instance<'_>, path: &str) -> u8 {
    let db = &project.database;
    let keys: Vec<&str> = path.split('.').collect();
    let explained = explain_value(db, instance.item, &instance.slot.cluster, instance.slot.item.as_deref(), &keys);
    let Some(explained) = explained else {
        return ui::fail(ui::FINDINGS, "this can't be explained while there are mistakes");
    };
    let known = crate::schema::attribute_at(&keys);
    let mut out = match (&explained.value, known) {
        (Some(value), _) => format!("{path} = {}\n", value.to_json()),
        (None, None) => return ui::fail(ui::USAGE, &unknown(&keys)),
        (None, Some(Form::Default(value))) => format!("{path} = {value}\n  the language's default\n"),
        (None, Some(_)) => format!("{path} has no value here\n"),
    };
    let mut won = false;
    for step in &explained.steps {
        let mark = match (step.holds, won) {
            (false, _) => "does not hold",
            (true, false) => "wins",
            (true, true) => "overridden or added to",
        };
        won |= step.holds;
        let condition = if step.condition.is_empty() { String::new() } else { format!(" when {}", step.condition) };
        let _ =
            writeln!(out, "  {}  {}{condition}: {}  ({mark})", ui::place(db, step.span), step.level.name(), step.text);
    }
    if explained.steps.is_empty() && explained.value.is_none() {
        out.push_str("  no line sets it\n");
    }
    ui::print(&out)
}

fn unknown(keys: &[&str]) -> String {
    let first = keys.first().copied().unwrap_or("");
    let known = SERVICE_DEFAULTS.attributes.iter().map(|attribute| attribute.name);
    let near = did_you_mean(first, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("a service has no `{}`{near}", keys.join("."))
}
