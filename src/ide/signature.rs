//! What a call takes, and which of it is being typed.

use super::completion::parameters;
use super::context::{Callee, Frame, Holds, context};
use super::cursor::FilePosition;
use crate::db::Db;
use crate::names::{declarations, doc};
use crate::schema::{FORGES, Function, Kind, PROVIDERS, QUESTIONS};
use crate::text::TextRange;

/// What a call takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The whole of it on one line.
    pub label: String,
    /// What it does, in Markdown.
    pub doc: Option<String>,
    /// Its parameters: where in the label, and what is said of them.
    pub parameters: Vec<(TextRange, Option<String>)>,
    /// Which of them is being typed.
    pub active: Option<usize>,
}

/// What the call around a place takes.
pub fn signature(db: &dyn Db, at: FilePosition) -> Option<Signature> {
    let context = context(db, at);
    let brackets = context.frames.iter().rev();
    let mut brackets = brackets.take_while(|frame| matches!(frame.holds, Holds::Items(_) | Holds::Arguments(_)));
    brackets.find_map(|frame| match frame.holds {
        Holds::Arguments(Callee::Function(name)) => of_function(name, frame.commas),
        Holds::Arguments(Callee::Template(name)) => of_template(db, name, frame),
        _ => None,
    })
}

/// A function with its parameters, as one line.
pub(super) fn label(function: &Function) -> String {
    written(function.name, &parameters_of(function), &format!(" -> {}", function.gives)).0
}

fn parameters_of(function: &Function) -> Vec<String> {
    let show = |parameter: &crate::schema::Parameter| {
        let optional = if parameter.optional { "?" } else { "" };
        format!("{}{optional}: {}", parameter.name, parameter.of)
    };
    function.parameters.iter().map(show).collect()
}

fn of_function(name: &str, commas: usize) -> Option<Signature> {
    if let Some((name, doc)) = PROVIDERS.iter().chain(&FORGES).find(|(provider, _)| *provider == name) {
        let (label, places) = written(name, &["name: string".to_owned()], "");
        let parameters = places.into_iter().map(|place| (place, None)).collect();
        return Some(Signature { label, doc: Some((*doc).to_owned()), parameters, active: (commas == 0).then_some(0) });
    }
    let asked = || QUESTIONS.iter().find(|question| question.name == name);
    let function = Function::find(name).or_else(asked)?;
    let (label, places) = written(name, &parameters_of(function), &format!(" -> {}", function.gives));
    let doc = format!("{}\n\n```platformc\n{}\n```", function.doc, function.example);
    let active = Some(commas).filter(|commas| *commas < places.len());
    Some(Signature {
        label,
        doc: Some(doc),
        parameters: places.into_iter().map(|place| (place, None)).collect(),
        active,
    })
}

fn of_template(db: &dyn Db, name: &str, frame: &Frame<'_>) -> Option<Signature> {
    let item = declarations(db).get(Kind::Template, name)?;
    let parameters = parameters(db, name);
    let shown: Vec<String> = parameters.iter().map(super::completion::Parameter::show).collect();
    let (label, places) = written(name, &shown, "");
    let active = match frame.statement.first() {
        Some(typed) => parameters.iter().position(|parameter| parameter.name.as_ref() == typed.text),
        None => parameters.iter().position(|parameter| !frame.said.contains(&parameter.name.as_ref())),
    };
    let docs = parameters.into_iter().map(|parameter| parameter.doc.map(|doc| doc.to_string()));
    Some(Signature {
        label,
        doc: doc(db, item).map(|doc| doc.to_string()),
        parameters: places.into_iter().zip(docs).collect(),
        active,
    })
}

/// `name(a, b)` and what follows, and where each of the parameters stands in it.
fn written(name: &str, parameters: &[String], rest: &str) -> (String, Vec<TextRange>) {
    let mut label = format!("{name}(");
    let mut places = vec![];
    for (index, parameter) in parameters.iter().enumerate() {
        label.push_str(if index == 0 { "" } else { ", " });
        places.push(TextRange::new(label.len(), label.len() + parameter.len()));
        label.push_str(parameter);
    }
    (label + ")" + rest, places)
}
