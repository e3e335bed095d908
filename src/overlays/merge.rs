//! The merge: from the strongest line to the weakest, each filling what is still open. What is hidden is never evaluated,
//! so that a default which has no value on some cluster does no harm where another line wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contribution::{Action, Contributions};
use super::{Narrowness, Tree};
use crate::diagnostics::{self as codes, Change, Diagnostic, Reported, Sink, Span};
use crate::values::{Expected, Scope, Value, evaluate_named};

/// A place that a stronger line has filled.
enum Slot {
    /// A value, and the line it comes from.
    Leaf(Value, usize),
    /// Items that are appended to a list which a weaker line gives.
    Appended(Vec<Value>, usize),
    /// Taken away.
    Unset(usize),
    /// An object; the line that first reached into it, and the weaker one that let nothing still weaker through.
    Branch(BTreeMap<Arc<str>, Slot>, usize, Option<usize>),
    /// A line that could not be evaluated.
    Broken(usize),
}

impl Slot {
    fn line(&self) -> usize {
        match self {
            Self::Leaf(_, line)
            | Self::Appended(_, line)
            | Self::Unset(line)
            | Self::Branch(_, line, _)
            | Self::Broken(line) => *line,
        }
    }
}

/// What a merge gives.
pub struct Merged {
    /// The values.
    pub tree: Tree,
    /// Whether two lines may agree on some instances alone, so that their texts must be known first.
    pub undecided: bool,
}

/// Merges the contributions whose conditions hold, in the order of [`strongest_first`]. `scope` gives the scope of a line;
/// `origin` is where the whole comes from.
pub fn merge<'a>(
    contributions: &Contributions<'a>,
    (narrowness, order): (&Narrowness, &[usize]),
    holds: &dyn Fn(usize) -> bool,
    scope: &dyn Fn(usize) -> Scope<'a>,
    origin: Span,
    sink: &mut Sink,
) -> Merged {
    let mut merge = Merge { contributions, narrowness, scope, sink, root: BTreeMap::new(), undecided: false };
    for line in order {
        if holds(contributions.list[*line].combination) {
            merge.line(*line);
        }
    }
    let root = std::mem::take(&mut merge.root);
    let children = root.into_iter().filter_map(|(key, slot)| Some((key, merge.tree(slot)?))).collect();
    Merged { tree: Tree::Branch(children, origin), undecided: merge.undecided }
}

/// The lines from the strongest to the weakest. Lines of one strength are ordered by what they say, never by where.
#[must_use]
pub fn strongest_first(contributions: &Contributions<'_>, narrowness: &Narrowness) -> Vec<usize> {
    let combinations = 0..contributions.combinations.len();
    let ranks: Vec<(usize, String)> = combinations.map(|one| (narrowness.rank(one), contributions.show(one))).collect();
    let strength = |line: &usize| (contributions.level(*line), ranks.get(contributions.list[*line].combination));
    let mut lines: Vec<usize> = (0..contributions.list.len()).collect();
    lines.sort_by(|left, right| strength(right).cmp(&strength(left)));
    lines
}

struct Merge<'a, 'm> {
    contributions: &'m Contributions<'a>,
    narrowness: &'m Narrowness,
    scope: &'m dyn Fn(usize) -> Scope<'a>,
    sink: &'m mut Sink,
    root: BTreeMap<Arc<str>, Slot>,
    undecided: bool,
}

/// What stands in the way of a line.
enum Way {
    /// Nothing.
    Open,
    /// A stronger object at the very place.
    Object(usize),
    /// A list that waits for what it is appended to.
    Appended(usize),
    /// Something stronger, here or above.
    Hidden(usize),
}

impl<'m> Merge<'_, 'm> {
    fn path(&self, line: usize) -> &'m [Arc<str>] {
        let contributions = self.contributions;
        &contributions.list[line].path
    }

    fn line(&mut self, line: usize) {
        if let Some(by) = self.whole(line) {
            return self.hidden_whole(line, by);
        }
        let contribution = &self.contributions.list[line];
        match (self.way(&contribution.path), contribution.action) {
            (Way::Hidden(by), _) => self.hidden(line, by),
            (Way::Object(_), Action::Exists) => {}
            (Way::Object(by), Action::Unset) => self.seal(line, by),
            (Way::Appended(by), Action::Unset) => self.complete(line, by),
            (Way::Appended(_), Action::Exists) => {}
            (Way::Open, Action::Unset) => self.fill(line, Slot::Unset(line)),
            (Way::Open, Action::Exists) => self.fill(line, Slot::Branch(BTreeMap::new(), line, None)),
            (way, Action::Set(expr) | Action::Append(expr)) => {
                let append = matches!(contribution.action, Action::Append(_));
                match self.evaluate(line, expr) {
                    Ok(value) => self.value(line, value, append, &way),
                    Err(_) => self.fill(line, Slot::Broken(line)),
                }
            }
        }
    }

    /// The line of another place that has said all of what this one is a part of.
    fn whole(&self, line: usize) -> Option<usize> {
        let list = &self.contributions.list;
        let by = self.root.get(list[line].path.first()?)?.line();
        let is_other = (list[by].frame, list[by].combination) != (list[line].frame, list[line].combination);
        (list[line].whole && list[by].whole && is_other).then_some(by)
    }

    fn hidden_whole(&mut self, line: usize, by: usize) {
        if self.is_stronger(by, line) {
            self.warn_hidden_overlay(line, by);
        } else if self.path(line) == self.path(by) {
            self.hidden(line, by);
        } else {
            self.tie(line, by);
        }
    }

    fn evaluate(&mut self, line: usize, expr: &crate::syntax::ast::Expr) -> Result<Value, Reported> {
        let contribution = &self.contributions.list[line];
        evaluate_named(&(self.scope)(line), expr, Expected::of(contribution.of), self.sink)
    }

    fn way(&self, path: &[Arc<str>]) -> Way {
        let mut children = &self.root;
        let mut sealed = None;
        for (index, key) in path.iter().enumerate() {
            let last = index + 1 == path.len();
            let open = |way: Way| sealed.map_or(way, Way::Hidden);
            match children.get(key) {
                None => return open(Way::Open),
                Some(Slot::Branch(inner, line, seal)) => {
                    sealed = sealed.or(*seal);
                    if last {
                        return sealed.map_or(Way::Object(*line), Way::Hidden);
                    }
                    children = inner;
                }
                Some(Slot::Appended(_, line)) if last => return open(Way::Appended(*line)),
                Some(slot) => return Way::Hidden(slot.line()),
            }
        }
        Way::Open
    }

    fn value(&mut self, line: usize, value: Value, append: bool, way: &Way) {
        match (way, &value) {
            (Way::Appended(_), Value::List(items)) => self.prepend(line, items, append),
            (Way::Open, Value::List(items)) if append => self.fill(line, Slot::Appended(items.to_vec(), line)),
            (_, other) if append => self.not_a_list(line, other),
            (Way::Appended(by), other) => {
                self.not_a_list(*by, other);
                self.fill(line, Slot::Broken(line));
            }
            (Way::Object(_), Value::Object(object)) => {
                self.object(line, self.path(line), object);
            }
            (Way::Object(by), _) => self.seal(line, *by),
            (Way::Open, Value::Object(object)) if !object.is_empty() => {
                self.object(line, self.path(line), object);
            }
            (Way::Open, Value::Object(_)) => self.fill(line, Slot::Branch(BTreeMap::new(), line, None)),
            _ => self.fill(line, Slot::Leaf(value, line)),
        }
    }

    /// Fills what is open below a path from an object's keys.
    fn object(&mut self, line: usize, path: &[Arc<str>], object: &BTreeMap<Arc<str>, Value>) {
        for (key, value) in object {
            let path: Vec<Arc<str>> = path.iter().chain([key]).cloned().collect();
            match (self.way(&path), value) {
                (Way::Open | Way::Object(_), Value::Object(inner)) if !inner.is_empty() => {
                    self.object(line, &path, inner);
                }
                (Way::Open, Value::Object(_)) => self.fill_at(&path, Slot::Branch(BTreeMap::new(), line, None), line),
                (Way::Open, value) => self.fill_at(&path, Slot::Leaf(value.clone(), line), line),
                (Way::Appended(_), Value::List(items)) => self.prepend_at(&path, items, line, false),
                (Way::Hidden(by) | Way::Object(by) | Way::Appended(by), value) => self.compare(line, by, &path, value),
            }
        }
    }

    fn fill(&mut self, line: usize, slot: Slot) {
        self.fill_at(self.path(line), slot, line);
    }

    fn fill_at(&mut self, path: &[Arc<str>], slot: Slot, line: usize) {
        let Some((last, before)) = path.split_last() else { return };
        if let Some(children) = branch(&mut self.root, before, line) {
            children.insert(Arc::clone(last), slot);
        }
    }

    fn prepend(&mut self, line: usize, items: &[Value], append: bool) {
        self.prepend_at(self.path(line), items, line, append);
    }

    /// Puts the items of a weaker line before those of stronger ones; unless it appends as well, the list is complete.
    fn prepend_at(&mut self, path: &[Arc<str>], items: &[Value], line: usize, append: bool) {
        let Some((last, before)) = path.split_last() else { return };
        let Some(children) = branch(&mut self.root, before, line) else { return };
        let Some(Slot::Appended(appended, first)) = children.get_mut(last) else { return };
        appended.splice(0..0, items.iter().cloned());
        if !append {
            let complete = Slot::Leaf(Value::List(std::mem::take(appended).into()), *first);
            children.insert(Arc::clone(last), complete);
        }
    }

    /// A line that takes away, or replaces by something else, what stronger lines have put an object upon: nothing that is
    /// still weaker shows through.
    fn seal(&mut self, line: usize, by: usize) {
        if !self.is_stronger(by, line) {
            return self.hidden(line, by);
        }
        let path = self.contributions.list[line].path.clone();
        let Some((last, before)) = path.split_last() else { return };
        if let Some(Slot::Branch(_, _, seal)) =
            branch(&mut self.root, before, line).and_then(|slots| slots.get_mut(last))
        {
            seal.get_or_insert(line);
        }
    }

    /// The same for a list that stronger lines append to.
    fn complete(&mut self, line: usize, by: usize) {
        if self.is_stronger(by, line) {
            self.prepend(line, &[], false);
        } else {
            self.tie(line, by);
        }
    }

    fn not_a_list(&mut self, line: usize, value: &Value) {
        let message = format!("`+=` appends to a list, but there is {}", value.type_name());
        self.sink.push(Diagnostic::new(codes::TYPE_MISMATCH, self.contributions.span(line), message));
    }

    /// A line that a stronger one hides: fine, unless neither is narrower, or it hides an overlay without saying so.
    fn hidden(&mut self, line: usize, by: usize) {
        if self.is_stronger(by, line) {
            return self.warn_hidden_overlay(line, by);
        }
        let expr = match self.contributions.list[line].action {
            Action::Set(expr) | Action::Append(expr) => expr,
            Action::Unset | Action::Exists => return self.tie_with_unset(line, by),
        };
        if let Ok(value) = self.evaluate(line, expr) {
            self.compare(line, by, self.path(line), &value);
        }
    }

    fn tie_with_unset(&mut self, line: usize, by: usize) {
        let both_unset = matches!(self.contributions.list[by].action, Action::Unset);
        let exists = matches!(self.contributions.list[line].action, Action::Exists);
        if !both_unset && !exists {
            self.tie(line, by);
        }
    }

    /// Whether one line beats another for good: a narrower level, or a narrower condition in the same.
    fn is_stronger(&self, strong: usize, weak: usize) -> bool {
        let combination = |line: usize| self.contributions.list[line].combination;
        self.contributions.level(strong) > self.contributions.level(weak)
            || self.narrowness.is_narrower(combination(strong), combination(weak))
    }

    /// Two lines of one strength must agree.
    fn compare(&mut self, line: usize, by: usize, path: &[Arc<str>], value: &Value) {
        if self.is_stronger(by, line) || line == by {
            return;
        }
        match self.slot(path) {
            Some(Slot::Leaf(other, _)) if other == value => {}
            Some(Slot::Leaf(other, _)) if other.has_patterns() || value.has_patterns() => self.undecided = true,
            _ => self.tie(line, by),
        }
    }

    fn slot(&self, path: &[Arc<str>]) -> Option<&Slot> {
        let (last, before) = path.split_last()?;
        let mut children = &self.root;
        for key in before {
            match children.get(key)? {
                Slot::Branch(inner, ..) => children = inner,
                _ => return None,
            }
        }
        children.get(last)
    }

    fn tie(&mut self, line: usize, by: usize) {
        let (first, second) = (line.min(by), line.max(by));
        let list = &self.contributions.list;
        let condition = |line: usize| match self.contributions.show(list[line].combination) {
            text if text.is_empty() => "always".to_owned(),
            text => format!("where `{text}`"),
        };
        let world = (self.scope)(line).world;
        let cluster = world.and_then(|world| world.cluster.as_deref()).unwrap_or("some cluster");
        let message = format!("`{}` has two values on `{cluster}`", list[line].path.join("."));
        self.sink.push(
            Diagnostic::new(codes::OVERLAY_TIE, self.contributions.span(second), message)
                .label(format!("this holds {}", condition(second)))
                .also(self.contributions.span(first), format!("this holds {}", condition(first)))
                .note("the narrower condition wins; of these two, neither is narrower than the other")
                .help("say which one is meant in a `when` with both conditions, joined by `and`"),
        );
    }

    fn warn_hidden_overlay(&mut self, line: usize, by: usize) {
        let list = &self.contributions.list;
        let unconditional = self.contributions.combinations[list[by].combination].is_empty();
        let conditional = !self.contributions.combinations[list[line].combination].is_empty();
        let narrower_level = self.contributions.level(by) > self.contributions.level(line);
        if !(unconditional && conditional && narrower_level) || list[by].forced {
            return;
        }
        if list[by].path != list[line].path && !list[line].whole {
            return;
        }
        let whole = list[line].whole;
        let path = if whole { list[by].path.first().map_or("", AsRef::as_ref) } else { &list[by].path.join(".") };
        let message = format!("`{path}` hides an overlay of the {}", self.contributions.level(line).name());
        let attribute = list[by].path.last().map_or("", AsRef::as_ref);
        let meant = if whole { format!("{path} {{ ... }}") } else { format!("{attribute} = ...") };
        self.sink.push(
            Diagnostic::new(codes::HIDDEN_OVERLAY, self.contributions.span(by), message)
                .label("this holds everywhere")
                .also(
                    self.contributions.span(line),
                    format!("hidden where `{}`", self.contributions.show(list[line].combination)),
                )
                .note("a narrower level wins, with all its conditions")
                .help(format!("if that is meant, write `override {meant}`"))
                .offer(
                    "Write `override` before it",
                    Change::Before(self.contributions.span(by), "override ".to_owned()),
                ),
        );
    }

    fn tree(&self, slot: Slot) -> Option<Tree> {
        Some(match slot {
            Slot::Leaf(value, line) => Tree::Leaf(value, self.contributions.span(line)),
            Slot::Appended(items, line) => Tree::Leaf(Value::List(items.into()), self.contributions.span(line)),
            Slot::Unset(_) => return None,
            Slot::Branch(children, line, _) => {
                let children = children.into_iter().filter_map(|(key, slot)| Some((key, self.tree(slot)?))).collect();
                Tree::Branch(children, self.contributions.span(line))
            }
            Slot::Broken(line) => Tree::Broken(self.contributions.span(line)),
        })
    }
}

/// The children of the object at a path, which is made where nothing stands.
fn branch<'s>(
    root: &'s mut BTreeMap<Arc<str>, Slot>,
    path: &[Arc<str>],
    line: usize,
) -> Option<&'s mut BTreeMap<Arc<str>, Slot>> {
    let mut children = root;
    for key in path {
        match children.entry(Arc::clone(key)).or_insert_with(|| Slot::Branch(BTreeMap::new(), line, None)) {
            Slot::Branch(inner, ..) => children = inner,
            _ => return None,
        }
    }
    Some(children)
}
