//! Freezes: what they hold back, whether they ever let go, and what a change of the clock makes of them. They are simulated
//! over the same five years on every machine, as Argo CD computes them.

mod clocks;
mod nothing;
mod spans;
mod times;
mod together;
mod waits;

use std::collections::BTreeMap;
use std::sync::Arc;

use times::{MAX_A_DAY, Times, a_day};

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{Freeze, freeze_diagnostics, freeze_span, frozen};
use crate::schema::Kind;

/// A freeze and what declares it.
type Declared<'f> = (Kind, &'f Arc<str>, &'f Freeze);

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    sink.extend(freeze_diagnostics(db).cloned());
    let frozen = frozen(db);
    if frozen.is_empty() {
        return;
    }
    let all = frozen.all().flat_map(|(kind, of, freezes)| freezes.iter().map(move |freeze| (kind, of, freeze)));
    let times: BTreeMap<Declared<'_>, Times> =
        all.filter_map(|declared| Some((declared, Times::of(declared.2)?))).collect();
    too_often(db, sink);
    nothing::check(db, sink);
    clocks::check(db, &times, sink);
    together::check(db, &times, sink);
    waits::check(db, sink);
}

fn too_often(db: &dyn Db, sink: &mut Sink) {
    for (kind, of, freezes) in frozen(db).all() {
        for freeze in freezes.iter().filter(|freeze| a_day(freeze) > MAX_A_DAY) {
            let Some(span) = freeze_span(db, kind, of, &freeze.name) else { continue };
            let message = format!("`{}` begins and ends {} times a day", freeze.name, a_day(freeze));
            sink.push(
                Diagnostic::new(codes::TOO_MUCH, span, message)
                    .note(format!("every freeze is simulated, with at most {MAX_A_DAY} times a day"))
                    .help("let it begin less often, or hold so long that it goes on"),
            );
        }
    }
}
