//! What no single declaration can see: the order in words, names that clash, and what is too long or too large.

mod applications;
mod bound;
mod freezes;
mod lines;
mod namespaces;
mod objects;
mod order;
mod owners;
mod policies;
mod previews;
mod promoter;
mod promotion;
mod reach;
mod rollouts;
mod waivers;

pub use policies::{Objection, Ruling, ask_policies, rulings};
pub use waivers::waive;

use crate::db::Db;
use crate::diagnostics::{Diagnostic, Sink};

/// Everything that is wrong with the platform as a whole.
#[salsa::tracked]
pub fn platform_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut sink = Sink::default();
    order::check(db, &mut sink);
    applications::check(db, &mut sink);
    objects::check(db, &mut sink);
    owners::check(db, &mut sink);
    namespaces::check(db, &mut sink);
    bound::check(db, &mut sink);
    reach::check(db, &mut sink);
    freezes::check(db, &mut sink);
    previews::check(db, &mut sink);
    rollouts::check(db, &mut sink);
    promotion::check(db, &mut sink);
    policies::check(db, &mut sink);
    sink.finish()
}
