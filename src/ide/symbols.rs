//! What every word of a declaration is: one walk along the table, from which hover, definition, references, renaming,
//! highlighting and hints are answered.

use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::Code;
use crate::model::over;
use crate::schema::{
    AMBIENTS, Attribute, Below, BlockSchema, Choice, FORGES, Function, Kind, Over, PROVIDERS, Text, Type, asked_for,
    below, below_in, body_of, kind_of_word, question,
};
use crate::source::Decl;
use crate::syntax::ast::{
    Argument, Block, Declaration, DeclarationKind, Entry, EntryKind, Expr, ExprKind, For, Named, TextPart, Word,
};
use crate::syntax::syntax;
use crate::text::TextRange;
use crate::values::{Expected, path_keys};

/// A word and what it is; the range counts from the start of the declaration.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// Where it stands.
    pub range: TextRange,
    /// What it is.
    pub role: Role,
}

/// What a word can be.
#[derive(Clone, Debug)]
pub enum Role {
    /// The first word of a declaration.
    Kind(Kind),
    /// The name of a declaration, where it is declared; one with interpolations is as it is written.
    Declared(Kind, Arc<str>),
    /// The name of a declaration, where it is used.
    Reference(Kind, Arc<str>),
    /// The key of an attribute, with the keys that lead to it in its declaration.
    Attribute(&'static Attribute, Vec<Arc<str>>),
    /// A free key, such as one of Helm's values.
    Key(Vec<Arc<str>>),
    /// A variable of the platform, an environment or a cluster; whether it is said here.
    Variable(Arc<str>, bool),
    /// A label of clusters; whether it is said here.
    Label(Arc<str>, bool),
    /// A function.
    Function(&'static Function),
    /// A function of `provides`.
    Provider(&'static str),
    /// A word of an enumeration.
    Choice(&'static Choice),
    /// What a condition or expression may name beside its own names.
    Ambient(&'static str),
    /// A name that `param`, `for` or `each` gives: where it is given.
    Local(Arc<str>, TextRange),
    /// An argument of a template.
    Argument(Arc<str>, Arc<str>),
    /// The type of a parameter.
    ParameterType(Arc<str>),
    /// The path or pattern of an import.
    Import(Arc<str>),
    /// The path of a file that an expression reads.
    Data(Arc<str>),
    /// A path in a repository.
    Path(Arc<str>),
    /// The code of a warning.
    Code(Code),
    /// A name that nothing gives.
    Unknown,
}

/// Everything that a declaration says, in the order of the text.
#[must_use]
pub fn symbols<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<Symbol> {
    let mut walk = Walk { found: vec![], locals: vec![], path: vec![], kind: None, over: None, asks: false };
    walk.declaration(&syntax(db, decl).declaration);
    walk.found.sort_by_key(|symbol| symbol.range);
    walk.found
}

/// Which keys a block may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Attributes(&'static BlockSchema),
    Free(&'static Type),
}

pub(super) const ANY: Type = Type::Any;

struct Walk {
    found: Vec<Symbol>,
    /// The names that hold here, the innermost last, each with where it is given.
    locals: Vec<(Arc<str>, TextRange)>,
    path: Vec<Arc<str>>,
    kind: Option<Kind>,
    /// What the declaration is asked of.
    over: Option<Over>,
    /// Whether this is part of what is asked.
    asks: bool,
}

impl Walk {
    fn push(&mut self, range: TextRange, role: Role) {
        self.found.push(Symbol { range, role });
    }

    fn declaration(&mut self, declaration: &Declaration) {
        match &declaration.kind {
            DeclarationKind::Import(import) => {
                self.push(import.path.range, Role::Import(Arc::clone(&import.path.text)));
                if let Some(team) = &import.team {
                    self.push(team.range, Role::Reference(Kind::Team, Arc::clone(&team.text)));
                }
            }
            DeclarationKind::For(each) => self.declared_for(each),
            DeclarationKind::Named(named) => self.declared(named),
            DeclarationKind::Broken => {}
        }
        for waiver in &declaration.waivers {
            self.push(waiver.code_range, Role::Code(waiver.code));
        }
    }

    fn declared_for(&mut self, each: &For) {
        self.value(&each.over, &ANY);
        self.with_local(&each.name, |walk| {
            for entry in &each.body.entries {
                match &entry.kind {
                    EntryKind::Named(named) => walk.declared(named),
                    EntryKind::For(inner) => walk.declared_for(inner),
                    _ => {}
                }
            }
        });
    }

    fn declared(&mut self, named: &Named) {
        let Some(of) = kind_of_word(&named.word.text) else { return };
        self.push(named.word.range, Role::Kind(of));
        let subject = named.of.as_ref().and_then(|word| Some((word, kind_of_word(&word.text)?)));
        self.subject(of, subject, named.name.as_ref());
        if let Some(name) = named.name.as_ref().filter(|_| subject.is_none()) {
            let plain = name.plain_text().map(Arc::from);
            if let Some(plain) = plain {
                self.push(name.range, Role::Declared(of, plain));
            } else {
                self.value(name, &ANY);
            }
        }
        (self.kind, self.over) = (Some(of), over(of, &named.body));
        let depth = self.locals.len();
        self.hoist(&named.body);
        self.block(&named.body, Shape::Attributes(body_of(of, subject.map(|(_, subject)| subject))));
        self.locals.truncate(depth);
        (self.kind, self.over) = (None, None);
    }

    /// What `moved` and `removed` speak of: the one has another name now, the other may still be there.
    fn subject(&mut self, of: Kind, subject: Option<(&Word, Kind)>, name: Option<&Expr>) {
        let Some((word, subject)) = subject else { return };
        self.push(word.range, Role::Kind(subject));
        match name.and_then(|name| Some((name, name.plain_text()?))) {
            Some((name, text)) if of == Kind::Removed => self.push(name.range, Role::Reference(subject, text.into())),
            Some(_) => {}
            None => name.into_iter().for_each(|name| self.value(name, &ANY)),
        }
    }

    /// Parameters and `each` hold in the whole declaration, above their line too.
    fn hoist(&mut self, body: &Block) {
        for entry in &body.entries {
            if let EntryKind::Param { name, .. } | EntryKind::Each { name, .. } = &entry.kind {
                self.locals.push((Arc::clone(&name.text), name.range));
            }
        }
    }

    fn with_local(&mut self, name: &Word, inner: impl FnOnce(&mut Self)) {
        self.push(name.range, Role::Local(Arc::clone(&name.text), name.range));
        self.locals.push((Arc::clone(&name.text), name.range));
        inner(self);
        self.locals.pop();
    }

    fn block(&mut self, body: &Block, shape: Shape) {
        for entry in &body.entries {
            self.entry(entry, shape);
        }
    }

    fn entry(&mut self, entry: &Entry, shape: Shape) {
        match &entry.kind {
            EntryKind::Assign { key, value, .. } => {
                self.key(key, shape);
                let of = of(&key.text, shape);
                match of {
                    Type::Claim | Type::Report => self.asked(true, |walk| walk.value(value, of)),
                    _ => self.below(key, |walk| walk.value(value, of)),
                }
            }
            EntryKind::Nested { key, body, .. } => {
                self.key(key, shape);
                self.below(key, |walk| walk.block(body, inner(of(&key.text, shape))));
            }
            EntryKind::Named(named) => self.named(named, shape),
            EntryKind::When { condition, body } => {
                self.value(condition, &Type::Placement);
                self.block(body, shape);
            }
            EntryKind::Param { name, of, default } => {
                self.push(name.range, Role::Local(Arc::clone(&name.text), name.range));
                self.push(of.range, Role::ParameterType(Arc::clone(&of.text)));
                default.iter().for_each(|default| self.value(default, &ANY));
            }
            EntryKind::Each { name, over } => {
                self.push(name.range, Role::Local(Arc::clone(&name.text), name.range));
                self.value(over, &ANY);
            }
            EntryKind::Object { api_version, kind, name, body } => {
                [api_version, kind, name].into_iter().for_each(|part| self.value(part, &ANY));
                self.block(body, Shape::Free(&ANY));
            }
            EntryKind::Unset { path } => self.unset(path, shape),
            EntryKind::Expect(value) => self.asked(true, |walk| walk.value(value, &Type::Claim)),
            EntryKind::For(each) => {
                self.value(&each.over, &ANY);
                self.with_local(&each.name, |walk| walk.block(&each.body, shape));
            }
            EntryKind::Import(_) => {}
        }
    }

    fn named(&mut self, named: &Named, shape: Shape) {
        self.key(&named.word, shape);
        let Type::Named(schema) = of(&named.word.text, shape) else { return };
        let depth = self.path.len();
        self.path.push(Arc::clone(&named.word.text));
        if let Some(name) = &named.name {
            let text: Arc<str> = name.plain_text().unwrap_or("").into();
            self.path.push(text);
            self.push(name.range, Role::Key(self.path.clone()));
        }
        self.block(&named.body, Shape::Attributes(schema));
        self.path.truncate(depth);
    }

    fn asked(&mut self, asks: bool, inner: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.asks, asks);
        inner(self);
        self.asks = outer;
    }

    /// What a name may be asked of here.
    fn over(&self) -> Option<Over> {
        self.over.filter(|_| self.asks)
    }

    fn below(&mut self, key: &Word, inner: impl FnOnce(&mut Self)) {
        self.path.push(Arc::clone(&key.text));
        inner(self);
        self.path.pop();
    }

    fn unset(&mut self, path: &[Word], mut shape: Shape) {
        let depth = self.path.len();
        for key in path {
            self.key(key, shape);
            shape = inner(of(&key.text, shape));
            self.path.push(Arc::clone(&key.text));
        }
        self.path.truncate(depth);
    }

    fn key(&mut self, key: &Word, shape: Shape) {
        let role = self.key_role(key, shape);
        self.push(key.range, role);
    }

    fn key_role(&self, key: &Word, shape: Shape) -> Role {
        let path = || self.path.iter().chain([&key.text]).cloned().collect();
        let text = Arc::clone(&key.text);
        if let Shape::Attributes(schema) = shape {
            return schema.attribute(&key.text).map_or(Role::Unknown, |attribute| Role::Attribute(attribute, path()));
        }
        match (self.kind, self.path.as_slice()) {
            (Some(Kind::Platform | Kind::Environment | Kind::Cluster), [around]) if around.as_ref() == "vars" => {
                Role::Variable(text, true)
            }
            (Some(Kind::Cluster), [around]) if around.as_ref() == "labels" => Role::Label(text, true),
            (_, [around] | [_, around]) if around.as_ref() == "access" => Role::Reference(Kind::Role, text),
            _ => Role::Key(path()),
        }
    }

    fn value(&mut self, expr: &Expr, of: &'static Type) {
        if let (Type::Paths, Some(keys)) = (of, path_keys(expr)) {
            return self.own_path(&keys, below);
        }
        if let (Some(block), Some(keys)) = (self.asked_block(expr), path_keys(expr)) {
            return self.own_path(&keys, |before| below_in(block, before));
        }
        match &expr.kind {
            ExprKind::Name(word) => self.name(word, expr.range, of),
            ExprKind::Text(parts) => self.text(expr, parts, of),
            ExprKind::List(items) => items.iter().for_each(|item| self.value(item, item_type(of))),
            ExprKind::On(service, cluster) => {
                self.value(service, of);
                self.value(cluster, &Type::Reference(Kind::Cluster));
            }
            ExprKind::Object(block) => self.block(block, inner(item_type(of))),
            ExprKind::Comprehension { name, over, filter, value } => {
                self.value(over, &ANY);
                self.with_local(name, |walk| {
                    filter.iter().for_each(|filter| walk.value(filter, &ANY));
                    walk.value(value, item_type(of));
                });
            }
            ExprKind::Member(object, key) => self.member(object, key),
            ExprKind::Index(object, key) => {
                self.value(object, &ANY);
                self.key_in(object, key);
                self.value(key, &ANY);
            }
            ExprKind::Call(callee, arguments) => self.call(callee, arguments, of),
            ExprKind::Unary(_, operand) => self.value(operand, &ANY),
            ExprKind::Binary(_, left, right) => self.sides(left, right),
            ExprKind::If(condition, then, otherwise) => {
                self.value(condition, &ANY);
                self.value(then, of);
                self.value(otherwise, of);
            }
            _ => {}
        }
    }

    /// The attributes of what is asked about, if an expression is one of them.
    fn asked_block(&self, expr: &Expr) -> Option<&'static BlockSchema> {
        let over = self.over()?;
        let (first, _) = path_keys(expr)?.into_iter().next()?;
        let is_local = self.locals.iter().any(|(local, _)| *local == first);
        over.attribute(&first).filter(|_| !is_local).and(over.attributes())
    }

    /// A path of attributes: each word is a key of what the words before it lead to.
    fn own_path(
        &mut self,
        keys: &[(Arc<str>, TextRange)],
        below: impl Fn(&[Arc<str>]) -> Result<Below, (usize, Below)>,
    ) {
        let path: Vec<Arc<str>> = keys.iter().map(|(key, _)| Arc::clone(key)).collect();
        for (at, (key, range)) in keys.iter().enumerate() {
            let (before, upto) = (path.get(..at).unwrap_or_default(), path.get(..=at).unwrap_or_default().to_vec());
            let role = match below(before) {
                Ok(Below::Keys(block)) => {
                    block.attribute(key).map_or(Role::Unknown, |attribute| Role::Attribute(attribute, upto))
                }
                Ok(Below::Name(_) | Below::Free) => Role::Key(upto),
                Ok(Below::Nothing) | Err(_) => Role::Unknown,
            };
            self.push(*range, role);
        }
    }

    fn name(&mut self, word: &Arc<str>, range: TextRange, of: &'static Type) {
        let role = self.name_role(word, of);
        self.push(range, role);
    }

    fn name_role(&self, word: &Arc<str>, of: &'static Type) -> Role {
        let choice = choices(of).iter().find(|choice| choice.name == word.as_ref());
        if let Some(choice) = choice {
            return Role::Choice(choice);
        }
        if let Some((name, at)) = self.locals.iter().rev().find(|(name, _)| name == word) {
            return Role::Local(Arc::clone(name), *at);
        }
        if let Some(kind) = reference(of) {
            return Role::Reference(kind, Arc::clone(word));
        }
        if let Some(fact) = self.over().and_then(|over| over.fact(word)) {
            return Role::Ambient(fact.name);
        }
        match AMBIENTS.iter().find(|(name, _)| *name == word.as_ref()) {
            Some((name, _)) => Role::Ambient(name),
            None => Role::Unknown,
        }
    }

    fn text(&mut self, expr: &Expr, parts: &[TextPart], of: &'static Type) {
        if let (Type::Text(Text::Path), Some(path)) = (item_type(of), expr.literal()) {
            self.push(expr.range, Role::Path(path.into()));
        }
        if let (Some(Kind::Service | Kind::Template), [key], Some(name)) =
            (self.kind, self.path.as_slice(), expr.literal())
            && key.as_ref() == "namespace"
        {
            self.push(expr.range, Role::Reference(Kind::Namespace, name.into()));
        }
        for part in parts {
            if let TextPart::Value(value) = part {
                self.value(value, &ANY);
            }
        }
    }

    fn member(&mut self, object: &Expr, key: &Word) {
        self.value(object, &ANY);
        self.push_key(object, &key.text, key.range);
    }

    /// The same with the key in quotes: `vars["domain"]`.
    fn key_in(&mut self, object: &Expr, key: &Expr) {
        if let Some(text) = key.literal() {
            self.push_key(object, &text.into(), key.range);
        }
    }

    fn push_key(&mut self, object: &Expr, key: &Arc<str>, range: TextRange) {
        let name = match &object.kind {
            ExprKind::Name(name) if !self.locals.iter().any(|(local, _)| local == name) => name.as_ref(),
            _ => "",
        };
        match name {
            "vars" => self.push(range, Role::Variable(Arc::clone(key), false)),
            "labels" => self.push(range, Role::Label(Arc::clone(key), false)),
            _ => {}
        }
    }

    /// On one side of a comparison with `env` or `cluster` stands the name of one.
    fn sides(&mut self, left: &Expr, right: &Expr) {
        let over = self.over();
        let asked = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) if self.locals.iter().any(|(local, _)| local == name) => &ANY,
            ExprKind::Name(name) if name.as_ref() == "env" => &Type::Reference(Kind::Environment),
            ExprKind::Name(name) if name.as_ref() == "cluster" => &Type::Reference(Kind::Cluster),
            ExprKind::Name(name) => over.and_then(|over| named_by(over, name)).unwrap_or(&ANY),
            ExprKind::Call(callee, _) if over.is_some() && callee.plain_text() == Some("clusters") => {
                &Type::Reference(Kind::Cluster)
            }
            _ => &ANY,
        };
        let (for_left, for_right) = (asked(right), asked(left));
        self.value(left, if matches!(for_right, Type::Any) { for_left } else { &ANY });
        self.value(right, if matches!(for_left, Type::Any) { for_right } else { &ANY });
    }

    fn call(&mut self, callee: &Expr, arguments: &[Argument], of: &'static Type) {
        let ExprKind::Name(name) = &callee.kind else { return };
        if matches!(of, Type::Use) {
            return self.template(name, callee.range, arguments);
        }
        if let Some(question) = self.over().and_then(|_| question(name, arguments.len())) {
            return self.question(question, callee, arguments);
        }
        let provider = PROVIDERS.iter().chain(&FORGES).find(|(provider, _)| *provider == name.as_ref());
        let role = match (Function::find(name), provider) {
            (Some(function), _) => Role::Function(function),
            (None, Some((provider, _))) => Role::Provider(provider),
            (None, None) => Role::Unknown,
        };
        self.push(callee.range, role);
        if let ("has" | "get", [object, key, ..]) = (name.as_ref(), arguments) {
            self.key_in(&object.value, &key.value);
        }
        let reads = matches!(name.as_ref(), "csv" | "json" | "yaml");
        for argument in arguments {
            if let Some(path) = argument.value.literal().filter(|_| reads) {
                self.push(argument.value.range, Role::Data(path.into()));
            }
            self.value(&argument.value, &ANY);
        }
    }

    /// What is asked of the platform.
    fn question(&mut self, question: &'static Function, callee: &Expr, arguments: &[Argument]) {
        self.push(callee.range, Role::Function(question));
        for (number, argument) in arguments.iter().enumerate() {
            match asked_for(question.name, number) {
                Some(of @ Type::Placement) => self.asked(false, |walk| walk.value(&argument.value, of)),
                of => self.value(&argument.value, of.unwrap_or(&ANY)),
            }
        }
    }

    fn template(&mut self, name: &Arc<str>, at: TextRange, arguments: &[Argument]) {
        self.push(at, Role::Reference(Kind::Template, Arc::clone(name)));
        for argument in arguments {
            if let Some(parameter) = &argument.name {
                self.push(parameter.range, Role::Argument(Arc::clone(name), Arc::clone(&parameter.text)));
            }
            self.value(&argument.value, &ANY);
        }
    }
}

/// What a bare word beside a name that is asked about names.
pub(super) fn named_by(over: Over, name: &str) -> Option<&'static Type> {
    let kind = match name {
        "service" if over.knows(name) => Some(Kind::Service),
        "owner" if over.knows(name) => Some(Kind::Team),
        _ => over.fact(name)?.kind,
    };
    match kind? {
        Kind::Service => Some(&Type::Reference(Kind::Service)),
        Kind::Team => Some(&Type::Reference(Kind::Team)),
        Kind::Layer => Some(&Type::Reference(Kind::Layer)),
        _ => None,
    }
}

/// What a key of a block holds.
pub(super) fn of(key: &str, shape: Shape) -> &'static Type {
    match shape {
        Shape::Attributes(schema) => schema.attribute(key).map_or(&ANY, |attribute| &attribute.of),
        Shape::Free(of) => of,
    }
}

/// What a block may hold that stands where a value of this type is asked for.
pub(super) fn inner(of: &'static Type) -> Shape {
    match of {
        Type::Block(schema) | Type::Named(schema) | Type::Steps(schema) => Shape::Attributes(schema),
        Type::Map(of) => Shape::Free(of),
        _ => Shape::Free(&ANY),
    }
}

/// What the items of a list of this type are; of another type itself.
pub(super) fn item_type(of: &'static Type) -> &'static Type {
    match of {
        Type::List(of) => of,
        _ => of,
    }
}

/// The kind of declaration that a bare word of this type names.
pub(super) fn reference(of: &'static Type) -> Option<Kind> {
    match (of, Expected::of(of)) {
        (Type::Use, _) => Some(Kind::Template),
        (_, Expected::Kind(kind)) => Some(kind),
        (_, Expected::Repository) => Some(Kind::Repository),
        _ => None,
    }
}

/// The words that a bare word of this type is one of.
pub(super) fn choices(of: &'static Type) -> &'static [Choice] {
    match Expected::of(of) {
        Expected::Choice(choices) => choices,
        _ => &[],
    }
}
