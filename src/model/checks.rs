//! What can be said about a declaration by itself: its name, its attributes, and every expression in it, used or not.

use std::sync::Arc;

use super::claims::{Claim, claim};
use super::estates::worlds;
use super::parameters::{fits, parameters};
use super::placement::scope_of;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean, with_article};
use crate::names::{Item, body, name_span, names, sink_of, subject};
use crate::overlays::{Collector, Contributions, Frame, Level, Place};
use crate::schema::{self, Kind, Over, PARAMETER_TYPES, Text};
use crate::source::Site;
use crate::source::takes_kind;
use crate::syntax::ast::{Block, EntryKind, Expr, ExprKind, Named, Operator};
use crate::values::{Ambients, Expected, Locals, Scope, Value, check, check_text, evaluate};

/// Whether a declaration of a kind may have a name.
///
/// # Errors
/// What is wrong with it, and the rule.
pub fn check_name(kind: Kind, name: &str) -> Result<(), (String, String)> {
    let form = if kind == Kind::Health { Text::GroupKind } else { Text::DnsLabel };
    check_text(form, name).map_err(|problem| (problem.message, problem.note.to_string()))?;
    if kind != Kind::Health && name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err((format!("`{name}` starts with a digit"), "a name starts with a letter".to_owned()));
    }
    Ok(())
}

/// Checks a declaration by itself.
#[salsa::tracked]
pub fn check_declaration<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Diagnostic> {
    let mut sink = sink_of(db, item);
    if let Some(named) = body(db, item) {
        let checker = Checker { db, item, site: item.decl(db).site(db) };
        checker.name(named, &mut sink);
        checker.body(named, &mut sink);
    }
    sink.finish()
}

struct Checker<'db> {
    db: &'db dyn Db,
    item: Item<'db>,
    site: Site,
}

impl<'db> Checker<'db> {
    fn name(&self, named: &Named, sink: &mut Sink) {
        let kind = self.item.kind(self.db);
        let name = self.item.name(self.db);
        let span = name_span(self.db, self.item);
        if kind == Kind::Test {
            return self.sentence(named, sink);
        }
        if takes_kind(kind.word()) {
            return self.subject(kind, named, sink);
        }
        if named.name.is_none() {
            sink.push(
                Diagnostic::new(codes::BAD_NAME, span, format!("this {} has no name", kind.word()))
                    .help(format!("write `{} NAME {{`", kind.word())),
            );
            return;
        }
        if let Err((message, note)) = check_name(kind, name) {
            sink.push(Diagnostic::new(codes::BAD_NAME, span, message).note(note));
        }
    }

    /// A test is called by a sentence.
    fn sentence(&self, named: &Named, sink: &mut Sink) {
        let (name, span) = (self.item.name(self.db), name_span(self.db, self.item));
        let message = match &named.name {
            None => "this test has no name".to_owned(),
            Some(_) if name.trim().is_empty() || name.contains(char::is_control) => {
                "the name of a test is a sentence on one line".to_owned()
            }
            Some(_) if name.chars().count() > MAX_SENTENCE => {
                format!("the name of a test has at most {MAX_SENTENCE} characters, not {}", name.chars().count())
            }
            Some(_) => return,
        };
        sink.push(Diagnostic::new(codes::BAD_NAME, span, message).help("write `test \"what is expected\" {`"));
    }

    /// What `moved` or `removed` speaks of.
    fn subject(&self, kind: Kind, named: &Named, sink: &mut Sink) {
        let kinds = if kind == Kind::Moved { schema::MOVED } else { schema::REMOVED };
        match subject(self.db, self.item) {
            Some((of, name)) if kinds.contains(&of) => {
                if let Err((message, note)) = check_name(of, name) {
                    sink.push(Diagnostic::new(codes::BAD_NAME, name_span(self.db, self.item), message).note(note));
                }
            }
            found => sink.push(self.bad_subject(named, found.map(|(of, _)| of), kinds)),
        }
    }

    fn bad_subject(&self, named: &Named, of: Option<Kind>, kinds: &[Kind]) -> Diagnostic {
        let word = self.item.kind(self.db).word();
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let message = match (&named.of, of) {
            (None, _) => format!("`{word}` of what?"),
            (Some(found), None) => format!("there is no kind `{}`", found.text),
            (Some(_), Some(of)) => format!("{} can't be {word}", with_article(of.word())),
        };
        let span = named.of.as_ref().map_or_else(|| name_span(self.db, self.item), |of| self.site.span(of.range));
        let finding = Diagnostic::new(codes::BAD_SUBJECT, span, message);
        let finding = match &named.of {
            Some(found) => finding.meant(&found.text, did_you_mean(&found.text, words.iter().copied())),
            None => finding,
        };
        finding.help(format!("write `{word} KIND NAME {{ }}`; the kinds are {}", words.join(", ")))
    }

    fn body(&self, named: &'db Named, sink: &mut Sink) {
        let kind = self.item.kind(self.db);
        let place = match kind {
            Kind::Service => Place::Service,
            Kind::Template => Place::Template,
            Kind::Namespace => Place::Overlaid,
            Kind::Test => Place::Test,
            _ => Place::Plain,
        };
        let mut locals = self.item.locals(self.db).to_vec();
        if kind == Kind::Template {
            self.parameters(&named.body, &mut locals, sink);
        }
        self.second_each(&named.body, sink);
        let item = each(&named.body);
        if let Some((_, over)) = item {
            self.check(over, Ambients::None, Expected::Value, &locals, sink);
        }
        let mut contributions = Contributions::default();
        let frame = Frame { site: self.site, level: Level::Own, locals, deferred: vec![] };
        let mut collector = Collector {
            db: self.db,
            names: names(self.db),
            item: item.map(|(name, _)| name),
            contributions: &mut contributions,
            sink,
        };
        collector.collect(frame, &named.body, &schema::kind(kind).body, place);
        if kind == Kind::Policy {
            self.policy(&named.body, sink);
        }
        if let Some(claim) = claim(self.db, self.item) {
            self.claim(&claim, named, sink);
        }
    }

    /// A policy is said once, by words that can be read without asking anything.
    fn policy(&self, body: &Block, sink: &mut Sink) {
        for entry in &body.entries {
            let help = match &entry.kind {
                EntryKind::Assign { key, value, operator: Operator::Set, forced: false } => {
                    let is_local = |word: &str| self.item.locals(self.db).iter().any(|(name, _)| name.as_ref() == word);
                    let is_word = match &value.kind {
                        _ if !matches!(key.text.as_ref(), "over" | "severity") => true,
                        // A constant of another type is found where its type is checked.
                        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) => true,
                        _ => value.plain_text().is_some_and(|word| !is_local(word)),
                    };
                    (!is_word).then(|| format!("write one of the words of `{}`", key.text))
                }
                EntryKind::Assign { key, .. } => Some(format!("write `{} = ...`", key.text)),
                EntryKind::Unset { .. } => Some("leave it away".to_owned()),
                _ => None,
            };
            if let Some(help) = help {
                let message = "a policy says each of its attributes once, as it is";
                let span = self.site.span(entry.range);
                sink.push(Diagnostic::new(codes::MISPLACED_STATEMENT, span, message).help(help));
            }
        }
    }

    /// What a policy or a test asks, asked or not.
    fn claim(&self, claim: &Claim<'db>, named: &Named, sink: &mut Sink) {
        let locals = self.item.locals(self.db).to_vec();
        let parts = claim.filter.into_iter().chain(claim.message).chain(claim.required.iter().copied());
        for expr in parts {
            super::spelling::check(worlds(self.db), expr, self.site, sink);
            self.check(expr, Ambients::Claim(claim.over), Expected::Value, &locals, sink);
        }
        if claim.required.is_empty() {
            let (word, missing, help) = match claim.over {
                Over::Platform => ("test", "expect", "write `expect CONDITION`, one for each thing that is expected"),
                _ => ("policy", "require", "require: what must hold of each, a condition"),
            };
            let message =
                if word == "test" { "this test expects nothing".to_owned() } else { format!("`{missing}` is missing") };
            let finding =
                Diagnostic::new(codes::MISSING_ATTRIBUTE, self.site.span(named.word.range), message).help(help);
            sink.push(if word == "test" { finding } else { finding.lacks(missing, None) });
        }
    }

    fn second_each(&self, body: &Block, sink: &mut Sink) {
        let all = body.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Each { .. }));
        for entry in all.skip(1) {
            sink.push(
                Diagnostic::new(codes::DUPLICATE_KEY, self.site.span(entry.range), "a service has one `each`")
                    .help("walk over one list of objects: `[for a in xs: ...]` can build it"),
            );
        }
    }

    fn check(&self, expr: &Expr, ambients: Ambients, expected: Expected, locals: &Locals, sink: &mut Sink) {
        let scope = Scope { locals, ambients, ..scope_of(self.db, self.item) };
        check(&scope, expr, expected, sink);
    }

    /// Parameters: their types, and defaults that fit.
    fn parameters(&self, body: &Block, locals: &mut Locals, sink: &mut Sink) {
        for (name, of, default) in parameters(body) {
            if !PARAMETER_TYPES.contains(&of.text.as_ref()) {
                let near = did_you_mean(&of.text, PARAMETER_TYPES);
                sink.push(
                    Diagnostic::new(
                        codes::BAD_VALUE,
                        self.site.span(of.range),
                        format!("there is no type `{}`", of.text),
                    )
                    .meant(&of.text, near)
                    .help(format!("the types of parameters are {}", PARAMETER_TYPES.join(", "))),
                );
            }
            if locals.iter().any(|(known, _)| *known == name.text) {
                let message = format!("parameter `{}` is declared twice", name.text);
                sink.push(Diagnostic::new(codes::DUPLICATE_DECLARATION, self.site.span(name.range), message));
            }
            if let Some(default) = default {
                self.default(default, &of.text, locals, sink);
            }
            locals.push((Arc::clone(&name.text), Value::Null));
        }
    }

    /// A default that is made of parameters before it is known only where the template is used.
    fn default(&self, default: &Expr, of: &str, locals: &Locals, sink: &mut Sink) {
        let parameters = locals.get(self.item.locals(self.db).len()..).unwrap_or_default();
        if parameters.iter().any(|(name, _)| mentions(default, name)) {
            return self.check(default, Ambients::None, Expected::Value, locals, sink);
        }
        let scope = Scope { locals, ..scope_of(self.db, self.item) };
        if let Ok(value) = evaluate(&scope, default, Expected::Value, sink)
            && !fits(&value, of)
        {
            let message = format!("the default of a parameter of type {of} is {}", value.type_name());
            sink.push(Diagnostic::new(codes::TYPE_MISMATCH, self.site.span(default.range), message));
        }
    }
}

/// How long the name of a test may be.
const MAX_SENTENCE: usize = 120;

fn mentions(expr: &Expr, name: &Arc<str>) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| found |= matches!(&expr.kind, ExprKind::Name(word) if word == name));
    found
}

/// The name and the list of `each`.
fn each(body: &Block) -> Option<(Arc<str>, &Expr)> {
    body.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Each { name, over } => Some((Arc::clone(&name.text), over)),
        _ => None,
    })
}
