//! Expressions: pest's pairs through the Pratt parser, and the forms of other languages.

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::ast::{Argument, BinaryOperator, Expr, ExprKind, Float, TextPart, UnaryOperator, Word};
use super::build::{Builder, range, word};
use super::parser::{MAX_DEPTH, Rule, deep};
use super::strings::{self, Piece};
use crate::diagnostics::{self as codes, Change};
use crate::text::TextRange;

static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::disjunction) | left(Rule::foreign_or))
        .op(left(Rule::conjunction) | left(Rule::foreign_and))
        .op(Op::prefix(Rule::negation) | Op::prefix(Rule::foreign_not))
        .op(left(Rule::equal)
            | left(Rule::not_equal)
            | left(Rule::foreign_equal)
            | left(Rule::less)
            | left(Rule::at_most)
            | left(Rule::greater)
            | left(Rule::at_least)
            | left(Rule::within)
            | left(Rule::not_within))
        .op(left(Rule::plus) | left(Rule::difference))
        .op(left(Rule::times) | left(Rule::divided) | left(Rule::remainder))
        .op(Op::prefix(Rule::minus))
});

/// How deep the tree of an expression may be: later stages walk it recursively.
const MAX_TREE: usize = 4 * MAX_DEPTH;

impl Builder<'_> {
    /// `expr` and `inside`
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let pairs = pair.into_inner();
        // A chain of operators makes a tree as deep as it is long.
        let deeper = 1 + pairs.len() / 2;
        if self.depth + deeper > MAX_TREE {
            let finding = deep(self.site, at);
            self.report(finding);
            return Expr { range: at, kind: ExprKind::Broken };
        }
        self.depth += deeper;
        let pairs: Vec<_> = pairs.collect();
        pairs.iter().for_each(|pair| self.foreign_operator(pair));
        let expr =
            PRATT.map_primary(|pair| self.postfixed(pair)).map_prefix(prefix).map_infix(infix).parse(pairs.into_iter());
        self.depth -= deeper;
        if self.chained(&expr) { broken(at) } else { expr }
    }

    /// Operators of other languages are understood, and refused with the right one.
    fn foreign_operator(&mut self, pair: &Pair<'_, Rule>) {
        let right = match pair.as_rule() {
            Rule::foreign_and => "and",
            Rule::foreign_or => "or",
            Rule::foreign_not => "not",
            Rule::foreign_equal => "==",
            Rule::equal if pair.as_str() == "===" => "==",
            Rule::not_equal if pair.as_str() == "!==" => "!=",
            _ => return,
        };
        let wrong = pair.as_str();
        let finding =
            self.finding(codes::FOREIGN_SYNTAX, range(pair), format!("`{wrong}` is no operator here")).write(right);
        self.report(finding);
    }

    /// Comparisons don't chain, wherever in the expression they stand. Whether some do.
    fn chained(&mut self, expr: &Expr) -> bool {
        let ExprKind::Binary(operator, left, right) = &expr.kind else { return false };
        let mut chained = false;
        if let ExprKind::Binary(inner, first, second) = &left.kind
            && operator.is_comparison()
            && inner.is_comparison()
            && left.range == first.range.cover(second.range)
        {
            chained = true;
            let finding = self.finding(codes::SYNTAX, expr.range, "comparisons don't chain").help(format!(
                "join two with `and`: `a {} b and b {} c`",
                inner.text(),
                operator.text()
            ));
            self.report(finding);
        }
        let (left, right) = (self.chained(left), self.chained(right));
        chained || left || right
    }

    /// `postfixed`
    fn postfixed(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let start = range(&pair).start as usize;
        let mut children = pair.into_inner();
        let mut expr = children.next().map_or(broken(TextRange::new(start, start)), |pair| self.primary(pair));
        for (step, child) in children.enumerate() {
            let whole = TextRange::new(start, range(&child).end as usize);
            if step >= MAX_DEPTH {
                let finding = deep(self.site, whole);
                self.report(finding);
                break;
            }
            expr = Expr { range: whole, kind: self.suffix(child, expr) };
        }
        expr
    }

    fn suffix(&mut self, pair: Pair<'_, Rule>, of: Expr) -> ExprKind {
        let at = range(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        match rule {
            Rule::call => {
                let arguments = inner.filter(|child| child.as_rule() == Rule::argument);
                ExprKind::Call(Box::new(of), arguments.map(|child| self.argument(child)).collect())
            }
            Rule::index => {
                let key = inner.find(|child| child.as_rule() == Rule::inside);
                let key = key.map_or(broken(at), |child| self.expr(child));
                ExprKind::Index(Box::new(of), Box::new(key))
            }
            _ => {
                let name = inner.find(|child| child.as_rule() != Rule::dot);
                ExprKind::Member(Box::new(of), name.map_or(Word { text: "".into(), range: at }, |child| word(&child)))
            }
        }
    }

    fn argument(&mut self, pair: Pair<'_, Rule>) -> Argument {
        let at = range(&pair);
        let mut argument = Argument { name: None, value: broken(at) };
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::word => argument.name = Some(word(&child)),
                Rule::inside => argument.value = self.expr(child),
                _ => {}
            }
        }
        argument
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let kind = match pair.as_rule() {
            Rule::string => return self.string(pair),
            Rule::parenthesis => return self.parenthesis(pair),
            Rule::word => ExprKind::Name(pair.as_str().into()),
            Rule::number => self.number(&pair),
            Rule::constant => constant(pair.as_str()),
            Rule::list => self.list(pair),
            Rule::object_literal => match pair.into_inner().next() {
                Some(block) => ExprKind::Object(self.block(block)),
                None => ExprKind::Broken,
            },
            Rule::conditional => self.conditional(pair),
            Rule::comprehension => self.comprehension(pair),
            Rule::foreign_string => self.foreign_string(&pair),
            _ => ExprKind::Broken,
        };
        Expr { range: at, kind }
    }

    fn parenthesis(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let inner = pair.into_inner().find(|child| child.as_rule() == Rule::inside);
        let inner = inner.map_or(broken(at), |child| self.expr(child));
        Expr { range: at, kind: inner.kind }
    }

    fn foreign_string(&mut self, pair: &Pair<'_, Rule>) -> ExprKind {
        let finding = self
            .finding(codes::FOREIGN_SYNTAX, range(pair), "strings stand in double quotes")
            .help("write `\"...\"`, or `r\"...\"` where nothing in it shall have a meaning");
        let inner = pair.as_str().trim_matches('\'');
        let doubled = format!("\"{inner}\"");
        let fix = Change::Replace(finding.primary.span, doubled);
        let is_plain = !inner.contains(['"', '\\', '$']);
        self.report(if is_plain { finding.fix("Write double quotes", fix) } else { finding });
        ExprKind::Text(vec![TextPart::Literal(pair.as_str().trim_matches('\'').into())])
    }

    fn conditional(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let at = range(&pair);
        let mut parts = pair.into_inner().filter(|child| child.as_rule() == Rule::expr);
        let mut next = || parts.next().map_or(broken(at), |child| self.expr(child));
        let (condition, then, otherwise) = (next(), next(), next());
        ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise))
    }

    fn comprehension(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let at = range(&pair);
        let mut name = Word { text: "".into(), range: at };
        let mut filtered = false;
        let mut parts = vec![];
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::word => name = word(&child),
                Rule::kw_where => filtered = true,
                Rule::inside => parts.push(Box::new(self.expr(child))),
                _ => {}
            }
        }
        let value = parts.pop().unwrap_or_else(|| Box::new(broken(at)));
        let filter = if filtered { parts.pop() } else { None };
        let over = parts.pop().unwrap_or_else(|| Box::new(broken(at)));
        ExprKind::Comprehension { name, over, filter, value }
    }

    fn list(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut items = vec![];
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::item => items.push(self.item(child)),
                Rule::missing_comma => {
                    let at = range(&child);
                    let finding = self.finding(codes::SYNTAX, at, "a `,` is missing before this item");
                    let comma = Change::Replace(self.site.span(TextRange { end: at.start, ..at }), ", ".to_owned());
                    self.report(finding.help("the items of a list are separated by `,`").fix("Add the `,`", comma));
                }
                _ => {}
            }
        }
        items.shrink_to_fit();
        ExprKind::List(items)
    }

    fn item(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let mut parts = pair.into_inner().filter(|child| child.as_rule() == Rule::inside).map(|child| self.expr(child));
        let first = parts.next().unwrap_or_else(|| broken(at));
        match parts.next() {
            Some(place) => Expr { range: at, kind: ExprKind::On(Box::new(first), Box::new(place)) },
            None => first,
        }
    }

    /// `number`: also what only begins like one.
    fn number(&mut self, pair: &Pair<'_, Rule>) -> ExprKind {
        let text = pair.as_str();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && text.len() > 1 && text.starts_with('0') {
            return self.bad_number(
                pair,
                "a number has no leading zero",
                "quote it if the zero matters, or leave it away",
            );
        }
        if digits {
            return match text.parse() {
                Ok(number) => ExprKind::Int(number),
                Err(_) => self.bad_number(
                    pair,
                    "this number is too large",
                    "whole numbers have 64 bits; quote it if it is data",
                ),
            };
        }
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
        match text.parse::<f64>() {
            Ok(number) if plain && number.is_finite() => ExprKind::Float(Float(number)),
            _ => self.bad_number(pair, "this is no number", "quote it: versions, durations and quantities are strings"),
        }
    }

    fn bad_number(&mut self, pair: &Pair<'_, Rule>, message: &str, help: &str) -> ExprKind {
        let finding =
            self.finding(codes::BAD_NUMBER, range(pair), format!("{message}: `{}`", pair.as_str())).help(help);
        self.report(finding);
        ExprKind::Broken
    }

    /// `string`
    pub(super) fn string(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let parts = match pair.into_inner().next() {
            Some(inner) if inner.as_rule() == Rule::raw => raw(inner),
            Some(inner) => self.text_parts(inner),
            None => vec![],
        };
        Expr { range: at, kind: ExprKind::Text(parts) }
    }

    fn text_parts(&mut self, pair: Pair<'_, Rule>) -> Vec<TextPart> {
        let long = pair.as_rule() == Rule::long_string;
        let mut pieces: Vec<Piece<TextPart>> = vec![];
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::short_text | Rule::long_text => pieces.push(Piece::Text(child.as_str().to_owned())),
                Rule::dollar => pieces.push(Piece::Other(TextPart::Literal("${".into()))),
                Rule::escape => pieces.push(Piece::Other(self.escape(&child))),
                Rule::interpolation => pieces.push(Piece::Other(TextPart::Value(self.interpolation(child)))),
                _ => {}
            }
        }
        if long {
            strings::dedent(&mut pieces);
        }
        join(pieces)
    }

    fn escape(&mut self, pair: &Pair<'_, Rule>) -> TextPart {
        let text = pair.as_str();
        if let Some(character) = strings::escape(text) {
            return TextPart::Literal(character.to_string().into());
        }
        let finding = self
            .finding(codes::BAD_ESCAPE, range(pair), format!("`{text}` is no escape"))
            .help("the escapes are `\\\\`, `\\\"`, `\\n` and `\\t`; in `r\"...\"` a backslash stands for itself");
        self.report(finding);
        TextPart::Literal(text.into())
    }

    fn interpolation(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = range(&pair);
        let inner = pair.into_inner().find(|child| child.as_rule() == Rule::inside);
        inner.map_or(broken(at), |child| self.expr(child))
    }
}

fn broken(at: TextRange) -> Expr {
    Expr { range: at, kind: ExprKind::Broken }
}

fn raw(pair: Pair<'_, Rule>) -> Vec<TextPart> {
    let text = pair.into_inner().find(|child| child.as_rule() == Rule::raw_text);
    text.map(|child| TextPart::Literal(child.as_str().into())).into_iter().collect()
}

/// Neighbouring literals become one; empty ones go.
fn join(pieces: Vec<Piece<TextPart>>) -> Vec<TextPart> {
    let mut parts = vec![];
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(literal) => text.push_str(&literal),
            Piece::Other(TextPart::Literal(literal)) => text.push_str(&literal),
            Piece::Other(value) => {
                flush(&mut text, &mut parts);
                parts.push(value);
            }
        }
    }
    flush(&mut text, &mut parts);
    parts.shrink_to_fit();
    parts
}

fn flush(text: &mut String, parts: &mut Vec<TextPart>) {
    if !text.is_empty() {
        parts.push(TextPart::Literal(std::mem::take(text).into()));
    }
}

fn constant(text: &str) -> ExprKind {
    match text {
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        _ => ExprKind::Null,
    }
}

fn prefix(operator: Pair<'_, Rule>, operand: Expr) -> Expr {
    let at = range(&operator).cover(operand.range);
    let unary = if operator.as_rule() == Rule::minus { UnaryOperator::Minus } else { UnaryOperator::Not };
    let kind = match (unary, operand.kind) {
        (UnaryOperator::Minus, ExprKind::Int(number)) => ExprKind::Int(-number),
        (UnaryOperator::Minus, ExprKind::Float(number)) => ExprKind::Float(Float(-number.0)),
        (unary, kind) => ExprKind::Unary(unary, Box::new(Expr { range: operand.range, kind })),
    };
    Expr { range: at, kind }
}

fn infix(left: Expr, operator: Pair<'_, Rule>, right: Expr) -> Expr {
    let at = left.range.cover(right.range);
    Expr { range: at, kind: ExprKind::Binary(binary(operator.as_rule()), Box::new(left), Box::new(right)) }
}

fn binary(rule: Rule) -> BinaryOperator {
    match rule {
        Rule::disjunction | Rule::foreign_or => BinaryOperator::Or,
        Rule::conjunction | Rule::foreign_and => BinaryOperator::And,
        Rule::not_equal => BinaryOperator::NotEqual,
        Rule::less => BinaryOperator::Less,
        Rule::at_most => BinaryOperator::AtMost,
        Rule::greater => BinaryOperator::Greater,
        Rule::at_least => BinaryOperator::AtLeast,
        Rule::within => BinaryOperator::In,
        Rule::not_within => BinaryOperator::NotIn,
        Rule::plus => BinaryOperator::Plus,
        Rule::difference => BinaryOperator::Minus,
        Rule::times => BinaryOperator::Times,
        Rule::divided => BinaryOperator::Divided,
        Rule::remainder => BinaryOperator::Remainder,
        _ => BinaryOperator::Equal,
    }
}
