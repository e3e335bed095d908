//! What became of the policies and tests.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{FindingFormat, ReportFormat, TestArgs};
use super::ui;
use crate::checks::Ruling;
use crate::compile;
use crate::db::Db;
use crate::diagnostics::{self, Diagnostic, did_you_mean};
use crate::ide::line_of;
use crate::model::claim;
use crate::names::{Item, declarations, name_span};
use crate::project::today;
use crate::schema::{Kind, Over};
use crate::text::counted;

/// The version of the form of `--format json`.
const VERSION: u32 = 1;

const NONE: &str = "there are no policies and no tests\n";

/// `platformc test`
pub(super) fn run(arguments: &TestArgs) -> u8 {
    let project = match ui::open(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db: &dyn Db = &project.database;
    let chosen = match chosen(db, &arguments.names) {
        Ok(chosen) => chosen,
        Err(message) => return ui::fail(ui::USAGE, &message),
    };
    if arguments.list {
        return list(db, &chosen, arguments.format);
    }
    if ui::report(&project, &compile::unsound(db, today()), FindingFormat::Text) {
        return ui::FINDINGS;
    }
    let all = compile::asked(db, today());
    let rulings: Vec<&Ruling<'_>> = all.iter().filter(|ruling| chosen.contains(&ruling.item)).collect();
    let code = match arguments.format {
        ReportFormat::Text => ui::print(&text(db, &rulings)),
        ReportFormat::Json => ui::print(&json(db, &rulings)),
    };
    if arguments.format == ReportFormat::Text {
        let mut findings = findings_of(&rulings);
        diagnostics::sort(db, &mut findings);
        ui::report(&project, &findings, FindingFormat::Text);
    }
    if rulings.iter().any(|ruling| ruling.fails()) { code.max(ui::FINDINGS) } else { code }
}

fn findings_of(rulings: &[&Ruling<'_>]) -> Vec<Diagnostic> {
    rulings.iter().flat_map(|ruling| &ruling.objections).map(|it| it.finding.clone()).collect()
}

fn all(db: &dyn Db) -> impl Iterator<Item = Item<'_>> {
    let items = declarations(db).items().iter().copied();
    items.filter(|item| matches!(item.kind(db), Kind::Policy | Kind::Test))
}

/// The policies and tests of some names; all without one.
fn chosen<'db>(db: &'db dyn Db, names: &[String]) -> Result<Vec<Item<'db>>, String> {
    for name in names {
        if !all(db).any(|item| fits(name, item.name(db))) {
            let near = did_you_mean(name, all(db).map(|item| item.name(db).as_ref()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("there is no policy or test `{name}`{near}"));
        }
    }
    let is_chosen = |item: &Item<'_>| names.is_empty() || names.iter().any(|name| fits(name, item.name(db)));
    Ok(all(db).filter(is_chosen).collect())
}

/// Whether a name is of this form; `*` stands for any text.
fn fits(form: &str, name: &str) -> bool {
    let mut parts = form.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return left.is_empty() };
    for part in parts {
        match left.find(part) {
            Some(at) => left = left.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    left.ends_with(last)
}

fn list(db: &dyn Db, items: &[Item<'_>], format: ReportFormat) -> u8 {
    let place = |item: &Item<'_>| line_of(db, name_span(db, *item));
    if items.is_empty() && format == ReportFormat::Text {
        return ui::print(NONE);
    }
    if format == ReportFormat::Json {
        let entry = |item: &Item<'_>| json!({ "kind": item.kind(db).word(), "name": item.name(db).as_ref(), "at": place(item) });
        return ui::print(&written(
            &json!({ "version": VERSION, "list": items.iter().map(entry).collect::<Vec<_>>() }),
        ));
    }
    let mut out = String::new();
    for item in items {
        let _ = writeln!(out, "{} {}  {}", item.kind(db).word(), item.name(db), place(item));
    }
    ui::print(&out)
}

/// In one word.
fn state(ruling: &Ruling<'_>) -> &'static str {
    match ruling.objections.is_empty() {
        true => "holds",
        false if ruling.fails() => "FAILS",
        false => "warns",
    }
}

/// Of what a policy was asked, or what a test expects.
fn asked(db: &dyn Db, ruling: &Ruling<'_>) -> String {
    match claim(db, ruling.item).map(|claim| claim.over) {
        Some(Over::Platform) | None => counted(ruling.asked, "expectation"),
        Some(over) => format!("of {}", counted(ruling.asked, over.word())),
    }
}

fn text(db: &dyn Db, rulings: &[&Ruling<'_>]) -> String {
    if rulings.is_empty() {
        return NONE.to_owned();
    }
    let mut out = String::new();
    for ruling in rulings {
        let (kind, name) = (ruling.item.kind(db).word(), ruling.item.name(db));
        let _ = writeln!(out, "{}  {kind} {name}  {}", state(ruling), asked(db, ruling));
    }
    let count = |kind: Kind| rulings.iter().filter(|ruling| ruling.item.kind(db) == kind).count();
    let policies = match count(Kind::Policy) {
        1 => "1 policy".to_owned(),
        count => format!("{count} policies"),
    };
    let with = |word: &str| rulings.iter().filter(|ruling| state(ruling) == word).count();
    let verdict = match (with("FAILS"), with("warns")) {
        (0, 0) => "all hold".to_owned(),
        (0, 1) => "1 warns".to_owned(),
        (0, warn) => format!("{warn} warn"),
        (failed, _) => format!("{failed} failed"),
    };
    let _ = writeln!(out, "{policies}, {}: {verdict}", counted(count(Kind::Test), "test"));
    out
}

fn json(db: &dyn Db, rulings: &[&Ruling<'_>]) -> String {
    let entry = |ruling: &&Ruling<'_>| {
        let findings: Value =
            serde_json::from_str(&diagnostics::to_json(db, &findings_of(&[ruling]))).unwrap_or_default();
        json!({
            "kind": ruling.item.kind(db).word(),
            "name": ruling.item.name(db).as_ref(),
            "at": line_of(db, name_span(db, ruling.item)),
            "state": state(ruling).to_lowercase(),
            "asked": ruling.asked,
            "findings": findings,
        })
    };
    written(&json!({ "version": VERSION, "results": rulings.iter().map(entry).collect::<Vec<_>>() }))
}

fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
