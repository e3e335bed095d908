//! Values: names, words, functions.

use super::known::parameters;
use super::snippet;
use super::{Asked, Offer, Sort, is_list};
use crate::ide::context::Holds;
use crate::ide::symbols::{choices, item_type, reference};
use crate::names::names;
use crate::schema::{
    AMBIENTS, Below, FACTS, FORGES, FUNCTIONS, Function, Kind, Over, PROVIDERS, QUESTIONS, Text, Type, Version, below,
};
use crate::values::Ambients;

/// Whether a value of this type is one of some words or names.
pub(super) fn is_closed(of: &'static Type) -> bool {
    let is_word =
        matches!(of, Type::Bool | Type::Provides | Type::PullRequests | Type::Placement | Type::Paths | Type::Claim);
    is_word || reference(of).is_some() || !choices(of).is_empty()
}

impl Asked<'_> {
    pub(super) fn values(&mut self, of: &'static Type) {
        let is_bare = is_list(of) && !matches!(self.context.inner().map(|frame| frame.holds), Some(Holds::Items(_)));
        match of {
            Type::NameScheme if !self.is_key() => return self.name_scheme(),
            Type::Bool => self.words(&["true", "false"]),
            Type::Placement => self.words(&["all", "not"]),
            Type::Claim => self.words(&["not"]),
            Type::Provides => self.providers(&PROVIDERS, is_bare),
            Type::PullRequests => self.providers(&FORGES, false),
            Type::Paths => return self.path(&[], is_bare),
            Type::Text(Text::ArgoVersion) => self.versions(),
            _ => self.choices_in(of, is_bare),
        }
        if let Some(kind) = reference(of) {
            self.names(kind, is_bare);
        }
        self.locals();
        let is_closed = reference(of).is_some() || !choices(of).is_empty();
        let is_closed = is_closed || matches!(of, Type::Provides | Type::PullRequests);
        if !is_closed {
            self.expressions();
        }
    }

    /// Whether the value stands directly behind its key, and not in an interpolation.
    fn is_key(&self) -> bool {
        matches!(self.context.inner().map(|frame| frame.holds), Some(Holds::Entries(_)))
    }

    fn choices_in(&mut self, of: &'static Type, is_bare: bool) {
        let first = self.offers.len();
        self.choices(choices(of));
        let added: Vec<Offer> = self.offers.drain(first..).map(|offer| offer.in_list(is_bare)).collect();
        self.offers.extend(added);
    }

    pub(super) fn names(&mut self, kind: Kind, is_bare: bool) {
        let names = names(self.db).of(kind).into_iter().filter(|name| !name.is_empty());
        let offers: Vec<Offer> = names
            .map(|name| {
                let offer = Offer::new(name.to_string(), Sort::Name).detail(kind.word());
                let offer = if kind == Kind::Template { self.used(offer, &name) } else { offer };
                Offer { declared: Some((kind, name)), ..offer.in_list(is_bare) }
            })
            .collect();
        self.offers.extend(offers);
    }

    /// A template with the arguments that it must have.
    fn used(&self, offer: Offer, name: &str) -> Offer {
        let must = parameters(self.db, name).into_iter().filter(|parameter| parameter.default.is_none());
        let must: Vec<String> = (1..).zip(must).map(|(number, parameter)| parameter.argument(number)).collect();
        if must.is_empty() || self.context.follows() == "(" {
            return offer;
        }
        offer.snippet(format!("{name}({})$0", must.join(", ")))
    }

    fn providers(&mut self, all: &'static [(&'static str, &'static str)], is_bare: bool) {
        let offers = all.iter().map(|(name, doc)| {
            let offer = Offer::new(*name, Sort::Function).doc(*doc).snippet(format!("{name}(\"$1\")"));
            offer.text(format!("{name}(\"\")")).in_list(is_bare)
        });
        self.offers.extend(offers);
    }

    /// The keys behind a path of the service's own attributes.
    pub(super) fn path(&mut self, before: &[&str], is_bare: bool) {
        let keys = match below(before) {
            Ok(Below::Keys(block)) => block.attributes.iter().filter(|known| known.can_differ()),
            Ok(Below::Name(_) | Below::Free) => return self.said_below(before),
            Ok(Below::Nothing) | Err(_) => return,
        };
        let offers =
            keys.map(|known| Offer::new(known.name, Sort::Key).detail(known.of.name()).doc(known.doc).in_list(is_bare));
        self.offers.extend(offers);
    }

    fn versions(&mut self) {
        let versions = Version::KNOWN.iter().rev().map(|version| Offer::new(format!("\"{version}\""), Sort::Choice));
        self.offers.extend(versions);
    }

    fn name_scheme(&mut self) {
        self.offers
            .extend(["service", "cluster", "item", "env", "region"].map(|name| Offer::new(name, Sort::Variable)));
    }

    fn locals(&mut self) {
        for (name, word) in self.context.locals().into_iter().rev() {
            if !self.offers.iter().any(|offer| offer.label == name) {
                self.push(Offer::new(name, Sort::Variable).detail(word));
            }
        }
    }

    fn expressions(&mut self) {
        if let Some(over) = self.context.over() {
            self.asked(over);
        }
        let ambients = self.ambients();
        let allowed = AMBIENTS.iter().filter(|(name, _)| ambients.allows(name));
        self.offers.extend(allowed.map(|(name, doc)| Offer::new(*name, Sort::Variable).doc(*doc)));
        let follows = self.context.follows();
        self.offers.extend(FUNCTIONS.iter().map(|function| of_function(function, follows)));
        let conditional = Offer::new("if", Sort::Word).text("if ");
        self.push(conditional.snippet("if ${1:condition} then ${2:value} else ${3:otherwise}"));
        self.words(&["true", "false", "null", "not"]);
        let mut seen = rustc_hash::FxHashSet::default();
        self.offers.retain(|offer| seen.insert(offer.label.clone()));
    }

    /// What a policy or a test can ask about: facts, attributes and questions.
    fn asked(&mut self, over: Over) {
        let facts = FACTS.iter().filter(|fact| fact.over.contains(&over));
        self.offers.extend(facts.map(|fact| Offer::new(fact.name, Sort::Variable).doc(fact.doc)));
        let attributes = over.attributes().into_iter().flat_map(|block| block.attributes);
        let attributes = attributes.filter(|known| over.attribute(known.name).is_some());
        let offers = attributes.map(|known| Offer::new(known.name, Sort::Key).detail(known.of.name()).doc(known.doc));
        self.offers.extend(offers);
        let follows = self.context.follows();
        self.offers.extend(QUESTIONS.iter().map(|question| of_function(question, follows)));
    }

    /// Which ambient names may be used here.
    fn ambients(&self) -> Ambients {
        match (self.context.over(), self.context.kind()) {
            (Some(over), _) => return Ambients::Claim(over),
            (None, Some(Kind::Policy | Kind::Test)) => return Ambients::Condition,
            _ => {}
        }
        let path = self.context.path();
        let is_service = matches!(self.context.kind(), Some(Kind::Service | Kind::Template | Kind::Namespace));
        match (is_service || path.contains(&"defaults"), path.first()) {
            (true, _) if self.is_condition() => Ambients::Condition,
            (true, Some(&"preview")) => Ambients::Preview,
            (true, _) => Ambients::All,
            (false, Some(&"vars")) => Ambients::Condition,
            _ => Ambients::None,
        }
    }

    /// Whether this is part of a condition: that of `when`, or a placement.
    fn is_condition(&self) -> bool {
        let block = self.context.frames.iter().rev().find_map(|frame| match frame.holds {
            Holds::Entries(shape) => Some((shape, &frame.statement)),
            _ => None,
        });
        let Some((shape, [first, ..])) = block.map(|(shape, statement)| (shape, statement.as_slice())) else {
            return false;
        };
        first.text == "when" || matches!(crate::ide::symbols::of(first.text, shape), Type::Placement)
    }

    pub(super) fn operators(&mut self, of: &'static Type) {
        let frame = self.context.inner();
        let words =
            frame.map(|frame| frame.statement.iter().map(|token| token.text).collect::<Vec<_>>()).unwrap_or_default();
        match of {
            Type::Needs => return self.words(&["on"]),
            _ if is_closed(item_type(of)) && !matches!(of, Type::Bool | Type::Placement | Type::Claim) => return,
            _ => {}
        }
        let count = |word: &str| words.iter().filter(|known| **known == word).count();
        if count("if") > count("then") {
            self.words(&["then"]);
        } else if count("then") > count("else") {
            self.words(&["else"]);
        }
        self.words(&["and", "or", "in", "not in"]);
    }

    pub(super) fn arguments(&mut self, template: &str) {
        let (said, follows) = (self.context.said(), self.context.follows());
        for parameter in parameters(self.db, template) {
            if !said.contains(&parameter.name.as_ref()) {
                let offer = Offer::new(parameter.name.to_string(), Sort::Key).detail(parameter.show());
                let offer = if follows == "=" {
                    offer
                } else {
                    offer.snippet(parameter.argument(0)).text(format!("{} = ", parameter.name))
                };
                self.push(offer);
            }
        }
    }
}

fn of_function(function: &'static Function, follows: &str) -> Offer {
    let offer = Offer::new(function.name, Sort::Function)
        .detail(crate::ide::signature::label(function))
        .doc(format!("{}\n\n```platformc\n{}\n```", function.doc, function.example));
    let must = function.parameters.iter().filter(|parameter| !parameter.optional);
    match follows {
        "(" => offer,
        _ => offer.snippet(snippet::call(function.name, must.map(|parameter| parameter.name))),
    }
}
