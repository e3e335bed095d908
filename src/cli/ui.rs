//! What commands share: opening a platform, printing findings, exit codes.

use std::io::IsTerminal as _;
use std::mem::ManuallyDrop;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::FindingFormat;
use crate::compile;
use crate::db::Db;
use crate::diagnostics::{self, Baseline, Code, Diagnostic, Severity, Waived};
use crate::project::{LoadError, Project, find, today};
use crate::text::counted;

pub(super) const FINE: u8 = 0;
pub(super) const FINDINGS: u8 = 1;
pub(super) const USAGE: u8 = 2;
pub(super) const DISK: u8 = 3;
pub(super) const DENIED: u8 = 4;

/// The exit code of a write to standard output; a closed pipe is nobody's fault.
pub(super) fn written(result: std::io::Result<()>) -> u8 {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => DISK,
        _ => FINE,
    }
}

/// Prints to standard output.
pub(super) fn print(text: &str) -> u8 {
    use std::io::Write as _;
    written(std::io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints one line to standard error; where nobody listens any more, that is nobody's fault either.
pub(super) fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints an error that belongs to no place in the source.
pub(super) fn fail(code: u8, text: &str) -> u8 {
    say(&diagnostics::printable(&format!("error: {text}")));
    code
}

/// The folder that the command runs in.
pub(super) fn here() -> Utf8PathBuf {
    let folder = std::env::current_dir().ok().and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
    folder.unwrap_or_else(|| Utf8PathBuf::from("."))
}

/// Opens a platform, or says why not. It is never freed: the process ends with it, and that frees all at once.
pub(super) fn open(file: Option<&Utf8Path>) -> Result<ManuallyDrop<Project>, u8> {
    let main = find(file, &here()).map_err(|error| refuse(&error))?;
    let project = ManuallyDrop::new(Project::open(&main));
    project.unreadable().map(refuse).max().map_or(Ok(project), Err)
}

pub(super) fn refuse(LoadError { path, reason }: &LoadError) -> u8 {
    fail(DISK, &format!("{path}: {reason}"))
}

/// Prints findings, and says whether some of them forbid to go on.
pub(super) fn report(project: &Project, findings: &[Diagnostic], format: FindingFormat) -> bool {
    report_all(project, findings, &[], format)
}

/// The same, where the format has a place for what is allowed.
pub(super) fn report_all(project: &Project, findings: &[Diagnostic], waived: &[Waived], format: FindingFormat) -> bool {
    let (db, folder) = (&project.database, from_here(&project.folder));
    match format {
        FindingFormat::Text if findings.is_empty() => {}
        FindingFormat::Text => say(&text(db, findings)),
        FindingFormat::Json => drop(print(&(diagnostics::to_json(db, findings) + "\n"))),
        FindingFormat::Github => drop(print(&diagnostics::to_github(db, findings, &folder))),
        FindingFormat::Sarif => drop(print(&diagnostics::to_sarif(db, findings, waived, &folder))),
        FindingFormat::Gitlab => drop(print(&diagnostics::to_gitlab(db, findings, &folder))),
        FindingFormat::Baseline => drop(print(&Baseline::of(db, findings).to_json())),
        FindingFormat::Junit => drop(print(&diagnostics::to_junit(db, findings, &folder))),
    }
    compile::has_errors(findings)
}

/// A folder as it is seen from the one that the command runs in; empty where they are the same.
fn from_here(folder: &Utf8Path) -> String {
    let folder = folder.strip_prefix(here()).unwrap_or(folder);
    folder.components().filter(|part| part.as_str() != ".").collect::<Utf8PathBuf>().into_string()
}

/// Findings for people, and how many there are.
pub(super) fn text(db: &dyn Db, findings: &[Diagnostic]) -> String {
    let mut text = diagnostics::render(db, findings, color());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    format!("{text}\n{}", summary(findings))
}

/// Opens a platform and reports what is wrong with it; goes on only where nothing is. What a policy or a test says keeps
/// nobody from asking why.
pub(super) fn open_sound(file: Option<&Utf8Path>) -> Result<ManuallyDrop<Project>, u8> {
    open_but_for(&[], file)
}

/// The same, where some mistakes are no reason to say nothing.
pub(super) fn open_but_for(codes: &[Code], file: Option<&Utf8Path>) -> Result<ManuallyDrop<Project>, u8> {
    let project = open(file)?;
    let mut findings = compile::unsound(&project.database, today());
    findings.retain(|finding| !codes.contains(&finding.code));
    if report(&project, &findings, FindingFormat::Text) { Err(FINDINGS) } else { Ok(project) }
}

fn summary(findings: &[Diagnostic]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let warnings = findings.len() - errors;
    let mut parts = vec![];
    if errors > 0 {
        parts.push(counted(errors, "error"));
    }
    if warnings > 0 {
        parts.push(counted(warnings, "warning"));
    }
    let first = findings.iter().find(|finding| finding.severity() == Severity::Error).or(findings.first());
    let code = first.map_or("PF0101", |finding| finding.code.id);
    format!("{}; `platformc explain {code}` says more about a code", parts.join(" and "))
}

/// Colour on a terminal, unless `NO_COLOR` is set; everywhere if `CLICOLOR_FORCE` is.
fn color() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("CLICOLOR_FORCE")
        || !set("NO_COLOR")
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            && std::io::stderr().is_terminal()
}
