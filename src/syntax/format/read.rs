//! From the grammar's pairs to phrases. What the pairs leave out, the comments, stands in the gaps between tokens: each
//! gap is read once, because a reader only moves forward.

use pest::Parser as _;
use pest::iterators::Pair;

use super::gap::Gap;
use super::tree::{Form, Group, Part, Phrase, Token};
use crate::db::{Content, Database, SourceFile};
use crate::diagnostics::{BAD_VALUE, DUPLICATE_KEY, Diagnostic};
use crate::source::outline;
use crate::syntax::parser::{PlatformParser, Rule};
use crate::syntax::syntax;

/// The declarations of a text, and what stands behind the last one.
#[derive(Debug)]
pub(super) struct File<'t> {
    pub declarations: Vec<Phrase<'t>>,
    pub end: Gap<'t>,
}

/// Reads a text, unless it has errors.
pub(super) fn file(text: &str) -> Option<File<'_>> {
    let db = Database::new("");
    let source = SourceFile::new(&db, String::new(), Content::Text(text.into()));
    let outline = outline(&db, source);
    let findings = outline.decls.iter().flat_map(|decl| &syntax(&db, *decl).diagnostics);
    if outline.diagnostics.iter().chain(findings).any(is_obstacle) {
        return None;
    }
    let mut reader = Reader { text, at: 0, start: 0, glue: false };
    let declarations = outline.decls.iter().map(|decl| reader.declaration(decl.start(&db) as usize, decl.text(&db)));
    Some(File { declarations: declarations.collect::<Option<_>>()?, end: reader.gap(text.len()) })
}

/// Whether the text itself can't be read; these two can, and it is their meaning that is refused.
fn is_obstacle(finding: &Diagnostic) -> bool {
    finding.code != DUPLICATE_KEY && finding.code != BAD_VALUE
}

struct Reader<'t> {
    text: &'t str,
    /// The end of the last token.
    at: usize,
    /// The start of the declaration from which pairs count.
    start: usize,
    /// Whether the next token follows without a blank.
    glue: bool,
}

impl<'t> Reader<'t> {
    fn declaration(&mut self, start: usize, text: &str) -> Option<Phrase<'t>> {
        self.start = start;
        let pair = PlatformParser::parse(Rule::declaration, text).ok()?.next()?;
        Some(self.documented(pair))
    }

    /// The text up to `end`.
    fn take(&mut self, end: usize) -> &'t str {
        let text = self.text.get(self.at..end).unwrap_or("");
        self.at = end;
        text
    }

    fn gap(&mut self, end: usize) -> Gap<'t> {
        Gap::new(self.take(end))
    }

    fn gap_before(&mut self, pair: &Pair<'_, Rule>) -> Gap<'t> {
        self.gap(self.start + pair.as_span().start())
    }

    fn token(&mut self, pair: &Pair<'_, Rule>, parent: Rule) -> Token<'t> {
        let rule = pair.as_rule();
        let glued = std::mem::take(&mut self.glue) || is_glued(rule, parent);
        self.glue = matches!(rule, Rule::dot | Rule::minus);
        let before = self.gap_before(pair);
        Token { text: self.take(self.start + pair.as_span().end()), before, glued, aligned: is_aligned(rule, parent) }
    }

    /// An entry or declaration, doc comments included.
    fn documented(&mut self, pair: Pair<'_, Rule>) -> Phrase<'t> {
        let rule = pair.as_rule();
        let mut phrase = Phrase::default();
        for child in pair.into_inner().filter(|child| !matches!(child.as_rule(), Rule::docs | Rule::EOI)) {
            phrase.lead = self.gap_before(&child).documented();
            self.parts(child, rule, &mut phrase.parts);
        }
        phrase
    }

    /// An item or argument.
    fn item(&mut self, pair: Pair<'_, Rule>, parent: Rule) -> Phrase<'t> {
        let mut phrase = Phrase { lead: self.gap_before(&pair), parts: vec![] };
        self.parts(pair, parent, &mut phrase.parts);
        phrase
    }

    fn parts(&mut self, pair: Pair<'_, Rule>, parent: Rule, parts: &mut Vec<Part<'t>>) {
        let rule = pair.as_rule();
        if let Some(form) = form(rule, parent) {
            return parts.push(Part::Group(self.group(pair, form)));
        }
        let is_token = rule == Rule::string || pair.clone().into_inner().next().is_none();
        if is_token {
            return parts.push(Part::Token(self.token(&pair, parent)));
        }
        pair.into_inner().for_each(|child| self.parts(child, rule, parts));
    }

    fn group(&mut self, pair: Pair<'_, Rule>, form: Form) -> Group<'t> {
        let rule = pair.as_rule();
        let mut group = Group { form, open: Token::default(), members: vec![], close: Token::default(), width: None };
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::open_brace | Rule::open_bracket | Rule::open_paren => group.open = self.token(&child, rule),
                Rule::close_brace | Rule::close_bracket | Rule::close_paren => group.close = self.token(&child, rule),
                Rule::comma => {}
                _ => self.member(child, rule, &mut group),
            }
        }
        group.measured()
    }

    fn member(&mut self, pair: Pair<'_, Rule>, parent: Rule, group: &mut Group<'t>) {
        match (group.form, group.members.last_mut()) {
            (Form::Wrapped, Some(phrase)) => self.parts(pair, parent, &mut phrase.parts),
            (Form::Body | Form::Object, _) => group.members.push(self.documented(pair)),
            _ => group.members.push(self.item(pair, parent)),
        }
    }
}

/// Whether a token follows the one before it without a blank.
fn is_glued(rule: Rule, parent: Rule) -> bool {
    match rule {
        Rule::dot => true,
        Rule::open_paren => parent == Rule::call,
        Rule::open_bracket => parent == Rule::index,
        Rule::colon => parent == Rule::comprehension,
        _ => false,
    }
}

/// Whether neighbouring entries align on a token.
fn is_aligned(rule: Rule, parent: Rule) -> bool {
    matches!(parent, Rule::keyed | Rule::param) && matches!(rule, Rule::assign | Rule::append | Rule::colon)
}

fn form(rule: Rule, parent: Rule) -> Option<Form> {
    match rule {
        Rule::block if parent == Rule::object_literal => Some(Form::Object),
        Rule::block => Some(Form::Body),
        Rule::list | Rule::call => Some(Form::List),
        Rule::parenthesis | Rule::index | Rule::comprehension => Some(Form::Wrapped),
        _ => None,
    }
}
