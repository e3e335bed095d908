//! The typed tree of one declaration. Ranges count from the start of the declaration's text.

use std::sync::Arc;

use jiff::civil::Date;

use crate::diagnostics::Code;
use crate::text::TextRange;

/// A word or key with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// The text, without quotes.
    pub text: Arc<str>,
    /// The place.
    pub range: TextRange,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The text of its doc comment, line by line.
    pub doc: Option<Arc<str>>,
    /// What it is.
    pub kind: DeclarationKind,
    /// The warnings that are allowed in it, in the order of the text.
    pub waivers: Vec<Waiver>,
}

/// The forms of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclarationKind {
    /// `import "path"`
    Import(Import),
    /// `for NAME in EXPR { ... }`
    For(For),
    /// `kind NAME { ... }`
    Named(Named),
    /// Nothing that could be read; an error says why.
    Broken,
}

/// `allow CODE until "DATE" because "TEXT"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The code of a warning.
    pub code: Code,
    /// Where that stands.
    pub code_range: TextRange,
    /// The last day on which it holds.
    pub until: Date,
    /// Where that stands.
    pub until_range: TextRange,
    /// Why.
    pub because: Arc<str>,
    /// The whole statement.
    pub range: TextRange,
    /// What it concerns: the declaration or entry in whose block it stands.
    pub covers: TextRange,
}

/// `import "path" for TEAM`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The path or pattern.
    pub path: Word,
    /// The team behind `for`.
    pub team: Option<Word>,
}

/// `for NAME in EXPR { ... }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// The name that each element gets.
    pub name: Word,
    /// What is walked over.
    pub over: Expr,
    /// What stands in it.
    pub body: Block,
}

/// `word NAME { ... }`, or `word KIND NAME { ... }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The first word.
    pub word: Word,
    /// The kind of what is spoken of, where the first word takes one.
    pub of: Option<Word>,
    /// The name: a plain string, or one with interpolations; `None` where it was left out.
    pub name: Option<Expr>,
    /// What stands in it.
    pub body: Block,
}

/// What stands between braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The entries in the order of the text.
    pub entries: Vec<Entry>,
    /// From brace to brace.
    pub range: TextRange,
}

/// One entry of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text of its doc comment.
    pub doc: Option<Arc<str>>,
    /// The whole entry.
    pub range: TextRange,
    /// What it is.
    pub kind: EntryKind,
}

/// How a key's value joins what wider levels say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Set,
    /// `+=`
    Append,
}

/// The forms of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// `key = value` or `key += value`
    Assign { key: Word, operator: Operator, value: Expr, forced: bool },
    /// `key { ... }`
    Nested { key: Word, body: Block, forced: bool },
    /// `word NAME { ... }`
    Named(Named),
    /// `for NAME in EXPR { ... }`
    For(For),
    /// `when CONDITION { ... }`
    When { condition: Expr, body: Block },
    /// `param NAME : TYPE = DEFAULT`
    Param { name: Word, of: Word, default: Option<Expr> },
    /// `each NAME in EXPR`
    Each { name: Word, over: Expr },
    /// `object "apiVersion" "Kind" NAME { ... }`
    Object { api_version: Box<Expr>, kind: Box<Expr>, name: Box<Expr>, body: Block },
    /// `unset a.b.c`
    Unset { path: Vec<Word> },
    /// `expect EXPR`
    Expect(Expr),
    /// `import "path"`, which may not stand in a block.
    Import(Import),
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// The place.
    pub range: TextRange,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or exponent.
    Float(Float),
    /// A string in any form.
    Text(Vec<TextPart>),
    /// A bare word.
    Name(Arc<str>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `X on CLUSTER`, an element of a list.
    On(Box<Expr>, Box<Expr>),
    /// `{ a = 1 }`
    Object(Block),
    /// `[for NAME in OVER where FILTER: VALUE]`
    Comprehension { name: Word, over: Box<Expr>, filter: Option<Box<Expr>>, value: Box<Expr> },
    /// `a.b`
    Member(Box<Expr>, Word),
    /// `a["b"]`
    Index(Box<Expr>, Box<Expr>),
    /// `f(x, name = y)`
    Call(Box<Expr>, Vec<Argument>),
    /// `not a`, `-a`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `if a then b else c`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Nothing that could be read; an error says why.
    Broken,
}

/// A float that compares and hashes by its bits.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Float {}

impl std::hash::Hash for Float {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A piece of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// Text as it stands, escapes resolved.
    Literal(Arc<str>),
    /// `${expr}`
    Value(Expr),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The parameter's name, where it is given.
    pub name: Option<Word>,
    /// The value.
    pub value: Expr,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `not`
    Not,
    /// `-`
    Minus,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Divided,
    /// `%`
    Remainder,
}

impl BinaryOperator {
    /// The operator as it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divided => "/",
            Self::Remainder => "%",
        }
    }

    /// Whether it compares two values; comparisons don't chain.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::AtMost
                | Self::Greater
                | Self::AtLeast
                | Self::In
                | Self::NotIn
        )
    }
}

impl Expr {
    /// The text of a string without interpolations, or of a bare word.
    #[must_use]
    pub fn plain_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Text(parts) => match parts.as_slice() {
                [] => Some(""),
                [TextPart::Literal(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text of a string without interpolations.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        matches!(self.kind, ExprKind::Text(_)).then(|| self.plain_text()).flatten()
    }

    /// Calls `visit` for this expression and every one inside it, those of blocks included.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        visit(self);
        match &self.kind {
            ExprKind::Text(parts) => parts.iter().for_each(|part| {
                if let TextPart::Value(value) = part {
                    value.walk(visit);
                }
            }),
            ExprKind::List(items) => items.iter().for_each(|item| item.walk(visit)),
            ExprKind::Object(block) => block.walk(visit),
            ExprKind::Comprehension { over, filter, value, .. } => {
                over.walk(visit);
                filter.iter().for_each(|filter| filter.walk(visit));
                value.walk(visit);
            }
            ExprKind::Member(of, _) | ExprKind::Unary(_, of) => of.walk(visit),
            ExprKind::On(left, right) | ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            ExprKind::Call(callee, arguments) => {
                callee.walk(visit);
                arguments.iter().for_each(|argument| argument.value.walk(visit));
            }
            ExprKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|part| part.walk(visit));
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Name(_)
            | ExprKind::Broken => {}
        }
    }
}

impl Block {
    /// Calls `visit` for every expression in the block and below.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        for entry in &self.entries {
            entry.walk(visit);
        }
    }
}

impl Entry {
    fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            EntryKind::Assign { value, .. } => value.walk(visit),
            EntryKind::Nested { body, .. } => body.walk(visit),
            EntryKind::Named(named) => {
                named.name.iter().for_each(|name| name.walk(visit));
                named.body.walk(visit);
            }
            EntryKind::For(each) => {
                each.over.walk(visit);
                each.body.walk(visit);
            }
            EntryKind::When { condition, body } => {
                condition.walk(visit);
                body.walk(visit);
            }
            EntryKind::Param { default, .. } => default.iter().for_each(|value| value.walk(visit)),
            EntryKind::Each { over, .. } => over.walk(visit),
            EntryKind::Object { api_version, kind, name, body } => {
                [api_version, kind, name].into_iter().for_each(|part| part.walk(visit));
                body.walk(visit);
            }
            EntryKind::Expect(value) => value.walk(visit),
            EntryKind::Unset { .. } | EntryKind::Import(_) => {}
        }
    }
}

impl Declaration {
    /// A declaration of which nothing could be read.
    pub(super) fn broken() -> Self {
        Self { doc: None, kind: DeclarationKind::Broken, waivers: vec![] }
    }

    /// Calls `visit` for every expression of the declaration.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            DeclarationKind::For(each) => {
                each.over.walk(visit);
                each.body.walk(visit);
            }
            DeclarationKind::Named(named) => {
                named.name.iter().for_each(|name| name.walk(visit));
                named.body.walk(visit);
            }
            DeclarationKind::Import(_) | DeclarationKind::Broken => {}
        }
    }
}
