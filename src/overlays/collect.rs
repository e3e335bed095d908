//! From syntax to contributions: a block is walked along the table, and what does not fit the table is reported.

use std::sync::Arc;

use super::contribution::{Action, Condition, Contribution, Contributions, Frame};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::schema::{BlockSchema, Text, Type};
use crate::syntax::ast::{Block, Entry, EntryKind, Expr, Named, Operator, Word};
use crate::text::TextRange;
use crate::values::{Ambients, Expected, Names, Scope, check};

/// What kind of declaration a block belongs to, as far as statements are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Neither `when` nor what goes with it.
    Plain,
    /// `when`, but neither `each` nor `param`.
    Overlaid,
    /// A service: `when` and `each`.
    Service,
    /// A template: `when` and `param`.
    Template,
    /// The `preview` of a service: neither, and what is known of a pull request.
    Preview,
    /// A `rollout`: neither, and no more than conditions may ask for, since its steps are made of them.
    Rollout,
    /// A `test`: nothing but `expect`.
    Test,
}

/// Walks blocks and gathers what they contribute.
pub struct Collector<'a, 'c> {
    /// For data files.
    pub db: &'a dyn Db,
    /// Everything that is declared.
    pub names: Names<'a>,
    /// The name that `each` gives.
    pub item: Option<Arc<str>>,
    /// What is gathered.
    pub contributions: &'c mut Contributions<'a>,
    /// The findings.
    pub sink: &'c mut Sink,
}

/// Which keys a block may have.
#[derive(Clone, Copy)]
enum Shape {
    Attributes(&'static BlockSchema),
    Free(&'static Type),
}

struct Walk {
    frame: usize,
    place: Place,
    path: Vec<Arc<str>>,
    conditions: Vec<usize>,
    /// Whether a block around begins with `override`.
    forced: bool,
    /// Whether a block around is said whole.
    whole: bool,
}

const ANY: Type = Type::Any;
const API_VERSION: Type = Type::Text(crate::schema::Text::NotEmpty);

impl<'a> Collector<'a, '_> {
    /// Gathers what a declaration's block contributes.
    pub fn collect(&mut self, frame: Frame, body: &'a Block, schema: &'static BlockSchema, place: Place) {
        if self.contributions.combinations.is_empty() {
            self.contributions.combinations.push(vec![]);
        }
        self.contributions.frames.push(frame);
        let frame = self.contributions.frames.len() - 1;
        let mut walk = Walk { frame, place, path: vec![], conditions: vec![], forced: false, whole: false };
        self.block(body, Shape::Attributes(schema), &mut walk);
    }

    fn frame(&self, walk: &Walk) -> &Frame {
        &self.contributions.frames[walk.frame]
    }

    fn scope(&self, walk: &Walk, ambients: Ambients) -> Scope<'_> {
        let frame = self.frame(walk);
        Scope {
            db: self.db,
            site: frame.site,
            names: self.names,
            locals: &frame.locals,
            item: self.item.as_ref(),
            ambients,
            world: None,
            answers: None,
        }
    }

    fn report(
        &mut self,
        walk: &Walk,
        code: codes::Code,
        at: TextRange,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let span = self.frame(walk).site.span(at);
        self.sink.push(Diagnostic::new(code, span, message).help_if(help));
    }

    fn block(&mut self, body: &'a Block, shape: Shape, walk: &mut Walk) {
        for entry in &body.entries {
            self.entry(entry, shape, walk);
        }
    }

    fn entry(&mut self, entry: &'a Entry, shape: Shape, walk: &mut Walk) {
        match &entry.kind {
            EntryKind::Assign { key, operator, value, forced } => {
                self.assign(key, *operator, value, *forced, shape, walk);
            }
            EntryKind::Nested { key, body, forced } => self.nested(key, body, *forced, shape, walk),
            EntryKind::Named(named) => self.named(named, shape, walk),
            EntryKind::When { condition, body } => self.when(entry, condition, body, shape, walk),
            EntryKind::Unset { path } => self.unset(path, entry.range, walk),
            EntryKind::Object { api_version, kind, name, body } => {
                self.object(entry, [api_version, kind, name], body, shape, walk);
            }
            EntryKind::Each { .. }
                if walk.place == Place::Service && walk.path.is_empty() && walk.conditions.is_empty() => {}
            EntryKind::Param { .. }
                if walk.place == Place::Template && walk.path.is_empty() && walk.conditions.is_empty() => {}
            EntryKind::Each { .. } => {
                self.misplaced(walk, entry.range, "`each` stands in a service, outside every other block");
            }
            EntryKind::Param { .. } => {
                self.misplaced(walk, entry.range, "`param` stands in a template, outside every other block");
            }
            EntryKind::For(_) => {
                self.misplaced(walk, entry.range, "`for` stands outside declarations; in a service, `each` fans out");
            }
            EntryKind::Import(_) => self.misplaced(walk, entry.range, "`import` stands at the top of a file"),
            EntryKind::Expect(_) if walk.place == Place::Test => {}
            EntryKind::Expect(_) => self.misplaced(walk, entry.range, "`expect` stands in a `test`"),
        }
    }

    fn misplaced(&mut self, walk: &Walk, at: TextRange, message: &str) {
        self.report(walk, codes::MISPLACED_STATEMENT, at, message, None);
    }

    /// The type of a key, or a finding that there is none.
    fn of(&mut self, key: &Word, shape: Shape, walk: &Walk) -> Option<&'static Type> {
        let schema = match shape {
            Shape::Free(of) => return Some(of),
            Shape::Attributes(schema) => schema,
        };
        let Some(attribute) = schema.attribute(&key.text) else {
            self.unknown(key, schema, walk);
            return None;
        };
        if !attribute.overlay && !walk.conditions.is_empty() {
            let message = format!("`{}` can't differ by overlay", key.text);
            let help = "it says what is declared, before any condition can be asked";
            self.report(walk, codes::NOT_IN_OVERLAY, key.range, message, Some(help.to_owned()));
            return None;
        }
        Some(&attribute.of)
    }

    fn unknown(&mut self, key: &Word, schema: &'static BlockSchema, walk: &Walk) {
        let word = key.text.as_ref();
        let known = schema.attributes.iter().map(|attribute| attribute.name);
        let near = did_you_mean(word, known.clone());
        let others = || match walk.place {
            Place::Test => "a test holds `expect CONDITION`".to_owned(),
            _ => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
        };
        let place = match walk.path.last() {
            Some(block) => format!("`{block}` has no attribute `{word}`"),
            None => format!("there is no attribute `{word}` here"),
        };
        let span = self.frame(walk).site.span(key.range);
        let finding = Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, span, place).meant(word, near);
        self.sink.push(finding.help_if(near.is_none().then(others)));
    }

    fn push(
        &mut self,
        walk: &Walk,
        key: Option<&Word>,
        action: Action<'a>,
        of: &'static Type,
        forced: bool,
        range: TextRange,
    ) {
        let combination = self.combination(&walk.conditions);
        let path = walk.path.iter().cloned().chain(key.map(|key| Arc::clone(&key.text))).collect();
        let (frame, forced, whole) = (walk.frame, forced || walk.forced, walk.whole);
        let patterned = false;
        self.contributions.list.push(Contribution {
            path,
            action,
            frame,
            combination,
            forced,
            whole,
            patterned,
            of,
            range,
        });
    }

    fn combination(&mut self, conditions: &[usize]) -> usize {
        let known = self.contributions.combinations.iter().position(|known| known == conditions);
        known.unwrap_or_else(|| {
            self.contributions.combinations.push(conditions.to_vec());
            self.contributions.combinations.len() - 1
        })
    }

    fn assign(
        &mut self,
        key: &'a Word,
        operator: Operator,
        value: &'a Expr,
        forced: bool,
        shape: Shape,
        walk: &mut Walk,
    ) {
        let Some(of) = self.of(key, shape, walk) else { return };
        // These are read as they are written, and checked where they are read.
        if matches!(of, Type::Placement | Type::Use | Type::NameScheme | Type::Successor | Type::Claim | Type::Report) {
            return self.push(walk, Some(key), Action::Set(value), of, forced, value.range);
        }
        if operator == Operator::Append && !takes_lists(of) {
            let help = format!("write `{} = ...`", key.text);
            return self.report(
                walk,
                codes::TYPE_MISMATCH,
                key.range,
                format!("`{}` is no list", key.text),
                Some(help),
            );
        }
        self.check_value(value, of, walk);
        if walk.place == Place::Preview {
            let keys = walk.path.iter().chain([&key.text]).skip(1).map(AsRef::as_ref).collect::<Vec<_>>();
            super::pulls::check(&keys, value, self.frame(walk).site, self.sink);
        }
        let action = match operator {
            Operator::Set => Action::Set(value),
            Operator::Append => Action::Append(value),
        };
        let outer = walk.whole;
        walk.whole |= is_whole(shape, &key.text);
        self.push(walk, Some(key), action, of, forced, value.range);
        walk.whole = outer;
    }

    fn check_value(&mut self, value: &'a Expr, of: &'static Type, walk: &Walk) {
        let mut sink = Sink::default();
        let scope = self.scope(walk, ambients_of(walk));
        check(&scope, value, Expected::of(of), &mut sink);
        super::conform::check_constant(&scope, value, of, &mut sink);
        self.sink.extend(sink.finish());
    }

    fn nested(&mut self, key: &'a Word, body: &'a Block, forced: bool, shape: Shape, walk: &mut Walk) {
        let Some(of) = self.of(key, shape, walk) else { return };
        let inner = match of {
            Type::Block(schema) => Shape::Attributes(schema),
            Type::Map(of) => Shape::Free(of),
            Type::Object | Type::Any => Shape::Free(&ANY),
            Type::Named(_) => {
                let help = format!("write `{} NAME {{ ... }}`", key.text);
                return self.report(walk, codes::SYNTAX, key.range, format!("`{}` needs a name", key.text), Some(help));
            }
            Type::Text(Text::Sealed) => {
                let range = key.range.cover(body.range);
                let message = format!("`{}` is no block, but a sealed text", key.text);
                let span = self.frame(walk).site.span(range);
                return self.sink.push(Diagnostic::new(codes::TYPE_MISMATCH, span, message).secret());
            }
            _ => {
                let message =
                    format!("`{}` is no block, but {}", key.text, crate::diagnostics::with_article(&of.name()));
                let help = format!("write `{} = ...`", key.text);
                return self.report(walk, codes::TYPE_MISMATCH, key.range, message, Some(help));
            }
        };
        let (place, outer) = (walk.place, (walk.forced, walk.whole));
        walk.forced |= forced;
        walk.whole |= is_whole(shape, &key.text);
        if body.entries.is_empty() {
            self.push(walk, Some(key), Action::Exists, of, forced, key.range);
        }
        match key.text.as_ref() {
            "defaults" if walk.path.is_empty() && place == Place::Plain => walk.place = Place::Overlaid,
            "rollout" if matches!(shape, Shape::Attributes(_)) => walk.place = Place::Rollout,
            "preview" if walk.path.is_empty() && place == Place::Service => walk.place = Place::Preview,
            _ => {}
        }
        walk.path.push(Arc::clone(&key.text));
        self.block(body, inner, walk);
        walk.path.pop();
        walk.place = place;
        (walk.forced, walk.whole) = outer;
    }

    fn named(&mut self, named: &'a Named, shape: Shape, walk: &mut Walk) {
        let Some(of) = self.of(&named.word, shape, walk) else { return };
        let name = named.name.as_ref().and_then(Expr::plain_text);
        let head = named.name.as_ref().map_or(named.word.range, |name| named.word.range.cover(name.range));
        match (of, name) {
            (Type::Named(schema), Some(name)) => {
                let depth = walk.path.len();
                walk.path.extend([Arc::clone(&named.word.text), name.into()]);
                self.push(walk, None, Action::Exists, of, false, head);
                self.block(&named.body, Shape::Attributes(schema), walk);
                walk.path.truncate(depth);
            }
            (Type::Named(_), None) => {
                self.report(walk, codes::BAD_NAME, named.word.range, "this block needs a plain name", None);
            }
            _ => {
                let help = format!("write `{} {{ ... }}`", named.word.text);
                self.report(
                    walk,
                    codes::SYNTAX,
                    named.word.range,
                    format!("`{}` takes no name", named.word.text),
                    Some(help),
                );
            }
        }
    }

    fn when(&mut self, entry: &'a Entry, condition: &'a Expr, body: &'a Block, shape: Shape, walk: &mut Walk) {
        if matches!(walk.place, Place::Plain | Place::Preview | Place::Rollout | Place::Test) {
            let help = "overlays stand in services, templates, namespaces and defaults".to_owned();
            return self.report(walk, codes::MISPLACED_STATEMENT, entry.range, "`when` can't stand here", Some(help));
        }
        let mut sink = Sink::default();
        check(&self.scope(walk, Ambients::Condition), condition, Expected::Value, &mut sink);
        self.sink.extend(sink.finish());
        self.contributions.conditions.push(Condition { expr: condition, frame: walk.frame });
        walk.conditions.push(self.contributions.conditions.len() - 1);
        self.block(body, shape, walk);
        walk.conditions.pop();
    }

    fn unset(&mut self, path: &'a [Word], at: TextRange, walk: &Walk) {
        let (path_here, conditions) = (walk.path.clone(), walk.conditions.clone());
        let mut full = Walk { path: path_here, conditions, forced: false, whole: false, ..*walk };
        full.path.extend(path.iter().map(|word| Arc::clone(&word.text)));
        if !full.path.is_empty() {
            self.push(&full, None, Action::Unset, &ANY, false, at);
        }
    }

    fn object(&mut self, entry: &'a Entry, head: [&'a Expr; 3], body: &'a Block, shape: Shape, walk: &mut Walk) {
        let key = Word { text: "object".into(), range: entry.range };
        let Some(of) = self.of(&key, shape, walk) else { return };
        if !matches!(of, Type::Objects) {
            return self.misplaced(walk, entry.range, "`object` stands in `manifests`");
        }
        let [api_version, kind, name] = head;
        if api_version.literal().is_none() || kind.literal().is_none() {
            let message = "apiVersion and kind must be plain strings";
            return self.report(walk, codes::BAD_VALUE, api_version.range.cover(kind.range), message, None);
        }
        let depth = walk.path.len();
        walk.path.extend([key.text, format!("{api_version} {kind} {name}").into()]);
        self.identity(walk, &["apiVersion"], api_version);
        self.identity(walk, &["kind"], kind);
        self.identity(walk, &["metadata", "name"], name);
        self.block(body, Shape::Free(&ANY), walk);
        walk.path.truncate(depth);
    }

    /// What an object's head says of it, as if it stood in its body.
    fn identity(&mut self, walk: &mut Walk, keys: &[&str], value: &'a Expr) {
        self.check_value(value, &API_VERSION, walk);
        let depth = walk.path.len();
        walk.path.extend(keys.iter().map(|key| Arc::from(*key)));
        self.push(walk, None, Action::Set(value), &API_VERSION, false, value.range);
        walk.path.truncate(depth);
    }
}

fn is_whole(shape: Shape, key: &str) -> bool {
    match shape {
        Shape::Attributes(schema) => schema.attribute(key).is_some_and(|attribute| attribute.whole),
        Shape::Free(_) => false,
    }
}

fn takes_lists(of: &Type) -> bool {
    matches!(of, Type::List(_) | Type::Steps(_) | Type::Any | Type::Needs | Type::Provides | Type::Paths)
}

/// Entities of their own are the same on every cluster; what a service says may differ.
fn ambients_of(walk: &Walk) -> Ambients {
    let is_vars = walk.path.first().is_some_and(|key| key.as_ref() == "vars");
    match walk.place {
        Place::Rollout => Ambients::Condition,
        Place::Plain if is_vars => Ambients::Condition,
        Place::Plain | Place::Test => Ambients::None,
        Place::Preview => Ambients::Preview,
        _ => Ambients::All,
    }
}
