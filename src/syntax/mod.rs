//! Text to typed tree: the grammar, the builder that reads its result, and what is said when text does not fit.

pub mod ast;
mod build;
mod expected;
mod expressions;
pub mod format;
mod parser;
mod show;
mod strings;
mod waivers;

pub use expected::is_word;

use crate::db::Db;
use crate::diagnostics::Diagnostic;
use crate::source::Decl;

/// A declaration that has been read: always a tree, and what was wrong with the text.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The tree.
    pub declaration: ast::Declaration,
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one declaration.
#[salsa::tracked]
pub fn syntax<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Parsed {
    parser::parse(decl.text(db), decl.site(db))
}
