//! What is allowed until a day: `allow CODE until "DATE" because "TEXT"`.

use jiff::civil::Date;

use crate::db::Db;
use crate::diagnostics::{self as codes, Change, Diagnostic, Severity, Waived};
use crate::names::reachable;
use crate::source::{Site, outline};
use crate::syntax::ast::Waiver;
use crate::syntax::syntax;

/// Takes what is allowed on a day out of all findings of a platform; in its place stands what is wrong with an `allow`.
pub fn waive(db: &dyn Db, today: Date, findings: &mut Vec<Diagnostic>) -> Vec<Waived> {
    let waivers = all(db);
    if waivers.is_empty() {
        return vec![];
    }
    let is_sound = findings.iter().all(|finding| finding.severity() == Severity::Warning);
    let mut allowed = vec![];
    let mut left = vec![];
    let mut is_used = vec![false; waivers.len()];
    for finding in std::mem::take(findings) {
        let allowing = waivers.iter().zip(&mut is_used).filter(|((site, waiver), _)| covers(*site, waiver, &finding));
        let allowing = allowing.map(|((_, waiver), is_used)| {
            *is_used = true;
            waiver
        });
        match allowing.max_by_key(|waiver| waiver.until).filter(|waiver| today <= waiver.until) {
            Some(waiver) => allowed.push(Waived { finding, because: waiver.because.clone(), until: waiver.until }),
            None => left.push(finding),
        }
    }
    let said = waivers.iter().zip(is_used).filter_map(|((site, waiver), is_used)| {
        if waiver.until < today {
            return Some(expired(*site, waiver));
        }
        // Where something is wrong not everything was looked at.
        (is_sound && !is_used).then(|| unused(*site, waiver))
    });
    left.extend(said);
    *findings = left;
    allowed
}

/// Every `allow`, with its declaration.
fn all(db: &dyn Db) -> Vec<(Site, &Waiver)> {
    let decls = reachable(db).files.iter().flat_map(|file| &outline(db, *file).decls);
    let waivers =
        decls.flat_map(|decl| syntax(db, *decl).declaration.waivers.iter().map(|waiver| (decl.site(db), waiver)));
    waivers.collect()
}

fn covers(site: Site, waiver: &Waiver, finding: &Diagnostic) -> bool {
    let span = finding.primary.span;
    finding.severity() == Severity::Warning
        && finding.code == waiver.code
        && (span.file, span.anchor) == (site.file, Some(site.key))
        && waiver.covers.start <= span.range.start
        && span.range.end <= waiver.covers.end
}

fn expired(site: Site, waiver: &Waiver) -> Diagnostic {
    let message = format!("{} was allowed until {}", waiver.code.id, waiver.until);
    Diagnostic::new(codes::WAIVER_EXPIRED, site.span(waiver.until_range), message)
        .label("this day is over")
        .note(format!("it was allowed because: {}", waiver.because))
        .help("mend the warning and take the `allow` away, or say anew until when it is allowed")
        .offer("Take the `allow` away", Change::Cut(site.span(waiver.range)))
}

fn unused(site: Site, waiver: &Waiver) -> Diagnostic {
    let message = format!("there is no {} here any more", waiver.code.id);
    Diagnostic::new(codes::WAIVER_UNUSED, site.span(waiver.range), message)
        .note(format!("it allows: {}", waiver.code.title))
        .help("take it away")
        .offer("Take the `allow` away", Change::Cut(site.span(waiver.range)))
}
