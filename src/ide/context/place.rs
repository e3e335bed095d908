use super::frame::{Callee, Frame, Holds, Token};
use super::text::bare;
use crate::ide::symbols::{ANY, named_by, of};
use crate::schema::{Kind, Over, PARAMETER_TYPES, Type, asked_for};

/// What may stand at a place.
#[derive(Clone, Debug)]
pub(in crate::ide) enum Place<'t> {
    /// Nothing that could be offered.
    Nothing,
    /// The first word of a declaration.
    Declaration,
    /// A key or a statement; behind a value on the same line also what goes on with that.
    Key(Option<&'static Type>),
    /// A value.
    Value(&'static Type),
    /// What joins a value to another one.
    Operator(&'static Type),
    /// A member of what these words lead to.
    Member(Vec<&'t str>),
    /// An argument's name, or its value.
    Argument(&'t str),
    /// The type of a parameter.
    ParameterType,
    /// A key of a path, below these.
    Unset(Vec<&'t str>),
    /// The code of a warning.
    Code,
    /// This word.
    Word(&'static str),
    /// The text of a string.
    Text(Written),
}

/// What a string is.
#[derive(Clone, Copy, Debug)]
pub(in crate::ide) enum Written {
    /// The path or pattern of an import.
    Import,
    /// The path of a file that an expression reads.
    Data,
    /// A key.
    Key,
    /// A value.
    Value(&'static Type),
}

static CLUSTER: Type = Type::Reference(Kind::Cluster);
static ENVIRONMENT: Type = Type::Reference(Kind::Environment);
static TEAM: Type = Type::Reference(Kind::Team);

impl<'t> Frame<'t> {
    /// What may stand behind what has begun.
    pub(super) fn place(&self) -> Place<'t> {
        let words: Vec<&'t str> = self.statement.iter().map(|token| token.text).collect();
        match self.holds {
            Holds::Declarations => self.declaration(&words),
            Holds::Entries(_) => self.entry(&words),
            Holds::Arguments(Callee::Template(name)) => match words.as_slice() {
                [] => Place::Argument(name),
                [_, "=", ..] => self.value(2, &ANY),
                _ => self.value(0, &ANY),
            },
            Holds::Arguments(Callee::Function(name)) if self.is_claim() => {
                self.value(0, asked_for(name, self.commas).unwrap_or(&Type::Claim))
            }
            Holds::Arguments(Callee::Function(_)) => self.value(0, &ANY),
            Holds::Items(of) => self.item(&words, of),
        }
    }

    /// The same in a string that stands there.
    pub(super) fn written(&self) -> Place<'t> {
        match (self.holds, self.statement.as_slice(), self.place()) {
            (Holds::Declarations, [word], _) if word.text == "import" => Place::Text(Written::Import),
            (Holds::Arguments(Callee::Function("csv" | "json" | "yaml")), [], _) => Place::Text(Written::Data),
            (_, _, Place::Value(of)) => Place::Text(Written::Value(of)),
            (Holds::Entries(_), _, Place::Key(_)) => Place::Text(Written::Key),
            _ => Place::Nothing,
        }
    }

    /// Whether this is part of a policy or a test.
    fn is_claim(&self) -> bool {
        matches!(self.kind, Some(Kind::Policy | Kind::Test))
    }

    fn declaration(&self, words: &[&'t str]) -> Place<'t> {
        match words {
            [] => Place::Declaration,
            ["moved" | "removed"] => Place::Word("service"),
            ["import", _] => Place::Word("for"),
            ["import", _, "for"] => Place::Value(&TEAM),
            ["for", _] => Place::Word("in"),
            ["for", _, "in", ..] => self.value(3, &ANY),
            _ => Place::Nothing,
        }
    }

    fn entry(&self, words: &[&'t str]) -> Place<'t> {
        match words {
            [] | ["override"] => Place::Key(None),
            [_, "=" | "+=", ..] => match self.value(2, self.of_key()) {
                Place::Operator(of) => Place::Key(Some(of)),
                place => place,
            },
            ["when", ..] => self.value(1, &Type::Placement),
            ["expect", ..] => self.value(1, &Type::Claim),
            ["param", _, ":"] => Place::ParameterType,
            ["param", _, ":", of, "=", ..] => self.value(5, type_of(of)),
            ["each" | "for", _] => Place::Word("in"),
            ["each" | "for", _, "in", ..] => self.value(3, &ANY),
            ["allow"] => Place::Code,
            ["allow", _] => Place::Word("until"),
            ["allow", _, "until", _] => Place::Word("because"),
            ["unset", path @ ..] if path.last().is_none_or(|last| *last == ".") => {
                Place::Unset(path.iter().filter(|word| **word != ".").map(|word| bare(word)).collect())
            }
            _ => Place::Nothing,
        }
    }

    fn of_key(&self) -> &'static Type {
        match (self.holds, self.statement.first()) {
            (Holds::Entries(shape), Some(key)) => of(bare(key.text), shape),
            _ => &ANY,
        }
    }

    fn item(&self, words: &[&'t str], of: &'static Type) -> Place<'t> {
        let behind = |word: &str| words.iter().position(|known| *known == word).map(|at| at + 1);
        match words {
            ["for"] => Place::Nothing,
            ["for", _] => Place::Word("in"),
            ["for", ..] => match (behind(":"), behind("where")) {
                (Some(value), _) => self.value(value, of),
                (None, Some(filter)) => self.value(filter, &ANY),
                (None, None) => self.value(3, &ANY),
            },
            [.., "on"] if matches!(of, Type::Needs) => Place::Value(&CLUSTER),
            _ => self.value(0, of),
        }
    }

    /// What may stand in an expression that begins with a token.
    fn value(&self, from: usize, of: &'static Type) -> Place<'t> {
        let tokens = self.statement.get(from..).unwrap_or_default();
        match tokens {
            [] => Place::Value(of),
            [.., last] if last.text == "." => members(tokens),
            [.., last] if last.is_operand() => Place::Operator(of),
            [before @ .., last] => Place::Value(behind_operator(before, last.text, of)),
        }
    }
}

/// What an operator asks of its right side.
fn behind_operator(before: &[Token<'_>], operator: &str, of: &'static Type) -> &'static Type {
    match (before, operator) {
        ([.., left], "==" | "!=") if left.text == "env" => &ENVIRONMENT,
        ([.., left], "==" | "!=") if left.text == "cluster" => &CLUSTER,
        ([.., left], "in") if left.text == "env" => &ENVIRONMENT,
        ([.., left], "in") if left.text == "cluster" => &CLUSTER,
        ([.., left, not], "in") if (left.text, not.text) == ("env", "not") => &ENVIRONMENT,
        ([.., left, not], "in") if (left.text, not.text) == ("cluster", "not") => &CLUSTER,
        (_, "then" | "else") => of,
        ([.., left], "==" | "!=" | "in") if matches!(of, Type::Claim) => beside(left.text),
        ([.., left, not], "in") if not.text == "not" && matches!(of, Type::Claim) => beside(left.text),
        (_, "and" | "or" | "not") if matches!(of, Type::Placement | Type::Claim) => of,
        _ => &ANY,
    }
}

/// What stands beside a name that a policy asks about.
fn beside(name: &str) -> &'static Type {
    let all = [Over::Instance, Over::Service, Over::Cluster, Over::Team];
    all.into_iter().find_map(|over| named_by(over, name)).unwrap_or(&Type::Claim)
}

/// The words before a dot, the first one first.
fn members<'t>(tokens: &[Token<'t>]) -> Place<'t> {
    let mut words = vec![];
    for pair in tokens.rchunks(2) {
        match pair {
            [word, dot] if dot.text == "." && word.is_operand() => words.push(word.text),
            _ => break,
        }
    }
    words.reverse();
    Place::Member(words)
}

fn type_of(parameter: &str) -> &'static Type {
    if parameter == "bool" && PARAMETER_TYPES.contains(&parameter) { &Type::Bool } else { &ANY }
}
