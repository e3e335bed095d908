//! What an editor asks, answered from the same queries as the build, in plain structs: places are bytes of files, and no
//! word of any protocol stands here.
//!
//! 1. `symbols` says what every word of a declaration is.
//! 2. `cursor` says which of them is at a place.
//! 3. Everything else is one file per question.

mod cursor;
mod explain;
mod findings;
mod fixes;
mod format;
mod generated;
mod hover;
mod instance;
mod navigate;
mod stray;
mod symbols;

pub use cursor::{At, FilePosition, FileRange, at, service_at};
pub use explain::{Unexplained, explain, line_of};
pub use findings::{Finding, Related, findings};
pub use fixes::{Repair, repairs};
pub use format::{Edit, format};
pub use generated::{declaration_of, origin};
pub use hover::{Hover, hover};
pub use instance::{Instance, instance_name};
pub use navigate::{definition, references};
pub use stray::{strays, text_findings};
pub use symbols::{Role, Symbol, symbols};

use crate::db::{Db, SourceFile};
use crate::text::LineIndex;

/// Where the lines of a file begin.
#[salsa::tracked]
pub fn lines(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db))
}
