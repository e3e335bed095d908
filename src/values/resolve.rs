//! What a bare word means.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;
use super::claim::Answers;
use super::pull::PULL;
use crate::db::Db;
use crate::diagnostics::{self as codes, Change, Diagnostic, Reported, Sink, did_you_mean, with_article};
use crate::schema::{AMBIENTS, Choice, FACTS, Fact, KINDS, Kind, Over, Type};
use crate::source::Site;
use crate::text::TextRange;

/// How names are looked up. Who asks for one name depends on nothing but that, so that a new one concerns few.
pub struct Lookup {
    /// The name as it is kept, if something of this kind bears it.
    pub get: fn(&dyn Db, Kind, &str) -> Option<Arc<str>>,
    /// The names of a kind, sorted.
    pub of: fn(&dyn Db, Kind) -> Vec<Arc<str>>,
}

/// The names of everything that is declared.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    db: &'a dyn Db,
    lookup: Option<&'static Lookup>,
}

impl<'a> Names<'a> {
    /// Names that are looked up in a database.
    #[must_use]
    pub fn new(db: &'a dyn Db, lookup: &'static Lookup) -> Self {
        Self { db, lookup: Some(lookup) }
    }

    /// No names: what is declared is not known yet.
    #[must_use]
    pub fn none(db: &'a dyn Db) -> Self {
        Self { db, lookup: None }
    }

    /// The names of a kind, sorted.
    #[must_use]
    pub fn of(self, kind: Kind) -> Vec<Arc<str>> {
        self.lookup.map(|lookup| (lookup.of)(self.db, kind)).unwrap_or_default()
    }

    /// The name as it is kept, if something of this kind bears it.
    #[must_use]
    pub fn get(self, kind: Kind, name: &str) -> Option<Arc<str>> {
        (self.lookup?.get)(self.db, kind, name)
    }

    fn kind_of(self, name: &str) -> Option<Kind> {
        KINDS.iter().map(|schema| schema.kind).filter(|kind| self.get(*kind, name).is_some()).min()
    }
}

/// A cluster, real or thought of, and an item of `each`: what ambient names stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct World {
    /// The cluster's name; `None` for one that is only thought of.
    pub cluster: Option<Arc<str>>,
    /// The name of its environment.
    pub environment: Arc<str>,
    /// Its region.
    pub region: Option<Arc<str>>,
    /// Its labels.
    pub labels: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// Its variables.
    pub vars: Arc<BTreeMap<Arc<str>, Value>>,
    /// The service's name.
    pub service: Option<Arc<str>>,
    /// The team that owns the service.
    pub owner: Option<Arc<str>>,
    /// The name that `each` gives, and the item.
    pub item: Option<(Arc<str>, Value)>,
}

/// Which ambient names an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambients {
    /// None: it must be known without a cluster.
    None,
    /// Those of a condition.
    Condition,
    /// All.
    All,
    /// All; what is an instance's own stays open, so that one evaluation gives the texts of many instances.
    Patterns,
    /// All, and what is known of a pull request.
    Preview,
    /// What a policy or a test can ask about.
    Claim(Over),
}

impl Ambients {
    /// Whether an expression may use this one.
    #[must_use]
    pub fn allows(self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Condition => !matches!(name, "vars" | "service" | "owner" | PULL),
            Self::All | Self::Patterns => name != PULL,
            Self::Preview => true,
            Self::Claim(over) => over.knows(name),
        }
    }
}

/// Names that hold in a part of the source, the innermost last.
pub type Locals = Vec<(Arc<str>, Value)>;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// For data files.
    pub db: &'a dyn Db,
    /// The declaration.
    pub site: Site,
    /// Everything that is declared.
    pub names: Names<'a>,
    /// Parameters and what `for` binds.
    pub locals: &'a [(Arc<str>, Value)],
    /// The name that `each` gives, where it may be used.
    pub item: Option<&'a Arc<str>>,
    /// Which ambient names may be used.
    pub ambients: Ambients,
    /// What they stand for; without one they can only be checked.
    pub world: Option<&'a World>,
    /// Who answers what a policy or a test asks.
    pub answers: Option<&'a dyn Answers>,
}

/// What the place of an expression asks of a bare word.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// Nothing: it must be a local or an ambient.
    Value,
    /// The name of such a declaration.
    Kind(Kind),
    /// One of these words.
    Choice(&'static [Choice]),
    /// The name of a repository.
    Repository,
    /// A path of the service's own attributes.
    Path,
}

impl Expected {
    /// What a type asks of its value, or of the items of its value.
    #[must_use]
    pub fn of(of: &Type) -> Self {
        match of {
            Type::Reference(kind) => Self::Kind(*kind),
            Type::Choice(choices) => Self::Choice(choices),
            Type::RepositoryOrUrl => Self::Repository,
            Type::Needs => Self::Kind(Kind::Service),
            Type::Paths => Self::Path,
            Type::List(inner) => Self::of(inner),
            _ => Self::Value,
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Self::Kind(kind) => Some(kind),
            Self::Repository => Some(Kind::Repository),
            Self::Value | Self::Choice(_) | Self::Path => None,
        }
    }
}

fn quoted(diagnostic: Diagnostic, word: &str) -> Diagnostic {
    let (at, text) = (diagnostic.primary.span, format!("\"{word}\""));
    let help = format!("if it is data, quote it: `{text}`");
    diagnostic.help(help).offer(format!("Quote it: `{text}`"), Change::Replace(at, text))
}

/// What a bare word turned out to be.
pub(super) enum Meaning<'a> {
    Declared(Kind, Arc<str>),
    Choice(&'static str),
    Local(&'a Value),
    Item,
    Ambient(&'static str),
    Fact(&'static Fact),
}

impl<'a> Scope<'a> {
    /// Looks a bare word up.
    pub(super) fn meaning(
        &self,
        word: &str,
        at: TextRange,
        expected: Expected,
        sink: &mut Sink,
    ) -> Result<Meaning<'a>, Reported> {
        let local = self.local(word);
        let declared = self.expected_meaning(word, expected);
        match (declared, local) {
            // What is expected wins over an ambient, which nobody can rename: `one_per = region`.
            (Some(meaning), None | Some(Meaning::Ambient(_) | Meaning::Fact(_))) | (None, Some(meaning)) => Ok(meaning),
            (Some(_), Some(_)) => Err(sink.error(self.ambiguous(word, at, expected))),
            (None, None) => Err(sink.error(self.unknown(word, at, expected))),
        }
    }

    fn expected_meaning(&self, word: &str, expected: Expected) -> Option<Meaning<'a>> {
        if let Expected::Choice(choices) = expected {
            choices.iter().find(|choice| choice.name == word).map(|choice| Meaning::Choice(choice.name))
        } else {
            let kind = expected.kind()?;
            self.names.get(kind, word).map(|name| Meaning::Declared(kind, name))
        }
    }

    fn local(&self, word: &str) -> Option<Meaning<'a>> {
        if let Some((_, value)) = self.locals.iter().rev().find(|(name, _)| name.as_ref() == word) {
            return Some(Meaning::Local(value));
        }
        if self.ambients != Ambients::None && self.item.is_some_and(|item| item.as_ref() == word) {
            return Some(Meaning::Item);
        }
        if let Some(fact) = self.over().and_then(|over| over.fact(word)) {
            return Some(Meaning::Fact(fact));
        }
        let ambient = AMBIENTS.iter().find(|(name, _)| *name == word && self.ambients.allows(word));
        ambient.map(|(name, _)| Meaning::Ambient(name))
    }

    /// Reports a name that nothing declares.
    pub(super) fn unknown_name(&self, word: &str, at: TextRange, expected: Expected, sink: &mut Sink) -> Reported {
        sink.error(self.unknown(word, at, expected))
    }

    fn ambiguous(&self, word: &str, at: TextRange, expected: Expected) -> Diagnostic {
        let what = match expected.kind() {
            Some(kind) => crate::diagnostics::with_article(kind.word()),
            None => "a word of this attribute".to_owned(),
        };
        Diagnostic::new(
            codes::AMBIGUOUS_NAME,
            self.site.span(at),
            format!("`{word}` is {what} and a local name as well"),
        )
        .help("give the local name (of `param`, `for` or `each`) another spelling")
    }

    fn unknown(&self, word: &str, at: TextRange, expected: Expected) -> Diagnostic {
        let new = |message: String| Diagnostic::new(codes::UNKNOWN_NAME, self.site.span(at), message);
        if let Expected::Choice(choices) = expected {
            let words = || choices.iter().map(|choice| choice.name);
            return new(format!("`{word}` is none of {}", words().collect::<Vec<_>>().join(", ")))
                .meant(word, did_you_mean(word, words()));
        }
        match expected.kind() {
            Some(kind) => {
                let names = self.names.of(kind);
                let near = did_you_mean(word, names.iter().map(AsRef::as_ref));
                new(format!("there is no {} `{word}`", kind.word()))
                    .label("not declared")
                    .meant(word, near)
                    .declare(kind.word(), word)
            }
            None => self.unknown_value(word, new(format!("`{word}` is no name that can be used here"))),
        }
    }

    fn unknown_value(&self, word: &str, diagnostic: Diagnostic) -> Diagnostic {
        if let Some(over) = self.over() {
            return self.unknown_claim(word, over, diagnostic);
        }
        if AMBIENTS.iter().any(|(name, _)| *name == word) {
            return diagnostic.note(match self.ambients {
                _ if word == PULL => "a pull request is known in the `preview` of a service alone",
                Ambients::None => "this value must be the same on every cluster",
                _ => "a condition may ask for `cluster`, `env`, `region`, `labels` and the item of `each`, so that it never \
                      depends on what it decides",
            });
        }
        let ambients = AMBIENTS.iter().map(|(name, _)| *name).filter(|name| self.ambients.allows(name));
        let locals = self.locals.iter().map(|(name, _)| name.as_ref());
        let near = did_you_mean(word, locals.chain(ambients).chain(self.item.map(AsRef::as_ref)));
        let declared = self
            .names
            .kind_of(word)
            .map(|kind| format!("there is {} of this name, but a value is asked for here", with_article(kind.word())));
        let diagnostic = diagnostic.meant(word, near);
        let diagnostic = declared.into_iter().fold(diagnostic, Diagnostic::note);
        match self.names.kind_of(word) {
            Some(Kind::Environment) if self.ambients == Ambients::Condition => {
                diagnostic.write(&format!("env == {word}"))
            }
            Some(Kind::Cluster) if self.ambients == Ambients::Condition => {
                diagnostic.write(&format!("cluster == {word}"))
            }
            _ => quoted(diagnostic, word),
        }
    }

    /// A name that nothing asked about has.
    fn unknown_claim(&self, word: &str, over: Over, diagnostic: Diagnostic) -> Diagnostic {
        let ambients = AMBIENTS.iter().map(|(name, _)| *name).filter(|name| over.knows(name));
        let facts = FACTS.iter().filter(|fact| fact.over.contains(&over)).map(|fact| fact.name);
        let attributes = over.attributes().into_iter().flat_map(|block| block.attributes).map(|known| known.name);
        let locals = self.locals.iter().map(|(name, _)| name.as_ref());
        let near = did_you_mean(word, locals.chain(ambients.clone()).chain(facts.clone()).chain(attributes));
        let diagnostic = diagnostic.meant(word, near);
        let names: Vec<&str> = ambients.chain(facts).collect();
        match (over, self.names.kind_of(word)) {
            (Over::Platform, _) => diagnostic.note("a test asks with functions: `can`, `before`, `clusters`, `value`"),
            (_, Some(kind)) => diagnostic
                .note(format!("there is {} of this name, but a value is asked for here", with_article(kind.word()))),
            _ => diagnostic.note(format!(
                "what can be named of {}: {}, and its attributes",
                with_article(over.word()),
                names.join(", ")
            )),
        }
    }

    /// The kind that a bare word on the other side of a comparison must name.
    pub(super) fn kind_of_ambient(&self, name: &str) -> Option<Kind> {
        if self.locals.iter().any(|(local, _)| local.as_ref() == name) {
            return None;
        }
        if let Some(fact) = self.over().and_then(|over| over.fact(name)) {
            return fact.kind;
        }
        match name {
            "service" if self.over().is_some_and(|over| over.knows(name)) => Some(Kind::Service),
            "owner" if self.over().is_some_and(|over| over.knows(name)) => Some(Kind::Team),
            "env" if self.ambients.allows(name) => Some(Kind::Environment),
            "cluster" if self.ambients.allows(name) => Some(Kind::Cluster),
            _ => None,
        }
    }
}
