//! From which line of which file a version comes.

use std::sync::Arc;

use crate::model::estates::attribute;
use crate::model::gather::{Gathered, Group};
use crate::overlays::{Level, locals, scope_in};
use crate::syntax::ast::{Argument, Expr, ExprKind, TextPart};
use crate::values::{Ambients, DataFormat, Expected, Value, evaluate, join_path};

/// A place in a data file, and the text that stands before what is read from there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lookup {
    /// The text before it.
    pub(super) before: String,
    /// The file, seen from the platform's folder.
    pub(super) file: Arc<str>,
    /// Whether it is a YAML file.
    pub(super) is_yaml: bool,
    /// The way to the value in the file.
    pub(super) keys: Vec<Arc<str>>,
}

/// A service on some instances within which nothing differs.
pub(super) struct Tracer<'t, 'db> {
    pub(super) gathered: &'t Gathered<'db>,
    pub(super) group: &'t Group,
}

impl<'t> Tracer<'t, '_> {
    /// The place in a data file that an expression reads, if it does nothing else but put text before it.
    pub(super) fn lookup(&self, frame: usize, expr: &'t Expr) -> Option<Lookup> {
        match &expr.kind {
            ExprKind::Call(callee, arguments) => self.call(frame, callee.plain_text()?, arguments),
            ExprKind::Member(of, key) => Some(self.lookup(frame, of)?.below(Arc::clone(&key.text))),
            ExprKind::Index(of, key) => Some(self.lookup(frame, of)?.below(self.text(frame, key)?)),
            ExprKind::Text(parts) => self.behind(frame, parts),
            ExprKind::Name(name) => {
                let (frame, argument) = self.argument(frame, name)?;
                self.lookup(frame, argument)
            }
            _ => None,
        }
    }

    fn call(&self, frame: usize, function: &str, arguments: &'t [Argument]) -> Option<Lookup> {
        match (function, arguments) {
            ("get", [of, key] | [of, key, _]) => {
                Some(self.lookup(frame, &of.value)?.below(self.text(frame, &key.value)?))
            }
            (_, [path]) => {
                let format = DataFormat::of_function(function)?;
                let site = self.gathered.contributions.frames.get(frame)?.site;
                let file = join_path(site.file.path(self.gathered.db), path.value.literal()?)?;
                Some(Lookup { file: file.into(), is_yaml: format == DataFormat::Yaml, ..Lookup::default() })
            }
            _ => None,
        }
    }

    /// A text that ends with what is read.
    fn behind(&self, frame: usize, parts: &'t [TextPart]) -> Option<Lookup> {
        let (last, before) = parts.split_last()?;
        let TextPart::Value(last) = last else { return None };
        let inner = self.lookup(frame, last)?;
        let mut text = String::new();
        for part in before {
            match part {
                TextPart::Literal(literal) => text.push_str(literal),
                TextPart::Value(value) => text.push_str(&self.text(frame, value)?),
            }
        }
        Some(Lookup { before: text + &inner.before, ..inner })
    }

    /// Whether an expression reads something and puts text behind it, so that what is read is no version as a whole.
    pub(super) fn is_torn(&self, frame: usize, expr: &'t Expr) -> bool {
        match &expr.kind {
            ExprKind::Text(parts) => {
                let is_read = |part: &'t TextPart| match part {
                    TextPart::Value(value) => self.lookup(frame, value).is_some_and(|read| !read.keys.is_empty()),
                    TextPart::Literal(_) => false,
                };
                parts.split_last().is_some_and(|(_, before)| before.iter().any(is_read))
            }
            ExprKind::Name(name) => self.argument(frame, name).is_some_and(|(frame, expr)| self.is_torn(frame, expr)),
            _ => false,
        }
    }

    /// The argument that a parameter stands for, with the frame that it stands in.
    fn argument(&self, frame: usize, name: &str) -> Option<(usize, &'t Expr)> {
        let frames = &self.gathered.contributions.frames;
        let used = frames.get(frame).filter(|frame| frame.level == Level::Template).and_then(|_| {
            let call = attribute(self.gathered.db, self.gathered.item, "use")?;
            let ExprKind::Call(_, arguments) = &call.kind else { return None };
            arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|word| word.text.as_ref() == name))
        })?;
        Some((frames.iter().position(|frame| frame.level == Level::Own)?, &used.value))
    }

    /// What an expression says on these instances.
    pub(super) fn text(&self, frame: usize, expr: &Expr) -> Option<Arc<str>> {
        let (facts, contributions) = (self.gathered.facts(), &self.gathered.contributions);
        let locals = locals(facts, contributions, frame, &self.group.world);
        let scope = scope_in(facts, contributions, frame, &locals, Ambients::All, Some(&self.group.world));
        let value = evaluate(&scope, expr, Expected::Value, &mut crate::diagnostics::Sink::default()).ok()?;
        match value {
            Value::Int(index) => Some(index.to_string().into()),
            other => other.to_text(),
        }
    }
}

impl Lookup {
    fn below(mut self, key: Arc<str>) -> Self {
        self.keys.push(key);
        self
    }
}
