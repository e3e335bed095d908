//! What a word means, in Markdown.

use super::cursor::{At, FileRange};
use super::symbols::Role;
use crate::db::Db;
use crate::names::{declarations, doc};
use crate::schema::{Attribute, Form, kind};

/// What is shown for a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub place: FileRange,
    /// What is said of it, in Markdown.
    pub markdown: String,
}

/// What is said of a word.
pub fn hover(db: &dyn Db, at: &At<'_>) -> Option<Hover> {
    let markdown = match &at.symbol.role {
        Role::Kind(of) => kind(*of).doc.to_owned(),
        Role::Attribute(attribute, _) => attribute_text(attribute),
        Role::Choice(choice) => choice.doc.to_owned(),
        Role::Function(function) => function.doc.to_owned(),
        Role::Declared(kind, name) | Role::Reference(kind, name) => {
            let item = declarations(db).get(*kind, name)?;
            let doc = doc(db, item).map_or(String::new(), |doc| format!("\n\n{doc}"));
            format!("{} **{name}**{doc}", kind.word())
        }
        _ => return None,
    };
    Some(Hover { place: at.range(db), markdown })
}

fn attribute_text(attribute: &Attribute) -> String {
    let form = match attribute.form {
        Form::Required => "required".to_owned(),
        Form::Optional => "optional".to_owned(),
        Form::Default(value) => format!("default `{value}`"),
    };
    format!("`{}`: {}, {form}\n\n{}", attribute.name, attribute.of.name(), attribute.doc)
}
