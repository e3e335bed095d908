//! The facade: everything that commands, watching and editors ask for.

use jiff::civil::Date;
use rustc_hash::FxHashSet;

use crate::checks::{Ruling, ask_policies, rulings, waive};
use crate::db::{Database, Db, SourceFile, in_parallel};
use crate::diagnostics::{self as codes, Code, Diagnostic, Severity, Waived, sort};
use crate::model::{
    check_declaration, estate, estate_diagnostics, head_diagnostics, moved_diagnostics, namespace_diagnostics,
    preview_diagnostics, removed_diagnostics, rollout_diagnostics, service_diagnostics,
};
use crate::names::{declarations, duplicates, items, reachable, unknown_teams};
use crate::schema::Kind;
use crate::source::outline;
use crate::syntax::syntax;

/// Reads the declarations of all loaded files, on all cores; later questions find them read.
pub fn read_ahead(db: &Database) {
    let count = reachable(db).files.iter().map(|file| outline(db, *file).decls.len()).sum();
    in_parallel(db, count, |db, part| {
        let decls = reachable(db).files.iter().flat_map(|file| &outline(db, *file).decls);
        for decl in decls.skip(part.start).take(part.len()) {
            syntax(db, *decl);
        }
    });
}

/// Resolves all declarations, on all cores.
pub fn resolve_ahead(db: &Database) {
    let count = declarations(db).items().len();
    estate(db);
    in_parallel(db, count, |db, part| {
        for item in declarations(db).items().iter().skip(part.start).take(part.len()) {
            check_declaration(db, *item);
            if item.kind(db) == Kind::Service {
                service_diagnostics(db, *item);
                ask_policies(db, *item);
            }
        }
    });
}

/// What a platform's findings are on a day.
#[derive(Debug, PartialEq, Eq)]
pub struct Findings {
    /// In the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
    /// Warnings that an `allow` takes out of them.
    pub waived: Vec<Waived>,
}

/// Every finding of the platform that nothing allows, in the order of files and lines.
pub fn diagnostics(db: &dyn Db, today: Date) -> Vec<Diagnostic> {
    findings(db, today).diagnostics
}

/// Every finding of the platform, apart from those that are allowed on that day.
pub fn findings(db: &dyn Db, today: Date) -> Findings {
    let mut all = text_diagnostics(db);
    for item in declarations(db).items() {
        all.extend(check_declaration(db, *item).iter().cloned());
    }
    let broken: FxHashSet<_> = all.iter().filter(|finding| is_error(finding)).map(declaration).collect();
    all.extend(meaning_diagnostics(db).into_iter().filter(|finding| !follows(finding, &broken)));
    let waived = waive(db, today, &mut all);
    sort(db, &mut all);
    Findings { diagnostics: all, waived }
}

/// The errors that are none of policies and tests: as long as there are some, nothing can be said of what comes out.
pub fn unsound(db: &dyn Db, today: Date) -> Vec<Diagnostic> {
    let mut all = diagnostics(db, today);
    all.retain(is_error);
    if !all.is_empty() {
        let asked: Vec<_> = rulings(db).into_iter().flat_map(|ruling| ruling.objections).collect();
        all.retain(|finding| asked.iter().all(|it| it.finding != *finding));
    }
    all
}

/// What became of every policy and test, without the warnings that are allowed on that day.
pub fn asked(db: &dyn Db, today: Date) -> Vec<Ruling<'_>> {
    let mut all = rulings(db);
    if all.iter().any(|ruling| !ruling.objections.is_empty()) {
        let left = diagnostics(db, today);
        all.iter_mut().for_each(|ruling| ruling.objections.retain(|it| left.contains(&it.finding)));
    }
    all
}

/// What is wrong with the text of declarations, each by itself.
fn text_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut all = reachable(db).diagnostics.clone();
    for file in &reachable(db).files {
        let outline = outline(db, *file);
        all.extend(outline.diagnostics.iter().cloned());
        for decl in &outline.decls {
            all.extend(syntax(db, *decl).diagnostics.iter().cloned());
            all.extend(items(db, *decl).diagnostics.iter().cloned());
        }
    }
    all.extend(duplicates(db));
    all.extend(unknown_teams(db));
    all
}

/// What is wrong with what the declarations mean together.
fn meaning_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut all = estate_diagnostics(db).to_vec();
    all.extend(moved_diagnostics(db).iter().cloned());
    all.extend(removed_diagnostics(db).cloned());
    for item in declarations(db).of(db, Kind::Service) {
        all.extend(head_diagnostics(db, item).iter().cloned());
        all.extend(rollout_diagnostics(db, item).iter().cloned());
        all.extend(service_diagnostics(db, item).iter().cloned());
        all.extend(preview_diagnostics(db, item).iter().cloned());
    }
    for item in declarations(db).of(db, Kind::Namespace) {
        all.extend(namespace_diagnostics(db, item).iter().cloned());
    }
    all.extend(crate::checks::platform_diagnostics(db).iter().cloned());
    all
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.severity() == Severity::Error
}

/// The declaration that a finding points into.
fn declaration(finding: &Diagnostic) -> (SourceFile, Option<u64>) {
    (finding.primary.span.file, finding.primary.span.anchor)
}

/// Whether a finding may only follow from a part of its declaration that could not be read.
fn follows(finding: &Diagnostic, broken: &FxHashSet<(SourceFile, Option<u64>)>) -> bool {
    const FOLLOWING: [Code; 3] = [codes::MISSING_ATTRIBUTE, codes::NO_SOURCE, codes::OVERLAY_NEVER_HOLDS];
    FOLLOWING.contains(&finding.code) && broken.contains(&declaration(finding))
}

/// Whether some finding forbids to write anything.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(is_error)
}
