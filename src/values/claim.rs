//! Expressions of policies and tests: attributes as they are once resolved, and questions about the platform.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::check;
use super::evaluate::{truth, value_of};
use super::path::path_keys;
use super::resolve::{Ambients, Expected, Scope, World};
use super::value::Value;
use crate::diagnostics::{self as codes, Diagnostic, Reported, Sink, did_you_mean};
use crate::schema::{
    Below, BlockSchema, Function, Over, QUESTIONS, SERVICE_DEFAULTS, Type, asked_for, below_in, question,
};
use crate::syntax::ast::{Argument, Expr, ExprKind};
use crate::text::{TextRange, some};

/// What is asked of the platform.
#[derive(Clone, Debug)]
pub enum Question<'q> {
    /// Whether a team may do something with a service; without one, with what is asked about.
    Can {
        /// The team.
        team: &'q str,
        /// The action.
        action: &'q str,
        /// The service.
        service: Option<&'q str>,
    },
    /// Whether a service starts only when another is there.
    Before {
        /// The one that is there first.
        first: &'q str,
        /// The other.
        second: &'q str,
    },
    /// Where a service runs.
    Clusters(&'q str),
    /// What an attribute of a service is on a cluster.
    Value {
        /// The service.
        service: &'q str,
        /// The cluster.
        cluster: &'q str,
        /// The attribute.
        path: &'q [Arc<str>],
    },
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It is asked of nothing.
    Nowhere(String),
    /// It has a value of its own for each of these.
    Varies(Vec<String>),
    /// It is so here and not so there.
    Differs {
        /// Where it is so.
        yes: Vec<String>,
        /// Where it is not.
        no: Vec<String>,
    },
    /// What it is asked of has mistakes of its own.
    Unsound,
}

/// Who knows the resolved platform.
pub trait Answers {
    /// What an attribute of what is asked about is; null where it has no value.
    fn attribute(&self, path: &[&str]) -> Value;
    /// What is known of it under a name.
    fn fact(&self, name: &str) -> Value;
    /// The clusters that a condition may select.
    fn worlds(&self) -> &[World];
    /// The answer to a question, asked of these clusters alone if there is a list of them.
    ///
    /// # Errors
    /// Why there is none.
    fn ask(&self, question: &Question<'_>, on: Option<&BTreeSet<Arc<str>>>) -> Result<Value, Unanswered>;
}

impl Scope<'_> {
    /// What the expression is asked of, if it belongs to a policy or a test.
    pub(super) fn over(&self) -> Option<Over> {
        match self.ambients {
            Ambients::Claim(over) => Some(over),
            _ => None,
        }
    }

    /// The keys of an attribute, if an expression is one.
    pub(super) fn attribute_keys(&self, expr: &Expr) -> Option<Vec<(Arc<str>, TextRange)>> {
        let over = self.over()?;
        let keys = path_keys(expr)?;
        let (first, _) = keys.first()?;
        let is_local = self.locals.iter().any(|(name, _)| name == first) || self.item.is_some_and(|item| item == first);
        (!is_local && over.attribute(first).is_some()).then_some(keys)
    }

    /// The question that a call asks, if it asks one.
    pub(super) fn question(&self, callee: &Expr, arguments: usize) -> Option<&'static Function> {
        let ExprKind::Name(name) = &callee.kind else { return None };
        self.over().and_then(|_| question(name, arguments))
    }

    /// What an attribute is.
    pub(super) fn attribute(&self, keys: &[(Arc<str>, TextRange)], sink: &mut Sink) -> Result<Value, Reported> {
        self.check_attribute(keys, sink)?;
        let path: Vec<&str> = keys.iter().map(|(key, _)| key.as_ref()).collect();
        Ok(self.answers.map_or(Value::Null, |answers| answers.attribute(&path)))
    }

    /// Reports a path that leads nowhere.
    pub(super) fn check_attribute(&self, keys: &[(Arc<str>, TextRange)], sink: &mut Sink) -> Result<(), Reported> {
        match self.over().and_then(Over::attributes) {
            Some(block) => known(self, block, keys, sink),
            None => Ok(()),
        }
    }
}

fn known(
    scope: &Scope<'_>,
    block: &'static BlockSchema,
    keys: &[(Arc<str>, TextRange)],
    sink: &mut Sink,
) -> Result<(), Reported> {
    let path: Vec<&Arc<str>> = keys.iter().map(|(key, _)| key).collect();
    let Err((at, here)) = below_in(block, &path) else { return Ok(()) };
    let before = path.get(..at).unwrap_or_default().iter().map(|key| Arc::clone(key)).collect::<Vec<_>>();
    let Some((key, range)) = keys.get(at) else { return Ok(()) };
    let message = match before.as_slice() {
        [] => format!("there is no attribute `{key}`"),
        before => format!("`{}` has no `{key}`", super::path::show(before)),
    };
    let finding = Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, scope.site.span(*range), message);
    let Below::Keys(block) = here else { return Err(sink.error(finding)) };
    let names = || block.attributes.iter().map(|known| known.name);
    let near = did_you_mean(key, names());
    let others = || format!("there are {}", names().collect::<Vec<_>>().join(", "));
    Err(sink.error(finding.meant(key, near).help_if(near.is_none().then(others))))
}

/// Checks a question without asking it.
pub(super) fn check_question(scope: &Scope<'_>, asked: &'static Function, call: Call<'_>, sink: &mut Sink) {
    if count(scope, asked, call, sink).is_err() {
        return;
    }
    if asked.name == "has"
        && let [argument] = call.arguments
        && path_keys(&argument.value).is_none()
    {
        let message = "expected a path of attributes, such as `helm.version`";
        scope.fail(codes::TYPE_MISMATCH, argument.value.range, message, sink);
        return;
    }
    for (number, argument) in call.arguments.iter().enumerate() {
        let value = &argument.value;
        match asked_for(asked.name, number) {
            Some(Type::Placement) => check(&condition(scope), value, Expected::Value, sink),
            Some(Type::Paths) => drop(path(scope, value, sink)),
            Some(of) => check(scope, value, Expected::of(of), sink),
            None => check(scope, value, Expected::Value, sink),
        }
    }
}

/// A call as it is written.
#[derive(Clone, Copy)]
pub(super) struct Call<'c> {
    pub(super) callee: &'c Expr,
    pub(super) arguments: &'c [Argument],
    pub(super) at: TextRange,
}

fn count(scope: &Scope<'_>, asked: &'static Function, call: Call<'_>, sink: &mut Sink) -> Result<(), Reported> {
    let (fewest, most) = asked.arity();
    let name = asked.name;
    let needs = if name == "can" && matches!(scope.over(), Some(Over::Cluster | Over::Team | Over::Platform)) {
        3
    } else {
        fewest
    };
    let named = call.arguments.iter().find_map(|argument| argument.name.as_ref());
    if named.is_none() && (needs..=most).contains(&call.arguments.len()) {
        return Ok(());
    }
    let parameters = asked.parameters.iter().map(|parameter| parameter.name).collect::<Vec<_>>().join(", ");
    let takes = if needs == most { needs.to_string() } else { format!("{needs} to {most}") };
    let plural = if most == 1 { "" } else { "s" };
    let message = match named {
        Some(word) => format!("`{name}` takes its arguments by their order, not as `{} =`", word.text),
        None => format!("`{name}` takes {takes} argument{plural}, not {}", call.arguments.len()),
    };
    let finding = Diagnostic::new(codes::BAD_ARGUMENTS, scope.site.span(call.callee.range), message);
    Err(sink.error(finding.help(format!("write `{name}({parameters})`"))))
}

/// The scope of a condition over clusters.
fn condition<'s>(scope: &Scope<'s>) -> Scope<'s> {
    Scope { ambients: Ambients::Condition, world: None, answers: None, ..*scope }
}

/// The keys of a service's attribute.
fn path(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Result<Vec<Arc<str>>, Reported> {
    let Some(keys) = path_keys(expr) else {
        let message = "expected a path of attributes, such as `helm.version`";
        return Err(scope.fail(codes::TYPE_MISMATCH, expr.range, message, sink));
    };
    known(scope, &SERVICE_DEFAULTS, &keys, sink)?;
    Ok(keys.into_iter().map(|(key, _)| key).collect())
}

/// What a question costs: it is answered from whole services, and from the order of a cluster.
const QUESTION: u64 = 20_000;

/// The answer to a question.
pub(super) fn ask(
    scope: &Scope<'_>,
    asked: &'static Function,
    call: Call<'_>,
    sink: &mut Sink,
) -> Result<Value, Reported> {
    count(scope, asked, call, sink)?;
    let Some(answers) = scope.answers else { return Ok(Value::Null) };
    let argument = |number: usize| call.arguments.get(number).map(|argument| &argument.value);
    if asked.name == "has" {
        let value = argument(0).map(|value| value_of(scope, value, Expected::Value, sink)).transpose()?;
        return Ok(Value::Bool(value.is_some_and(|value| !is_nothing(&value))));
    }
    let mut names: Vec<Arc<str>> = vec![];
    let (mut on, mut keys) = (None, vec![]);
    for (number, argument) in call.arguments.iter().enumerate() {
        let value = &argument.value;
        match asked_for(asked.name, number) {
            Some(Type::Placement) => on = Some(selected(scope, answers, value, sink)?),
            Some(Type::Paths) => keys = path(scope, value, sink)?,
            Some(of) => names.push(name(scope, value, Expected::of(of), sink)?),
            None => {}
        }
    }
    scope.spend(QUESTION, call.at, sink)?;
    let text = |number: usize| names.get(number).map(AsRef::as_ref);
    let given = |number: usize| text(number).unwrap_or_default();
    let question = match asked.name {
        "can" => Question::Can { team: given(0), action: given(1), service: text(2) },
        "before" => Question::Before { first: given(0), second: given(1) },
        "clusters" => Question::Clusters(given(0)),
        _ => Question::Value { service: given(0), cluster: given(1), path: &keys },
    };
    answers.ask(&question, on.as_ref()).map_err(|why| unanswered(scope, call.at, why, sink))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// The name that an argument is; a string that is computed may be one.
fn name(scope: &Scope<'_>, expr: &Expr, expected: Expected, sink: &mut Sink) -> Result<Arc<str>, Reported> {
    let value = value_of(scope, expr, expected, sink)?;
    match (expected, &value) {
        (Expected::Kind(kind), Value::Reference(other, name)) if kind == *other => Ok(Arc::clone(name)),
        (Expected::Kind(kind), Value::Text(text)) if expr.literal().is_none() => match scope.names.get(kind, text) {
            Some(name) => Ok(name),
            None => Err(scope.unknown_name(text, expr.range, expected, sink)),
        },
        (Expected::Choice(choices), Value::Text(text)) if choices.iter().any(|choice| choice.name == text.as_ref()) => {
            Ok(Arc::clone(text))
        }
        (Expected::Kind(kind), other) => {
            Err(scope.mismatch(expr.range, &format!("the name of a {}", kind.word()), other, sink))
        }
        (_, other) => Err(scope.mismatch(expr.range, "the name of an action", other, sink)),
    }
}

/// The clusters that a condition selects.
fn selected(
    scope: &Scope<'_>,
    answers: &dyn Answers,
    expr: &Expr,
    sink: &mut Sink,
) -> Result<BTreeSet<Arc<str>>, Reported> {
    let mut found = BTreeSet::new();
    for world in answers.worlds() {
        let scope = Scope { world: Some(world), ..condition(scope) };
        if truth(&scope, expr, sink)? {
            found.extend(world.cluster.clone());
        }
    }
    if found.is_empty() {
        let nowhere = Unanswered::Nowhere("no cluster meets the condition".to_owned());
        return Err(unanswered(scope, expr.range, nowhere, sink));
    }
    Ok(found)
}

fn unanswered(scope: &Scope<'_>, at: TextRange, why: Unanswered, sink: &mut Sink) -> Reported {
    let span = scope.site.span(at);
    match why {
        Unanswered::Unsound => sink.broken(),
        Unanswered::Nowhere(what) => sink.error(
            Diagnostic::new(codes::ANSWER_DIFFERS, span, format!("this asks about nothing: {what}"))
                .help("widen the condition, or take the question away"),
        ),
        Unanswered::Varies(of) => sink.error(
            Diagnostic::new(codes::ANSWER_DIFFERS, span, format!("the value is not the same for {}", shown(&of)))
                .help("ask with a policy over instances, which is asked of each by itself"),
        ),
        Unanswered::Differs { yes, no } => sink.error(
            Diagnostic::new(codes::ANSWER_DIFFERS, span, "the answer is not the same everywhere")
                .note(format!("it is yes for {}", shown(&yes)))
                .note(format!("it is no for {}", shown(&no)))
                .help("say with a condition behind the other arguments of which clusters it is asked: `env == NAME`"),
        ),
    }
}

fn shown(names: &[String]) -> String {
    some(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Everything in an expression whose value may be why it does not hold: attributes, facts, names and questions, each once.
#[must_use]
pub fn asked_in<'e>(scope: &Scope<'_>, expr: &'e Expr) -> Vec<&'e Expr> {
    let mut found: Vec<&'e Expr> = vec![];
    let mut inner: Vec<TextRange> = vec![];
    expr.walk(&mut |expr: &'e Expr| {
        let is_within = inner.iter().any(|outer| outer.cover(expr.range) == *outer);
        let is_question = matches!(&expr.kind, ExprKind::Call(callee, arguments) if scope.question(callee, arguments.len()).is_some());
        let is_name = match &expr.kind {
            ExprKind::Name(name) => scope.over().is_some_and(|over| over.knows(name) || over.fact(name).is_some()),
            ExprKind::Member(of, _) => matches!(&of.kind, ExprKind::Name(name) if matches!(name.as_ref(), "vars" | "labels") && scope.over().is_some_and(|over| over.knows(name))),
            _ => false,
        };
        if !is_within && (is_question || is_name || scope.attribute_keys(expr).is_some()) {
            inner.push(expr.range);
            found.push(expr);
        }
    });
    found
}

/// Whether an expression asks a question by this name anywhere.
#[must_use]
pub(super) fn is_question(name: &str) -> bool {
    QUESTIONS.iter().any(|question| question.name == name)
}
