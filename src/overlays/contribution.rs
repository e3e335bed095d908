use std::sync::Arc;

use crate::diagnostics::Span;
use crate::schema::Type;
use crate::source::Site;
use crate::syntax::ast::Expr;
use crate::text::TextRange;
use crate::values::Locals;

/// Where a value is written, from widest to narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// `platform`
    Platform,
    /// `environment`
    Environment,
    /// `layer`
    Layer,
    /// `template`
    Template,
    /// The declaration itself.
    Own,
    /// Its `preview`.
    Preview,
}

impl Level {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Environment => "environment",
            Self::Layer => "layer",
            Self::Template => "template",
            Self::Own => "service",
            Self::Preview => "preview",
        }
    }
}

/// A declaration that contributes, and the names that hold in it.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The declaration.
    pub site: Site,
    /// Its level.
    pub level: Level,
    /// Parameters and what `for` binds.
    pub locals: Locals,
    /// Parameters whose argument differs from cluster to cluster.
    pub deferred: Vec<Deferred>,
}

/// A parameter whose argument differs from cluster to cluster.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// The parameter.
    pub name: Arc<str>,
    /// The type that it is declared with.
    pub of: Arc<str>,
    /// The argument.
    pub argument: Expr,
    /// The frame that the argument stands in.
    pub frame: usize,
}

/// What a contribution does.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// `key = value`
    Set(&'a Expr),
    /// `key += value`
    Append(&'a Expr),
    /// `unset key`
    Unset,
    /// `key { }`: an object is there.
    Exists,
}

/// A condition of a `when`.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// The expression.
    pub expr: &'a Expr,
    /// The frame it stands in.
    pub frame: usize,
}

/// One line of the source that has a say in a value.
#[derive(Clone, Debug)]
pub struct Contribution<'a> {
    /// The way to the value, such as `helm`, `values`, `replicas`.
    pub path: Vec<Arc<str>>,
    /// What it does.
    pub action: Action<'a>,
    /// The frame it stands in.
    pub frame: usize,
    /// The conditions that must all hold: an entry of [`Contributions::combinations`].
    pub combination: usize,
    /// Whether it is written with `override`.
    pub forced: bool,
    /// Whether it is part of something that the narrowest line says whole.
    pub whole: bool,
    /// Whether it shows what is an instance's own in texts alone, and nothing reads those: see [`super::mark_patterns`].
    pub patterned: bool,
    /// The type that the table gives the value.
    pub of: &'static Type,
    /// Where it stands.
    pub range: TextRange,
}

/// Everything that has a say in one declaration's values.
#[derive(Debug, Default)]
pub struct Contributions<'a> {
    /// The declarations.
    pub frames: Vec<Frame>,
    /// The conditions.
    pub conditions: Vec<Condition<'a>>,
    /// The sets of conditions that must hold together; the first is empty.
    pub combinations: Vec<Vec<usize>>,
    /// The contributions.
    pub list: Vec<Contribution<'a>>,
}

impl Contributions<'_> {
    /// Where a contribution stands.
    #[must_use]
    pub fn span(&self, index: usize) -> Span {
        let contribution = &self.list[index];
        self.frames[contribution.frame].site.span(contribution.range)
    }

    /// The level of a contribution.
    #[must_use]
    pub fn level(&self, index: usize) -> Level {
        self.frames[self.list[index].frame].level
    }

    /// The conditions of a combination as one would write them.
    #[must_use]
    pub fn show(&self, combination: usize) -> String {
        let texts = self.combinations[combination].iter().map(|condition| self.conditions[*condition].expr.to_string());
        texts.collect::<Vec<_>>().join(" and ")
    }
}
