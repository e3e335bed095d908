//! What an editor asks, answered from the same queries as the build, in plain structs: places are bytes of files, and no
//! word of any protocol stands here.
//!
//! 1. `symbols` says what every word of a declaration is.
//! 2. `cursor` says which of them is at a place.
//! 3. `fixes` says in bytes what a finding only says in terms of what is wrong.
//! 4. Everything else is one file per question.

mod about;
mod calls;
mod charts;
mod completion;
mod context;
mod cursor;
mod explain;
mod findings;
mod fixes;
mod folds;
mod format;
mod generated;
mod hints;
mod hover;
mod instance;
mod lenses;
mod markdown;
mod moves;
mod navigate;
mod outline;
mod paths;
mod rename;
mod signature;
mod stray;
mod summary;
mod symbols;
mod tokens;
mod values;

pub use crate::model::instance_name;
pub use about::about;
pub use calls::{Needed, Needing, needed_by, needing, needs};
pub use completion::{Completion, List, Offer, Sort, completion, documentation};
pub use cursor::{At, FilePosition, FileRange, at, service_at};
pub use explain::{Unexplained, explain, extent_of, line_of};
pub use findings::{Finding, Related, findings};
pub use fixes::{Repair, repairs};
pub use folds::{Fold, FoldKind, folds, selections};
pub use format::{Edit, format, format_declarations};
pub use generated::{declaration_of, origin, reasons_for};
pub use hints::{Hint, HintKind, hints};
pub use hover::{Hover, hover};
pub use instance::Instance;
pub use lenses::{Lens, lens_text, lenses};
pub use moves::{Moved, moved};
pub use navigate::{Highlight, definition, highlights, implementations, references, surroundings};
pub use outline::{Entry, EntryKind, WorkspaceEntry, outline, search};
pub use paths::{Link, links};
pub use rename::{Rename, Renamed, prepare_rename, rename};
pub use signature::{Signature, signature};
pub use stray::{strays, text_findings};
pub use summary::{Glance, Parameter, glance, parameters, shown};
pub use symbols::{Role, Symbol, symbols};
pub use tokens::{Token, TokenKind, tokens};

use crate::db::{Db, SourceFile};
use crate::text::LineIndex;

/// Where the lines of a file begin.
#[salsa::tracked]
pub fn lines(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db))
}
