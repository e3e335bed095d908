//! What an editor asks, answered from the same queries as the build, in plain structs: places are bytes of files, and no
//! word of any protocol stands here.
//!
//! 1. `symbols` says what every word of a declaration is.
//! 2. `cursor` says which of them is at a place.
//! 3. Everything else is one file per question.

mod about;
mod calls;
mod cursor;
mod findings;
mod format;
mod hints;
mod hover;
mod lenses;
mod markdown;
mod navigate;
mod summary;
mod symbols;
mod tokens;
mod values;

pub use about::about;
pub use calls::{Needed, Needing, needed_by, needing, needs};
pub use cursor::{At, FilePosition, FileRange, at};
pub use findings::{Finding, Related, findings};
pub use format::{Edit, format};
pub use hints::{Hint, HintKind, hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, lens_text, lenses};
pub use navigate::{definition, references};
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
