//! What may be typed at a place.

mod keys;
mod known;
mod snippet;
mod texts;
mod values;

use std::sync::Arc;

use super::context::{Context, Place, context};
use super::cursor::{FilePosition, FileRange};
pub(super) use known::{Parameter, parameters};

use crate::db::{Db, SourceFile};
use crate::names::{declarations, doc};
use crate::schema::{Choice, Kind, Type};

/// What may be typed at a place.
#[derive(Clone, Debug)]
pub struct Completion {
    /// What it replaces.
    pub replaced: FileRange,
    /// The offers, the best first.
    pub offers: Vec<Offer>,
    /// Whether there are more, which show when more is typed.
    pub is_truncated: bool,
}

/// Something that may be typed.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is shown, and compared with what is typed.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// In few words.
    pub detail: Option<String>,
    /// In more, in Markdown.
    pub doc: Option<String>,
    /// What is inserted.
    pub text: String,
    /// The same with places to fill in, for who knows snippets.
    pub snippet: Option<String>,
    /// The declaration that it names; [`documentation`] tells of it.
    pub declared: Option<(Kind, Arc<str>)>,
}

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The word of a declaration, or a statement.
    Word,
    /// A key.
    Key,
    /// The name of something declared.
    Name,
    /// A word of an enumeration, or a constant.
    Choice,
    /// A function.
    Function,
    /// A name that holds in a part of the source.
    Variable,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Any other text.
    Text,
}

/// More offers than this are cut down to those that fit what is typed.
const MOST: usize = 2_000;

/// The names in a folder of the platform, those of folders with a `/` at the end.
pub type List<'l> = &'l dyn Fn(&str) -> Vec<String>;

/// A question, and what it is answered from.
struct Asked<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    context: &'a Context<'a>,
    list: List<'a>,
    offers: Vec<Offer>,
}

/// What may be typed at a place; `trigger` is the character that asks, where nobody does.
pub fn completion(db: &dyn Db, at: FilePosition, trigger: Option<char>, list: List<'_>) -> Option<Completion> {
    let context = context(db, at);
    if !is_asked_for(&context, trigger) {
        return None;
    }
    let mut asked = Asked { db, file: at.file, context: &context, list, offers: vec![] };
    asked.place();
    let typed = context.text.get(context.replaced.start as usize..at.offset as usize).unwrap_or("").to_lowercase();
    let mut offers = asked.offers;
    let is_truncated = offers.len() > MOST;
    if is_truncated {
        offers.retain(|offer| is_spelled(&offer.label.to_lowercase(), &typed));
        offers.truncate(MOST);
    }
    Some(Completion { replaced: FileRange { file: at.file, range: context.replaced }, offers, is_truncated })
}

/// What is known of a declaration that an offer names.
pub fn documentation(db: &dyn Db, kind: Kind, name: &str) -> Option<Arc<str>> {
    doc(db, declarations(db).get(kind, name)?)
}

/// A character asks only where what it begins is known: a blank behind `owner =`, but not one between words.
fn is_asked_for(context: &Context<'_>, trigger: Option<char>) -> bool {
    match (trigger, &context.place) {
        (Some('"' | '/'), Place::Text(_))
        | (Some('.'), Place::Member(_) | Place::Unset(_))
        | (Some('('), Place::Argument(_)) => true,
        (Some('{'), Place::Value(_)) => true,
        (Some(' ' | '['), Place::Value(of)) => values::is_closed(of),
        (Some(' '), Place::ParameterType | Place::Argument(_)) => true,
        (Some(_), _) => false,
        (None, _) => true,
    }
}

/// Whether the letters of a text stand in a label in this order.
fn is_spelled(label: &str, typed: &str) -> bool {
    let mut left = label.chars();
    typed.chars().all(|letter| left.any(|known| known == letter))
}

impl Asked<'_> {
    fn place(&mut self) {
        match &self.context.place {
            Place::Nothing => {}
            Place::Declaration => self.declarations(),
            Place::Key(behind) => {
                self.keys();
                behind.iter().for_each(|of| self.operators(of));
            }
            Place::Value(of) => self.values(of),
            Place::Operator(of) => self.operators(of),
            Place::Member(words) => self.members(words),
            Place::Argument(template) => self.arguments(template),
            Place::ParameterType => self.parameter_types(),
            Place::Unset(path) => self.unset(path),
            Place::Code => self.codes(),
            Place::Word(word) => self.push(Offer::new(*word, Sort::Word)),
            Place::Text(written) => self.texts(*written),
        }
    }

    fn push(&mut self, offer: Offer) {
        self.offers.push(offer);
    }

    fn choices(&mut self, choices: &'static [Choice]) {
        self.offers.extend(choices.iter().map(|choice| Offer::new(choice.name, Sort::Choice).doc(choice.doc)));
    }

    fn words(&mut self, words: &[&str]) {
        self.offers.extend(words.iter().map(|word| Offer::new(*word, Sort::Word)));
    }
}

impl Offer {
    fn new(label: impl Into<String>, sort: Sort) -> Self {
        let label = label.into();
        Self { text: label.clone(), label, sort, detail: None, doc: None, snippet: None, declared: None }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = Some(doc.into());
        self
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    fn snippet(mut self, snippet: impl Into<String>) -> Self {
        self.snippet = Some(snippet.into());
        self
    }

    /// A value where a list of such is asked for and none has begun.
    fn in_list(mut self, is_needed: bool) -> Self {
        if is_needed {
            self.snippet = Some(format!("[{}$0]", self.snippet.unwrap_or_else(|| snippet::escaped(&self.text))));
            self.text = format!("[{}]", self.text);
        }
        self
    }
}

/// Whether a value of a type is a list.
fn is_list(of: &Type) -> bool {
    matches!(of, Type::List(_) | Type::Steps(_) | Type::Needs | Type::Provides | Type::Paths)
}
