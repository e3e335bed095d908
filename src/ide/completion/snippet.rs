//! What is inserted, with the places to fill in.

use crate::schema::{Attribute, Form, KindSchema, Type};
use crate::source::takes_kind;

/// A text as a snippet says it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// A key and what follows it, by the type of its value; the number is that of the place to fill in.
pub(super) fn key(name: &str, of: &Type, number: usize) -> String {
    match of {
        Type::Block(_) | Type::Map(_) | Type::Object => format!("{name} {{\n  ${number}\n}}"),
        Type::Named(_) => format!("{name} ${{1:name}} {{\n  $0\n}}"),
        Type::Objects => format!("{name} \"${{1:v1}}\" \"${{2:ConfigMap}}\" ${{3:name}} {{\n  $0\n}}"),
        _ => format!("{name} = {}", value(of, number)),
    }
}

/// The key alone, with the sign behind it where a value follows.
pub(super) fn plain_key(name: &str, of: &Type) -> String {
    match of {
        Type::Block(_) | Type::Map(_) | Type::Object | Type::Named(_) | Type::Objects => name.to_owned(),
        _ => format!("{name} = "),
    }
}

/// The form of a value, with a place to fill in.
pub(super) fn value(of: &Type, number: usize) -> String {
    match of {
        Type::Steps(_) => format!("[{{ on = ${number} }}]"),
        Type::List(_) | Type::Needs | Type::Provides | Type::Paths => format!("[${number}]"),
        Type::Text(_) | Type::NameScheme | Type::Report => format!("\"${number}\""),
        _ => format!("${number}"),
    }
}

/// A declaration with everything that must be there, laid out as the formatter does it.
pub(super) fn declaration(schema: &KindSchema) -> String {
    let word = schema.kind.word();
    let is_quoted = schema.example.strip_prefix(word).is_some_and(|rest| rest.starts_with(" \""));
    let name = match () {
        () if takes_kind(word) => "service ${1:name}",
        () if is_quoted => "\"${1:name}\"",
        () => "${1:name}",
    };
    let required: Vec<&Attribute> =
        schema.body.attributes.iter().filter(|attribute| attribute.form == Form::Required).collect();
    let width = required.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
    let line = |(number, attribute): (usize, &&Attribute)| {
        format!("  {:width$} = {}\n", attribute.name, value(&attribute.of, number))
    };
    let lines: String = (2..).zip(&required).map(line).collect();
    format!("{word} {name} {{\n{lines}  $0\n}}")
}

/// A call with its arguments to fill in.
pub(super) fn call<'n>(name: &str, arguments: impl Iterator<Item = &'n str>) -> String {
    let arguments = (1..).zip(arguments).map(|(number, argument)| format!("${{{number}:{}}}", escaped(argument)));
    format!("{name}({})$0", arguments.collect::<Vec<_>>().join(", "))
}
