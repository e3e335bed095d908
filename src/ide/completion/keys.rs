//! The first words of declarations and entries.

use super::snippet;
use super::{Asked, Offer, Sort};
use crate::diagnostics::{CODES, Severity};
use crate::ide::context::Holds;
use crate::ide::symbols::{Shape, inner, of};
use crate::names::names;
use crate::schema::{Attribute, BlockSchema, Form, KINDS, Kind, PARAMETER_TYPES, Type};

impl Asked<'_> {
    pub(super) fn declarations(&mut self) {
        let is_there = |kind| kind == Kind::Platform && !names(self.db).of(kind).is_empty();
        let kinds = KINDS.iter().filter(|schema| !is_there(schema.kind));
        let offer = |schema| Offer::new(schema_word(schema), Sort::Word).doc(schema.doc);
        let offers: Vec<Offer> = kinds
            .map(|schema| offer(schema).snippet(snippet::declaration(schema)).text(schema_word(schema) + " "))
            .collect();
        self.offers.extend(offers);
        if self.context.frames.len() == 1 {
            let import = Offer::new("import", Sort::Word).doc("Takes in other files: a path, or a pattern for many.");
            self.push(import.snippet("import \"$0\"").text("import "));
        }
        let each = Offer::new("for", Sort::Word).doc("Declares something for each element of a list.");
        self.push(each.snippet("for ${1:row} in ${2:list} {\n  $0\n}").text("for "));
    }

    pub(super) fn keys(&mut self) {
        let Some(Holds::Entries(shape)) = self.context.inner().map(|frame| frame.holds) else { return };
        match shape {
            Shape::Attributes(schema) => self.attributes(schema),
            Shape::Free(_) => self.free_keys(),
        }
        self.statements();
    }

    fn attributes(&mut self, schema: &'static BlockSchema) {
        let (said, is_overlay) = (self.context.said(), self.context.is_overlay());
        let is_open = |attribute: &&Attribute| {
            let repeats = matches!(attribute.of, Type::Named(_) | Type::Objects);
            (repeats || !said.contains(&attribute.name)) && (attribute.overlay || !is_overlay)
        };
        let mut open: Vec<&Attribute> = schema.attributes.iter().filter(is_open).collect();
        open.sort_by_key(|attribute| attribute.form != Form::Required);
        let follows = self.context.follows();
        self.offers.extend(open.into_iter().map(|attribute| of_attribute(attribute, follows)));
    }

    /// Which statements may stand here, as the collector of overlays takes them.
    fn statements(&mut self) {
        let (path, is_overlay) = (self.context.path(), self.context.is_overlay());
        let kind = self.context.kind();
        let is_plain =
            !matches!(kind, Some(Kind::Service | Kind::Template | Kind::Namespace)) && !path.contains(&"defaults");
        let word = |word: &str, rest: &str, doc: &str| {
            Offer::new(word, Sort::Word).doc(doc).snippet(format!("{word} {rest}")).text(format!("{word} "))
        };
        let is_value = self.context.frames.iter().any(|frame| !frame.is_entry);
        if kind == Some(Kind::Test) && path.is_empty() && !is_value {
            self.push(word("expect", "${1:condition}", "What is expected of the platform."));
        }
        let is_bare = is_plain || path.contains(&"freeze") || path.last() == Some(&"rollout");
        if kind.is_some() && !is_value && (path.is_empty() || !is_bare) {
            let rest = "${1:PF0603} until \"${2:2027-01-01}\" because \"${3:reason}\"";
            self.push(word("allow", rest, "Takes a warning of this block out of the findings, until a day."));
        }
        if is_bare || is_value {
            return;
        }
        self.push(word("when", "${1:condition} {\n  $0\n}", "What holds only on the clusters of a condition."));
        if path.is_empty() && !is_overlay && kind == Some(Kind::Service) {
            self.push(word("each", "${1:item} in ${2:list}", "Makes one instance per item and cluster."));
        }
        if path.is_empty() && !is_overlay && kind == Some(Kind::Template) {
            self.push(word("param", "${1:name} : ${2:string}", "A parameter, with its type and perhaps a default."));
        }
        self.push(word("unset", "$0", "Takes a key away that wider lines give."));
        self.push(word(
            "override",
            "$0",
            "Hides the overlays of wider levels on purpose; without it that is a warning.",
        ));
    }

    pub(super) fn unset(&mut self, path: &[&str]) {
        let Some(Holds::Entries(shape)) = self.context.inner().map(|frame| frame.holds) else { return };
        if let Shape::Attributes(schema) = path.iter().fold(shape, |shape, key| inner(of(key, shape))) {
            let offers = schema.attributes.iter().map(|attribute| of_attribute(attribute, "=")).collect::<Vec<_>>();
            self.offers.extend(offers);
        }
    }

    /// The codes that `allow` takes.
    pub(super) fn codes(&mut self) {
        let warnings = CODES.iter().filter(|code| code.severity == Severity::Warning);
        self.offers.extend(warnings.map(|code| Offer::new(code.id, Sort::Choice).detail(code.title).doc(code.page)));
    }

    pub(super) fn parameter_types(&mut self) {
        self.offers.extend(PARAMETER_TYPES.iter().map(|name| Offer::new(*name, Sort::Choice)));
    }
}

fn schema_word(schema: &crate::schema::KindSchema) -> String {
    schema.kind.word().to_owned()
}

/// The offer of an attribute; where its sign or block stands already, the key alone.
fn of_attribute(attribute: &Attribute, follows: &str) -> Offer {
    let required = if attribute.form == Form::Required { ", required" } else { "" };
    let offer = Offer::new(attribute.name, Sort::Key)
        .detail(format!("{}{required}", attribute.of.name()))
        .doc(documented(attribute));
    match follows {
        "=" | "+" | "{" => offer,
        _ => offer
            .snippet(snippet::key(attribute.name, &attribute.of, 0))
            .text(snippet::plain_key(attribute.name, &attribute.of)),
    }
}

fn documented(attribute: &Attribute) -> String {
    let default = match attribute.form {
        Form::Default(value) => format!("\n\nDefault: `{value}`"),
        Form::Required | Form::Optional => String::new(),
    };
    let since = attribute.since.map_or(String::new(), |version| format!("\n\nSince Argo CD {version}."));
    format!("{}{default}{since}", attribute.doc)
}
