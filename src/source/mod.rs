//! A file is cut into its top-level declarations before anything is parsed, so that each can be read, checked and
//! remembered alone, and a broken one never hides the next.

mod cut;
mod position;

use rustc_hash::FxHashMap;

use crate::db::{Content, Db, SourceFile};
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::text::TextRange;

pub use cut::{Lexeme, Lexer, is_word_character, takes_kind};
pub use position::absolute;

/// One top-level declaration of a file: its own text, and where that text starts.
#[salsa::tracked(debug)]
pub struct Decl<'db> {
    /// The file that holds it.
    #[returns(copy)]
    pub file: SourceFile,
    /// The first word, such as `service` or `import`.
    #[returns(deref)]
    pub word: String,
    /// The name as written, without quotes; empty where there is none. After `moved` and `removed` the kind stands before it.
    #[returns(deref)]
    pub name: String,
    /// Tells apart the declarations of a file for good: made of word, name and their repetition, not of the position.
    #[returns(copy)]
    pub key: u64,
    /// The text, from the doc comment to the closing brace.
    #[tracked]
    #[returns(deref)]
    pub text: String,
    /// The byte of the file at which the text starts.
    #[tracked]
    #[returns(copy)]
    pub start: u32,
}

/// A declaration as the anchor of spans: what is left of a [`Decl`] outside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The file.
    pub file: SourceFile,
    /// The declaration's key.
    pub key: u64,
}

impl Site {
    /// The span of a range of the declaration's text.
    #[must_use]
    pub fn span(self, range: TextRange) -> Span {
        Span { file: self.file, anchor: Some(self.key), range }
    }
}

impl Decl<'_> {
    /// The anchor of spans in this declaration.
    pub fn site(self, db: &dyn Db) -> Site {
        Site { file: self.file(db), key: self.key(db) }
    }
}

/// The declarations of a file, in the order of the text.
#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Outline<'db> {
    /// The declarations.
    pub decls: Vec<Decl<'db>>,
    /// Whether there is no such file. Who asks here, and not the input, is not computed anew when the text changes.
    pub is_missing: bool,
    /// Where each stands among them, by key: files with many findings ask for it many times.
    places: FxHashMap<u64, usize>,
    /// What stands between declarations and belongs to none, and files that can't be read.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'db> Outline<'db> {
    /// The declaration of a key.
    fn find(&self, key: u64) -> Option<Decl<'db>> {
        self.places.get(&key).and_then(|place| self.decls.get(*place)).copied()
    }
}

/// Cuts a file into declarations.
#[salsa::tracked]
pub fn outline(db: &dyn Db, file: SourceFile) -> Outline<'_> {
    let mut sink = Sink::default();
    let is_missing = *file.content(db) == Content::Missing;
    if let (Err(reason), false) = (file.content(db).text(), is_missing) {
        let span = Span { file, anchor: None, range: TextRange::default() };
        sink.push(
            Diagnostic::new(codes::FILE_UNREADABLE, span, format!("`{}` can't be read: {reason}", file.path(db)))
                .note("a platform file is UTF-8 text"),
        );
    }
    let text = file.text(db);
    let cut = cut::cut(text);
    for range in cut.stray {
        let span = Span { file, anchor: None, range };
        sink.push(
            Diagnostic::new(codes::SYNTAX, span, "this belongs to no declaration")
                .label("expected a declaration, such as `service NAME {`")
                .help("check the braces above: one `}` may be too many"),
        );
    }
    let mut repetitions = FxHashMap::<(&str, &str), u32>::default();
    let mut places = FxHashMap::default();
    let decls = cut.pieces.iter().enumerate().map(|(place, piece)| {
        let (word, name) = (piece.word(text), piece.name(text));
        let repetition = repetitions.entry((word, name)).or_default();
        *repetition += 1;
        let key = piece_key(word, name, *repetition);
        places.insert(key, place);
        let body = text.get(piece.range.start as usize..piece.range.end as usize).unwrap_or("");
        Decl::new(db, file, word.to_owned(), name.to_owned(), key, body.to_owned(), piece.range.start)
    });
    let decls = decls.collect();
    Outline { decls, is_missing, places, diagnostics: sink.finish() }
}

fn piece_key(word: &str, name: &str, repetition: u32) -> u64 {
    use std::hash::BuildHasher as _;
    rustc_hash::FxBuildHasher.hash_one((word, name, repetition))
}
