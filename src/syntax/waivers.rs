//! `allow CODE until "DATE" because "TEXT"`

use jiff::civil::Date;
use pest::iterators::Pair;

use super::ast::{Waiver, Word};
use super::build::{Builder, Parts, range};
use super::parser::Rule;
use crate::diagnostics::{self as codes, CODES, Code, Diagnostic, Severity};
use crate::text::TextRange;

const FORM: &str = "write `allow CODE until \"YYYY-MM-DD\" because \"...\"`";

impl Builder<'_> {
    /// `allow`, unless something of it is wrong; a finding says what.
    pub(super) fn allow(&mut self, pair: Pair<'_, Rule>) -> Option<Waiver> {
        let whole = range(&pair);
        let mut parts = Parts::new(pair);
        let code = parts.word();
        let until = match parts.next_if(&[Rule::string, Rule::number]) {
            Some(pair) if pair.as_rule() == Rule::number => {
                let finding = self.wrong(range(&pair), "a date stands in quotes");
                self.report(finding.write(&format!("\"{}\"", pair.as_str())));
                return None;
            }
            until => until.map(|pair| self.plain_string(pair)),
        };
        let because = parts.next_if(&[Rule::string]).map(|pair| self.plain_string(pair));
        let (Some(until), Some(because)) = (until, because) else {
            let finding = self.wrong(whole, "an `allow` says until when it holds, and why");
            self.report(finding.help(FORM));
            return None;
        };
        let waiver = Waiver {
            code: self.code(&code)?,
            code_range: code.range,
            until: self.date(&until)?,
            until_range: until.range,
            because: because.text,
            range: whole,
            covers: TextRange::default(),
        };
        if waiver.because.trim().is_empty() {
            let finding = self.wrong(because.range, "an `allow` says why");
            self.report(finding.help(FORM));
            return None;
        }
        Some(waiver)
    }

    /// The code of a warning.
    fn code(&mut self, word: &Word) -> Option<Code> {
        let Some(code) = CODES.iter().find(|code| code.id == word.text.as_ref()) else {
            let finding = self.wrong(word.range, format!("`{}` is no code", word.text));
            self.report(match Code::find(&word.text) {
                Some(code) => finding.write(code.id),
                None => finding.help("a warning shows its code in brackets, such as `[PF0603]`"),
            });
            return None;
        };
        if code.severity == Severity::Error {
            let finding = self.wrong(word.range, format!("{} is an error: {}", code.id, code.title));
            self.report(finding.help("only warnings can be allowed"));
            return None;
        }
        Some(*code)
    }

    fn date(&mut self, word: &Word) -> Option<Date> {
        let date = word.text.parse().ok().filter(|date: &Date| date.to_string() == word.text.as_ref());
        if date.is_none() {
            let finding = self.wrong(word.range, format!("`{}` is no date", word.text));
            self.report(finding.help("a date is written as YYYY-MM-DD, such as `\"2027-03-01\"`"));
        }
        date
    }

    fn wrong(&self, at: TextRange, message: impl Into<String>) -> Diagnostic {
        self.finding(codes::BAD_WAIVER, at, message)
    }
}
