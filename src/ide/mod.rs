//! What an editor asks, answered from the same queries as the build, in plain structs: places are bytes of files, and no
//! word of any protocol stands here.
//!
//! 1. `symbols` says what every word of a declaration is.
//! 2. `cursor` says which of them is at a place.
//! 3. Everything else is one file per question.

mod about;
mod cursor;
mod findings;
mod format;
mod hover;
mod markdown;
mod navigate;
mod summary;
mod symbols;
mod values;

pub use cursor::{At, FilePosition, FileRange, at};
pub use findings::{Finding, Related, findings};
pub use format::{Edit, format};
pub use hover::{Hover, hover};
pub use navigate::{definition, references};
pub use summary::{Glance, Parameter, glance, parameters, shown};
pub use symbols::{Role, Symbol, symbols};

use crate::db::{Db, SourceFile};
use crate::text::LineIndex;

/// Where the lines of a file begin.
#[salsa::tracked]
pub fn lines(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db))
}
