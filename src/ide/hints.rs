//! What is shown between the words of a file, for the part of it that is on the screen.

use std::sync::Arc;

use super::summary::{glance, parameters};
use crate::db::{Db, SourceFile};
use crate::model::{everywhere, masked};
use crate::names::{Item, declarations, items};
use crate::schema::{Function, Kind};
use crate::source::{Decl, outline};
use crate::syntax::ast::{Argument, Block, Declaration, DeclarationKind, EntryKind, Expr, ExprKind, Named};
use crate::syntax::syntax;
use crate::text::TextRange;
use crate::text::counted;

/// Something that is shown between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte of the file that it is shown before.
    pub at: u32,
    /// What is shown.
    pub text: String,
    /// What it is.
    pub kind: HintKind,
}

/// What a hint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// What becomes of the service of this name.
    Service(Arc<str>),
    /// What an expression gives.
    Value,
    /// The name of the parameter that follows.
    Parameter,
    /// Arguments that are left out.
    Defaults,
}

/// So many arguments that are left out are shown.
const DEFAULTS: usize = 3;

/// What is shown in a part of a file.
#[must_use]
pub fn hints(db: &dyn Db, file: SourceFile, within: TextRange) -> Vec<Hint> {
    let mut hints = vec![];
    for decl in &outline(db, file).decls {
        let (start, length) = (decl.start(db), decl.text(db).len());
        let whole = TextRange::new(0, length).shift(start);
        if whole.start <= within.end && within.start <= whole.end {
            let part = TextRange { start: within.start.saturating_sub(start), end: within.end.saturating_sub(start) };
            let mut found = Hints { db, within: part, found: vec![] };
            found.declaration(*decl);
            hints.extend(found.found.into_iter().map(|hint| Hint { at: hint.at + start, ..hint }));
        }
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

struct Hints<'db> {
    db: &'db dyn Db,
    /// The part that is on the screen, from the start of the declaration.
    within: TextRange,
    found: Vec<Hint>,
}

impl<'db> Hints<'db> {
    fn push(&mut self, at: u32, text: String, kind: HintKind) {
        if self.within.touches(at) {
            self.found.push(Hint { at, text, kind });
        }
    }

    fn declaration(&mut self, decl: Decl<'db>) {
        let declaration = &syntax(self.db, decl).declaration;
        match &declaration.kind {
            DeclarationKind::For(each) => {
                let count = items(self.db, decl).items.len();
                self.push(each.over.range.end, counted(count, "declaration"), HintKind::Value);
            }
            DeclarationKind::Named(named) => self.named(decl, named),
            DeclarationKind::Import(_) | DeclarationKind::Broken => {}
        }
        self.calls(declaration);
    }

    fn named(&mut self, decl: Decl<'db>, named: &Named) {
        self.uses(&named.body);
        let item = items(self.db, decl).items.iter().copied().find(|item| item.kind(self.db) == Kind::Service);
        // Of two services with one name only the first becomes something.
        let item = item.filter(|item| declarations(self.db).get(Kind::Service, item.name(self.db)) == Some(*item));
        if let Some(item) = item {
            self.head(item, named);
            self.values(item);
        }
    }

    /// Behind a service's head: where it comes up, and what it only says elsewhere.
    fn head(&mut self, item: Item<'db>, named: &Named) {
        let Some(name) = named.name.as_ref().filter(|name| self.within.touches(name.range.end)) else { return };
        let Some(glance) = glance(self.db, item) else { return };
        let mut parts = vec![glance.wave(), glance.places()];
        if let Some(namespace) = glance.namespace.as_ref().filter(|_| !says(&named.body, "namespace")) {
            parts.push(format!("namespace {namespace}"));
        }
        self.push(name.range.end, parts.join(" · "), HintKind::Service(Arc::clone(item.name(self.db))));
    }

    fn values(&mut self, item: Item<'db>) {
        let Some(everywhere) = everywhere(self.db, item) else { return };
        for (expr, value) in everywhere.constants(self.within) {
            self.push(expr.range.end, format!("= {}", masked(&keys(expr), &value).show()), HintKind::Value);
        }
    }

    /// Arguments of a template that are left out.
    fn uses(&mut self, body: &Block) {
        let used = body.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::Assign { key, value, .. } if key.text.as_ref() == "use" => Some(value),
            _ => None,
        });
        let Some((used, name, given)) = used.and_then(|used| Some((used, template(used)?, arguments(used)))) else {
            return;
        };
        let Some(template) = declarations(self.db).get(Kind::Template, name) else { return };
        let is_given = |name: &Arc<str>| {
            given.iter().any(|argument| argument.name.as_ref().is_some_and(|word| word.text == *name))
        };
        let left_out = parameters(self.db, template).iter().filter(|parameter| !is_given(&parameter.name));
        let shown: Vec<String> = left_out
            .filter_map(|parameter| Some(format!("{} = {}", parameter.name, parameter.default.as_ref()?)))
            .collect();
        if !shown.is_empty() {
            let more = if shown.len() > DEFAULTS { ", ..." } else { "" };
            let first = shown.iter().take(DEFAULTS).cloned().collect::<Vec<_>>().join(", ");
            self.push(used.range.end, format!("{first}{more}"), HintKind::Defaults);
        }
    }

    /// The names of functions' parameters, before arguments that don't say themselves what they are.
    fn calls(&mut self, declaration: &Declaration) {
        let within = self.within;
        let mut found = vec![];
        declaration.walk(&mut |expr| {
            if within.start <= expr.range.end && expr.range.start <= within.end {
                found.extend(named_arguments(expr));
            }
        });
        for (at, name) in found {
            self.push(at, format!("{name}:"), HintKind::Parameter);
        }
    }
}

fn named_arguments(expr: &Expr) -> Vec<(u32, &'static str)> {
    let ExprKind::Call(callee, arguments) = &expr.kind else { return vec![] };
    let ExprKind::Name(name) = &callee.kind else { return vec![] };
    let function = Function::find(name).filter(|function| function.parameters.len() > 1);
    let parameters = function.map(|function| function.parameters).unwrap_or_default();
    let unclear =
        arguments.iter().zip(parameters).filter(|(argument, _)| argument.name.is_none() && is_plain(&argument.value));
    unclear.map(|(argument, parameter)| (argument.value.range.start, parameter.name)).collect()
}

/// Whether an expression is a value as it stands.
fn is_plain(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Text(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Null)
}

fn template(used: &Expr) -> Option<&str> {
    match &used.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Call(callee, _) => template(callee),
        _ => None,
    }
}

fn arguments(used: &Expr) -> &[Argument] {
    match &used.kind {
        ExprKind::Call(_, arguments) => arguments,
        _ => &[],
    }
}

/// The keys by which one could tell that an expression gives a secret.
fn keys(expr: &Expr) -> Vec<&str> {
    match &expr.kind {
        ExprKind::Member(of, key) => keys(of).into_iter().chain([key.text.as_ref()]).collect(),
        ExprKind::Name(name) => vec![name],
        _ => vec![],
    }
}

/// Whether a block says something of its own, on whichever condition.
fn says(body: &Block, key: &str) -> bool {
    body.entries.iter().any(|entry| match &entry.kind {
        EntryKind::Assign { key: found, .. } => found.text.as_ref() == key,
        EntryKind::When { body, .. } => says(body, key),
        _ => false,
    })
}
