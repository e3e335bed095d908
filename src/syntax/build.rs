//! Declarations and entries: one function per rule of the grammar.

use std::sync::Arc;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use super::ast::{
    Block, Declaration, DeclarationKind, Entry, EntryKind, Expr, ExprKind, For, Import, Named, Operator, TextPart,
    Waiver, Word,
};
use super::expected;
use super::parser::{PlatformParser, Rule};
use crate::diagnostics::{self as codes, Change, Diagnostic, Sink};
use crate::source::{Site, takes_kind};
use crate::text::TextRange;

/// Reads pest's pairs.
pub(super) struct Builder<'a> {
    pub(super) site: Site,
    pub(super) sink: &'a mut Sink,
    /// How many expressions surround the one being read.
    pub(super) depth: usize,
    /// What was allowed so far.
    pub(super) waivers: Vec<Waiver>,
}

/// The place of a pair.
pub(super) fn range(pair: &Pair<'_, Rule>) -> TextRange {
    let span = pair.as_span();
    TextRange::new(span.start(), span.end())
}

impl<'a> Builder<'a> {
    pub(super) fn new(site: Site, sink: &'a mut Sink) -> Self {
        Self { site, sink, depth: 0, waivers: vec![] }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    pub(super) fn finding(&self, code: codes::Code, at: TextRange, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.site.span(at), message)
    }

    /// `declaration`
    pub(super) fn declaration(&mut self, pair: Pair<'_, Rule>) -> Declaration {
        let whole = range(&pair);
        let mut declaration = Declaration::broken();
        let mut end = whole.end;
        for child in pair.into_inner() {
            if matches!(child.as_rule(), Rule::declared | Rule::for_loop) {
                end = range(&child).end;
            }
            match child.as_rule() {
                Rule::docs => declaration.doc = Some(docs(child)),
                Rule::import => declaration.kind = DeclarationKind::Import(self.import(child)),
                Rule::for_loop => declaration.kind = DeclarationKind::For(self.for_loop(child)),
                Rule::declared => declaration.kind = DeclarationKind::Named(self.named(child)),
                Rule::trailing => self.trailing(&child),
                _ => {}
            }
        }
        self.waivers.iter_mut().filter(|waiver| waiver.covers.end == end).for_each(|waiver| waiver.covers = whole);
        declaration.waivers = std::mem::take(&mut self.waivers);
        declaration
    }

    fn trailing(&mut self, pair: &Pair<'_, Rule>) {
        let finding = self.finding(codes::SYNTAX, range(pair), "nothing more is expected on this line");
        self.report(finding);
    }

    /// `import`
    fn import(&mut self, pair: Pair<'_, Rule>) -> Import {
        let whole = range(&pair);
        let mut import = Import { path: Word { text: "".into(), range: whole }, team: None };
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::string => import.path = self.plain_string(child),
                Rule::word => import.team = Some(word(&child)),
                _ => {}
            }
        }
        import
    }

    /// A string that may hold no interpolation.
    pub(super) fn plain_string(&mut self, pair: Pair<'_, Rule>) -> Word {
        let at = range(&pair);
        let expr = self.string(pair);
        if let Some(text) = expr.literal() {
            return Word { text: text.into(), range: at };
        }
        let finding = self.finding(codes::BAD_VALUE, at, "this text must be known as it stands: no `${ }` here");
        self.report(finding);
        Word { text: "".into(), range: at }
    }

    /// `for_loop`
    fn for_loop(&mut self, pair: Pair<'_, Rule>) -> For {
        let mut parts = Parts::new(pair);
        For { name: parts.word(), over: self.part(&mut parts, Rule::expr), body: self.body(&mut parts) }
    }

    /// `declared` and `named`
    fn named(&mut self, pair: Pair<'_, Rule>) -> Named {
        let mut parts = Parts::new(pair);
        let word = parts.word();
        let first = parts.next_if(&[Rule::string, Rule::word]);
        let second = parts.next_if(&[Rule::second_name]);
        let (of, name) = match (first, second) {
            (Some(first), Some(second)) if takes_kind(&word.text) && first.as_rule() == Rule::word => {
                (Some(self::word(&first)), second.into_inner().next())
            }
            (first, Some(second)) => {
                self.second_name(&second);
                (None, first)
            }
            (first, None) => (None, first),
        };
        let name = name.map(|pair| self.name(pair));
        Named { word, of, name, body: self.body(&mut parts) }
    }

    /// A second name where there is none to be.
    fn second_name(&mut self, second: &Pair<'_, Rule>) {
        let text = second.as_str().trim_end();
        let at = TextRange::new(range(second).start as usize, range(second).start as usize + text.len());
        let finding = self.finding(codes::SYNTAX, at, format!("expected `{{`, found `{text}`"));
        self.report(finding);
    }

    fn name(&mut self, pair: Pair<'_, Rule>) -> Expr {
        if pair.as_rule() == Rule::string {
            return self.string(pair);
        }
        Expr { range: range(&pair), kind: ExprKind::Name(pair.as_str().into()) }
    }

    /// A string, or a bare word that is as good as one.
    fn text(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let name = self.name(pair);
        match name.kind {
            ExprKind::Name(word) => Expr { range: name.range, kind: ExprKind::Text(vec![TextPart::Literal(word)]) },
            kind => Expr { range: name.range, kind },
        }
    }

    fn part(&mut self, parts: &mut Parts<'_>, rule: Rule) -> Expr {
        match parts.next_if(&[rule]) {
            Some(pair) => self.expr(pair),
            None => Expr { range: parts.range, kind: ExprKind::Broken },
        }
    }

    /// The block at the end of a head, and the complaint about one that starts on a line of its own.
    fn body(&mut self, parts: &mut Parts<'_>) -> Block {
        if let Some(pair) = parts.next_if(&[Rule::head_break]) {
            let finding = self
                .finding(codes::SYNTAX, range(&pair), "the `{` stands on a line of its own")
                .help("put `{` at the end of the line above")
                .fix(
                    "Put `{` at the end of the line above",
                    Change::Replace(self.site.span(range(&pair)), " ".to_owned()),
                );
            self.report(finding);
        }
        parts.next_if(&[Rule::block]).map(|pair| self.block(pair)).unwrap_or_default()
    }

    /// `block`
    pub(super) fn block(&mut self, pair: Pair<'_, Rule>) -> Block {
        let whole = range(&pair);
        let mut block = Block { entries: vec![], range: whole };
        let mut after_junk = false;
        let open = TextRange::new(whole.start as usize, whole.start as usize + 1);
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::entry => {
                    let first = self.waivers.len();
                    let (entry, junk) = self.entry(child, after_junk);
                    self.cover(first, whole);
                    block.entries.extend(entry);
                    after_junk = junk;
                }
                Rule::missing_brace => self.unclosed(open, whole.end),
                _ => {}
            }
        }
        self.duplicates(&mut block);
        // Trees stay as long as the process does.
        block.entries.shrink_to_fit();
        block
    }

    /// Says of what was allowed from `first` on, in an entry of a block, what it concerns.
    fn cover(&mut self, first: usize, block: TextRange) {
        for waiver in self.waivers.iter_mut().skip(first).filter(|waiver| waiver.covers == TextRange::default()) {
            waiver.covers = block;
        }
    }

    fn unclosed(&mut self, open: TextRange, end: u32) {
        let end = self.site.span(TextRange { start: end, end });
        let finding = self
            .finding(codes::UNCLOSED, open, "this `{` is never closed")
            .label("opened here")
            .help("add the missing `}`; reading goes on at the next declaration in column 0")
            .offer("Add the missing `}`", Change::Replace(end, "\n}".to_owned()));
        self.report(finding);
    }

    /// `entry`; the flag says that it could not be read and leaves something open, such as a bracket: what
    /// follows and has no key is its remainder.
    fn entry(&mut self, pair: Pair<'_, Rule>, after_junk: bool) -> (Option<Entry>, bool) {
        let mut entry = Entry { doc: None, range: range(&pair), kind: EntryKind::Unset { path: vec![] } };
        let first = self.waivers.len();
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::docs => entry.doc = Some(docs(child)),
                Rule::allow => {
                    let waiver = self.allow(child);
                    self.waivers.extend(waiver);
                    return (None, false);
                }
                Rule::junk => {
                    if !after_junk || looks_like_entry(child.as_str()) {
                        self.junk(&child);
                    }
                    return (None, after_junk || is_open(child.as_str()) || child.as_str().starts_with("- "));
                }
                _ => {
                    entry.range = range(&child);
                    entry.kind = self.entry_kind(child);
                }
            }
        }
        // What stands in the block of an entry concerns its head as well.
        for waiver in self.waivers.iter_mut().skip(first).filter(|waiver| waiver.covers.end == entry.range.end) {
            waiver.covers.start = entry.range.start;
        }
        (Some(entry), false)
    }

    fn entry_kind(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        match pair.as_rule() {
            Rule::import => EntryKind::Import(self.import(pair)),
            Rule::for_loop => EntryKind::For(self.for_loop(pair)),
            Rule::named => EntryKind::Named(self.named(pair)),
            Rule::when => self.when(pair),
            Rule::param => self.param(pair),
            Rule::each => self.each(pair),
            Rule::object => self.object(pair),
            Rule::unset => EntryKind::Unset { path: self.path(pair) },
            Rule::override_entry => self.override_entry(pair),
            Rule::expect => EntryKind::Expect(self.part(&mut Parts::new(pair), Rule::expr)),
            _ => self.keyed(pair, false),
        }
    }

    /// Reads junk once more as an entry that must fit, to say what was expected.
    fn junk(&mut self, pair: &Pair<'_, Rule>) {
        let text = pair.as_str();
        let offset = range(pair).start;
        let finding = match PlatformParser::parse(Rule::entry_alone, text) {
            Err(error) => expected::diagnostic(&error, text, self.site, offset),
            Ok(_) => self.finding(codes::SYNTAX, range(pair), "this is no entry"),
        };
        self.report(finding);
    }

    fn when(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        let mut parts = Parts::new(pair);
        EntryKind::When { condition: self.part(&mut parts, Rule::expr), body: self.body(&mut parts) }
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        let mut parts = Parts::new(pair);
        let (name, of) = (parts.word(), parts.word());
        let default = parts.next_if(&[Rule::expr]).map(|pair| self.expr(pair));
        EntryKind::Param { name, of, default }
    }

    fn each(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        let mut parts = Parts::new(pair);
        EntryKind::Each { name: parts.word(), over: self.part(&mut parts, Rule::expr) }
    }

    fn object(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        let mut parts = Parts::new(pair);
        let mut text = |builder: &mut Self| {
            let pair = parts.next_if(&[Rule::string, Rule::word]);
            Box::new(pair.map_or(Expr { range: parts.range, kind: ExprKind::Broken }, |pair| builder.text(pair)))
        };
        let (api_version, kind, name) = (text(self), text(self), text(self));
        EntryKind::Object { api_version, kind, name, body: self.body(&mut parts) }
    }

    /// `unset`
    fn path(&mut self, pair: Pair<'_, Rule>) -> Vec<Word> {
        let path = pair.into_inner().filter(|child| child.as_rule() == Rule::path);
        let keys = path.flat_map(Pair::into_inner).filter(|child| child.as_rule() == Rule::path_key);
        keys.map(|key| self.key(key)).collect()
    }

    fn override_entry(&mut self, pair: Pair<'_, Rule>) -> EntryKind {
        let keyed = pair.into_inner().find(|child| child.as_rule() == Rule::keyed);
        keyed.map_or(EntryKind::Unset { path: vec![] }, |pair| self.keyed(pair, true))
    }

    /// `key` and `path_key`: a word or a string without interpolation.
    fn key(&mut self, pair: Pair<'_, Rule>) -> Word {
        let at = range(&pair);
        match pair.into_inner().next() {
            Some(child) if child.as_rule() == Rule::string => self.plain_string(child),
            Some(child) => {
                let key = word(&child);
                if key.text.ends_with('-') {
                    let finding = self.finding(codes::BAD_NAME, at, format!("`{}` ends in `-`", key.text));
                    let plain = key.text.trim_end_matches('-').to_owned();
                    let fix = Change::Replace(self.site.span(at), plain);
                    self.report(finding.help("leave the `-` away, or quote the key").offer("Leave the `-` away", fix));
                }
                key
            }
            None => Word { text: "".into(), range: at },
        }
    }

    /// `keyed`
    fn keyed(&mut self, pair: Pair<'_, Rule>, forced: bool) -> EntryKind {
        let at = range(&pair);
        let mut children = pair.into_inner();
        let key = match children.next() {
            Some(child) => self.key(child),
            None => Word { text: "".into(), range: at },
        };
        let Some(second) = children.next() else { return EntryKind::Unset { path: vec![] } };
        if second.as_rule() == Rule::block {
            return EntryKind::Nested { key, body: self.block(second), forced };
        }
        let operator = if second.as_rule() == Rule::append { Operator::Append } else { Operator::Set };
        if second.as_rule() == Rule::foreign_colon {
            let finding = self
                .finding(codes::FOREIGN_SYNTAX, range(&second), "a value is given with `=`")
                .label("`:` is YAML")
                .help(format!("write `{} = ...`", key.text))
                .fix("Write `=`", Change::Replace(self.site.span(range(&second)), " =".to_owned()));
            self.report(finding);
        }
        let value = self.value(&second, children);
        match value.kind {
            ExprKind::Object(body) if operator == Operator::Set => EntryKind::Nested { key, body, forced },
            kind => EntryKind::Assign { key, operator, value: Expr { range: value.range, kind }, forced },
        }
    }

    fn value(&mut self, operator: &Pair<'_, Rule>, mut rest: Pairs<'_, Rule>) -> Expr {
        let at = range(operator);
        match rest.next() {
            Some(pair) if pair.as_rule() == Rule::expr => self.expr(pair),
            _ => {
                let finding =
                    self.finding(codes::SYNTAX, at, "the value is missing").label("nothing follows on this line");
                self.report(finding);
                Expr { range: at, kind: ExprKind::Broken }
            }
        }
    }

    /// A key given twice in one block. The second value goes, so that it is not reported as a tie as well.
    fn duplicates(&mut self, block: &mut Block) {
        let mut seen: rustc_hash::FxHashMap<Arc<str>, TextRange> = rustc_hash::FxHashMap::default();
        block.entries.retain(|entry| {
            let (EntryKind::Assign { key, operator: Operator::Set, .. } | EntryKind::Nested { key, .. }) = &entry.kind
            else {
                return true;
            };
            let Some(first) = seen.insert(Arc::clone(&key.text), key.range) else { return true };
            let finding = Diagnostic::new(
                codes::DUPLICATE_KEY,
                self.site.span(key.range),
                format!("`{}` is given twice in this block", key.text),
            );
            let finding = finding.label("again here").also(self.site.span(first), "first given here");
            self.sink.push(finding.offer("Take the second one away", Change::Cut(self.site.span(entry.range))));
            matches!(entry.kind, EntryKind::Nested { .. })
        });
    }
}

/// The children of a pair that carry something, taken in order.
pub(super) struct Parts<'p> {
    inner: std::iter::Peekable<Pairs<'p, Rule>>,
    range: TextRange,
}

impl<'p> Parts<'p> {
    pub(super) fn new(pair: Pair<'p, Rule>) -> Self {
        let at = range(&pair);
        Self { inner: pair.into_inner().peekable(), range: at }
    }

    /// The next child of one of these rules; keywords and separators before it are passed over.
    pub(super) fn next_if(&mut self, rules: &[Rule]) -> Option<Pair<'p, Rule>> {
        while let Some(pair) = self.inner.peek() {
            if rules.contains(&pair.as_rule()) {
                return self.inner.next();
            }
            if !is_punctuation(pair.as_rule()) {
                return None;
            }
            self.inner.next();
        }
        None
    }

    pub(super) fn word(&mut self) -> Word {
        let at = self.range;
        self.next_if(&[Rule::word]).map_or(Word { text: "".into(), range: at }, |pair| word(&pair))
    }
}

fn is_punctuation(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::kw_import
            | Rule::kw_for
            | Rule::kw_when
            | Rule::kw_param
            | Rule::kw_each
            | Rule::kw_expect
            | Rule::kw_object
            | Rule::kw_override
            | Rule::kw_unset
            | Rule::kw_allow
            | Rule::kw_until
            | Rule::kw_because
            | Rule::kw_in
            | Rule::kw_where
            | Rule::kw_if
            | Rule::kw_then
            | Rule::kw_else
            | Rule::colon
            | Rule::assign
            | Rule::open_bracket
            | Rule::close_bracket
    )
}

pub(super) fn word(pair: &Pair<'_, Rule>) -> Word {
    Word { text: pair.as_str().into(), range: range(pair) }
}

fn looks_like_entry(junk: &str) -> bool {
    let key = junk.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '"'));
    key.len() < junk.len() && key.trim_start().starts_with(['=', '+', '{', ':', '.'])
}

/// Whether a bracket of the text is never closed.
fn is_open(junk: &str) -> bool {
    junk.matches(['(', '[']).count() > junk.matches([')', ']']).count()
}

/// `docs`: the lines without their marks.
fn docs(pair: Pair<'_, Rule>) -> Arc<str> {
    let lines = pair.into_inner().map(|line| {
        let text = line.as_str().trim_start_matches('#').trim_end();
        text.strip_prefix(' ').unwrap_or(text).to_owned()
    });
    lines.collect::<Vec<_>>().join("\n").into()
}
