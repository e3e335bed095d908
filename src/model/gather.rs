//! Everything that has a say in a service: defaults, template and the service itself, and the instances it is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::estates::{attribute, worlds};
use super::identity::identity;
use super::parameters::{Parameter, fits, parameters};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Reported, Sink, Span};
use crate::names::{Item, body, declarations, names};
use crate::overlays::{
    Collector, Condition, Contribution, Contributions, Deferred, Facts, Frame, Level, Mention, Merged, Naming,
    Narrowness, Place, locals, mark_patterns, mentions, mentions_of_conditions, merge, narrowness, of_expr, scope_in,
    strongest_first,
};
use crate::schema::{BlockSchema, Kind, PREVIEW_DIFFERS, SERVICE, SERVICE_DEFAULTS, TEMPLATE};
use crate::source::Site;
use crate::syntax::ast::{Argument, Block, EntryKind, Expr, ExprKind, Word};
use crate::values::{Ambients, Expected, Scope, Value, World, boolean, evaluate, evaluate_named};

/// An item of `each`: what it is called in names, and its value.
pub(super) type EachItem = (Arc<str>, Value);

/// What a service is made of, before any instance is looked at.
pub(super) struct Gathered<'db> {
    pub(super) db: &'db dyn Db,
    pub(super) item: Item<'db>,
    /// The clusters as expressions see them.
    pub(super) worlds: &'db [World],
    pub(super) site: Site,
    pub(super) contributions: Contributions<'db>,
    pub(super) each: Option<(Arc<str>, Vec<EachItem>)>,
    /// The team that owns the service.
    owner: Option<Arc<str>>,
    values: Vec<Value>,
    pub(super) narrowness: Narrowness,
    /// The lines from the strongest to the weakest.
    order: Vec<usize>,
}

/// One instance that is asked about: the index of its cluster and of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) cluster: usize,
    pub(super) item: Option<usize>,
}

/// Which lines matter, by the paths of what they say.
pub(super) type Keep<'k> = &'k dyn Fn(&[Arc<str>]) -> bool;

/// Which lines matter, by the first key of what they say.
pub(super) fn first(matters: fn(&str) -> bool) -> impl Fn(&[Arc<str>]) -> bool {
    move |path| path.first().is_some_and(|key| matters(key))
}

/// Gathers what has a say in a service. `keep` says which attributes matter.
pub(super) fn gather<'db>(db: &'db dyn Db, item: Item<'db>, keep: Keep<'_>, sink: &mut Sink) -> Option<Gathered<'db>> {
    let named = body(db, item)?;
    let mut gathered = Gathered::new(db, item);
    gathered.each(&named.body, sink);
    gathered.frames(&named.body, sink);
    gathered.rank(keep);
    Some(gathered)
}

/// Gathers what has a say in the preview of a service: all that has one in the service, and over it what `preview` says.
pub(super) fn gather_preview<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    keep: Keep<'_>,
    sink: &mut Sink,
) -> Option<Gathered<'db>> {
    let named = body(db, item)?;
    let mut gathered = Gathered::new(db, item);
    gathered.frames(&named.body, sink);
    gathered.put_preview_above();
    gathered.rank(keep);
    Some(gathered)
}

/// Gathers what a declaration says by itself and in its overlays: no template, and no defaults of others.
pub(super) fn gather_alone<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    schema: &'static BlockSchema,
    keep: Keep<'_>,
) -> Option<Gathered<'db>> {
    let named = body(db, item)?;
    let mut gathered = Gathered::new(db, item);
    gathered.collect(gathered.own(), &named.body, schema, Place::Overlaid);
    gathered.rank(keep);
    Some(gathered)
}

impl<'db> Gathered<'db> {
    fn new(db: &'db dyn Db, item: Item<'db>) -> Self {
        Self {
            db,
            item,
            worlds: worlds(db),
            site: item.decl(db).site(db),
            contributions: Contributions::default(),
            each: None,
            owner: None,
            values: vec![],
            narrowness: Narrowness::default(),
            order: vec![],
        }
    }

    /// The frame of the declaration itself.
    fn own(&self) -> Frame {
        Frame { site: self.site, level: Level::Own, locals: self.item.locals(self.db).to_vec(), deferred: vec![] }
    }

    /// Makes what the preview says a level of its own. It is meant to win over every overlay.
    fn put_preview_above(&mut self) {
        let Contributions { frames, list, .. } = &mut self.contributions;
        let Some(own) = frames.iter().find(|frame| frame.level == Level::Own) else { return };
        frames.push(Frame { level: Level::Preview, ..own.clone() });
        for line in list.iter_mut().filter(|line| line.path.first().is_some_and(|key| key.as_ref() == "preview")) {
            (line.frame, line.forced) = (frames.len() - 1, true);
            if line.path.get(1).is_some_and(|key| PREVIEW_DIFFERS.contains(&key.as_ref())) {
                line.path.remove(0);
            }
        }
    }

    /// Keeps the attributes that matter, and says which line is stronger.
    fn rank(&mut self, keep: Keep<'_>) {
        self.contributions.list.retain(|line| keep(&line.path));
        mark_patterns(&mut self.contributions, self.each.as_ref().map(|(name, _)| (name, self.values.as_slice())));
        self.narrowness = narrowness(self.facts(), &self.contributions);
        self.order = strongest_first(&self.contributions, &self.narrowness);
    }

    /// The lines from the strongest to the weakest.
    pub(super) fn strongest_first(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        let each = self.each.as_ref().map(|(name, _)| (name, self.values.as_slice()));
        Facts { db: self.db, names: names(self.db), clusters: self.worlds, each }
    }

    /// The place of the service's name or, without one, of its first word.
    pub(super) fn origin(&self) -> Span {
        crate::names::name_span(self.db, self.item)
    }

    fn scope<'s>(&'s self, locals: &'s [(Arc<str>, Value)], ambients: Ambients, world: Option<&'s World>) -> Scope<'s> {
        let item = self.each.as_ref().map(|(name, _)| name);
        Scope { db: self.db, site: self.site, names: names(self.db), locals, item, ambients, world, answers: None }
    }

    fn each(&mut self, body: &'db Block, sink: &mut Sink) {
        let each = body.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::Each { name, over } => Some((name, over)),
            _ => None,
        });
        let Some((name, over)) = each else { return };
        let scope = self.scope(self.item.locals(self.db), Ambients::None, None);
        let Ok(value) = evaluate(&scope, over, Expected::Value, sink) else { return };
        let items = self.each_items(over, &value, sink);
        self.values = items.iter().map(|(_, value)| value.clone()).collect();
        self.each = Some((Arc::clone(&name.text), items));
    }

    fn each_items(&self, over: &Expr, value: &Value, sink: &mut Sink) -> Vec<EachItem> {
        let Some(items) = value.as_list() else {
            let message = format!("`each` walks over a list, got {}", value.type_name());
            sink.push(Diagnostic::new(codes::TYPE_MISMATCH, self.site.span(over.range), message));
            return vec![];
        };
        let mut out: Vec<EachItem> = vec![];
        let mut seen = FxHashSet::default();
        for item in items {
            let name = item.as_object().map_or(Some(item), |object| object.get("name")).and_then(Value::to_text);
            let problem = match &name {
                None => Some(format!("{} can't be part of a name", item.show())),
                Some(name) => match crate::values::check_text(crate::schema::Text::DnsLabel, name) {
                    Err(problem) => Some(problem.message),
                    Ok(()) if !seen.insert(Arc::clone(name)) => Some(format!("`{name}` stands twice in the list")),
                    Ok(()) => None,
                },
            };
            match (name, problem) {
                (Some(name), None) => out.push((name, item.clone())),
                (_, problem) => sink.push(
                    Diagnostic::new(codes::BAD_VALUE, self.site.span(over.range), problem.unwrap_or_default())
                        .note("each item becomes part of an Application's name")
                        .help("walk over DNS labels, or over objects with a `name` that is one"),
                ),
            }
        }
        out
    }

    /// The frames from the widest to the narrowest level.
    fn frames(&mut self, body: &'db Block, sink: &mut Sink) {
        let declarations = declarations(self.db);
        if let Some(platform) = declarations.of(self.db, Kind::Platform).next() {
            self.defaults(platform, Level::Platform, &["defaults", "service"]);
        }
        self.owner = self.named("owner", Kind::Team);
        if let Some(layer) = self.named("layer", Kind::Layer).and_then(|layer| declarations.get(Kind::Layer, &layer)) {
            self.defaults(layer, Level::Layer, &["defaults"]);
        }
        // The template's arguments stand in the service's frame, so that one comes first and the list is in order of use.
        self.collect(self.own(), body, &SERVICE, Place::Service);
        let own = self.contributions.frames.len() - 1;
        self.template(own, sink);
    }

    /// The declaration that an attribute names; what is wrong with it is reported with the head.
    fn named(&self, key: &str, kind: Kind) -> Option<Arc<str>> {
        let expr = attribute(self.db, self.item, key)?;
        let scope = self.scope(self.item.locals(self.db), Ambients::None, None);
        let value = evaluate_named(&scope, expr, Expected::Kind(kind), &mut Sink::default()).ok()?;
        value.as_text().cloned()
    }

    fn collect(&mut self, frame: Frame, body: &'db Block, schema: &'static BlockSchema, place: Place) {
        let item = self.each.as_ref().map(|(name, _)| Arc::clone(name));
        let mut collector = Collector {
            db: self.db,
            names: names(self.db),
            item,
            contributions: &mut self.contributions,
            sink: &mut Sink::default(),
        };
        collector.collect(frame, body, schema, place);
    }

    fn defaults(&mut self, of: Item<'db>, level: Level, path: &[&str]) {
        let Some(named) = body(self.db, of) else { return };
        let block = path.iter().try_fold(&named.body, |block, key| nested(block, key));
        if let Some(block) = block {
            let site = of.decl(self.db).site(self.db);
            let frame = Frame { site, level, locals: of.locals(self.db).to_vec(), deferred: vec![] };
            self.collect(frame, block, &SERVICE_DEFAULTS, Place::Overlaid);
        }
    }

    fn template(&mut self, own: usize, sink: &mut Sink) {
        let Some(used) = attribute(self.db, self.item, "use") else { return };
        let (callee, arguments): (&Expr, &[Argument]) = match &used.kind {
            ExprKind::Call(callee, arguments) => (callee, arguments),
            _ => (used, &[]),
        };
        let ExprKind::Name(name) = &callee.kind else {
            let message = "`use` takes a template: `NAME` or `NAME(param = value)`";
            sink.push(Diagnostic::new(codes::TYPE_MISMATCH, self.site.span(used.range), message));
            return;
        };
        let Some(template) = declarations(self.db).get(Kind::Template, name) else {
            let templates = names(self.db).of(Kind::Template);
            let near = crate::diagnostics::did_you_mean(name, templates.iter().map(AsRef::as_ref));
            let finding = Diagnostic::new(
                codes::UNKNOWN_NAME,
                self.site.span(callee.range),
                format!("there is no template `{name}`"),
            );
            sink.push(finding.meant(name, near).declare(Kind::Template.word(), name));
            return;
        };
        let Some(named) = body(self.db, template) else { return };
        let site = template.decl(self.db).site(self.db);
        let mut frame =
            Frame { site, level: Level::Template, locals: template.locals(self.db).to_vec(), deferred: vec![] };
        self.arguments(&named.body, arguments, callee, own, &mut frame, sink);
        self.collect(frame, &named.body, &TEMPLATE, Place::Template);
    }

    fn arguments(
        &self,
        body: &'db Block,
        arguments: &[Argument],
        callee: &Expr,
        own: usize,
        frame: &mut Frame,
        sink: &mut Sink,
    ) {
        let parameters: Vec<_> = parameters(body).collect();
        for argument in arguments {
            self.unknown_argument(argument, &parameters, sink);
        }
        for (name, of, default) in parameters {
            let argument =
                arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|word| word.text == name.text));
            match (argument, default) {
                (Some(argument), _) => self.argument(name, of, &argument.value, own, frame, sink),
                (None, Some(default)) => {
                    let value = self.default(of, default, frame, sink);
                    frame.locals.push((Arc::clone(&name.text), value));
                }
                (None, None) => {
                    let message = format!("the template asks for `{}`", name.text);
                    sink.push(
                        Diagnostic::new(codes::BAD_ARGUMENTS, self.site.span(callee.range), message)
                            .also(frame.site.span(name.range), "declared here, without a default"),
                    );
                    frame.locals.push((Arc::clone(&name.text), Value::Null));
                }
            }
        }
    }

    /// The default of a parameter, which may be made of those before it.
    fn default(&self, of: &Word, default: &Expr, frame: &Frame, sink: &mut Sink) -> Value {
        let scope = Scope { site: frame.site, ..self.scope(&frame.locals, Ambients::None, None) };
        let Ok(value) = evaluate(&scope, default, Expected::Value, sink) else { return Value::Null };
        if !fits(&value, &of.text) {
            // The same words as where the template is declared, so that it is said once.
            let message = format!("the default of a parameter of type {} is {}", of.text, value.type_name());
            sink.push(Diagnostic::new(codes::TYPE_MISMATCH, frame.site.span(default.range), message));
        }
        value
    }

    fn unknown_argument(&self, argument: &Argument, parameters: &[Parameter<'_>], sink: &mut Sink) {
        let known = || parameters.iter().map(|(name, ..)| name.text.as_ref());
        let list = || known().collect::<Vec<_>>().join(", ");
        match &argument.name {
            None => sink.push(
                Diagnostic::new(
                    codes::BAD_ARGUMENTS,
                    self.site.span(argument.value.range),
                    "a template's arguments are named",
                )
                .help(format!("write `name = value`; there are {}", list())),
            ),
            Some(word) if !known().any(|name| name == word.text.as_ref()) => {
                let near = crate::diagnostics::did_you_mean(&word.text, known());
                let message = format!("the template has no parameter `{}`", word.text);
                let others = near.is_none().then(|| format!("there are {}", list()));
                sink.push(
                    Diagnostic::new(codes::BAD_ARGUMENTS, self.site.span(word.range), message)
                        .meant(&word.text, near)
                        .help_if(others),
                );
            }
            Some(_) => {}
        }
    }

    fn argument(&self, name: &Word, of: &Word, value: &Expr, own: usize, frame: &mut Frame, sink: &mut Sink) {
        let mut found = BTreeSet::<Mention>::new();
        of_expr(value, self.each.as_ref().map(|(name, _)| name), &mut found);
        if !found.is_empty() {
            let scope = self.scope(self.item.locals(self.db), Ambients::All, None);
            crate::values::check(&scope, value, Expected::Value, sink);
            frame.deferred.push(Deferred {
                name: Arc::clone(&name.text),
                of: Arc::clone(&of.text),
                argument: value.clone(),
                frame: own,
            });
            return;
        }
        // It is the same on every cluster, and may still name the service.
        let service = Some(identity(self.db, Kind::Service, self.item.name(self.db)).workload);
        let world = World { service, owner: self.owner.clone(), ..World::default() };
        let scope = self.scope(self.item.locals(self.db), Ambients::All, Some(&world));
        let given = evaluate(&scope, value, Expected::Value, sink);
        let argument_range = value.range;
        if let Ok(value) = &given
            && !fits(value, &of.text)
        {
            let message = format!("`{}` is a parameter of type {}, got {}", name.text, of.text, value.type_name());
            sink.push(
                Diagnostic::new(codes::TYPE_MISMATCH, self.site.span(argument_range), message)
                    .also(frame.site.span(of.range), "declared here"),
            );
        }
        frame.locals.push((Arc::clone(&name.text), given.unwrap_or(Value::Null)));
    }

    /// The world of an instance.
    pub(super) fn world(&self, asked: Asked) -> World {
        let mut world = self.worlds.get(asked.cluster).cloned().unwrap_or_default();
        world.owner.clone_from(&self.owner);
        if self.item.kind(self.db) == Kind::Service {
            world.service = Some(identity(self.db, Kind::Service, self.item.name(self.db)).workload);
        }
        world.item = self.each.as_ref().and_then(|(name, items)| {
            let (_, value) = items.get(asked.item?)?;
            Some((Arc::clone(name), value.clone()))
        });
        world
    }

    /// What a mention is for an instance.
    fn mentioned(&self, mention: &Mention, asked: Asked) -> Value {
        match (mention, self.worlds.get(asked.cluster)) {
            (Mention::Item, _) => asked.item.and_then(|item| self.values.get(item)).cloned().unwrap_or(Value::Null),
            (mention, Some(world)) => mention.of(world),
            (mention, None) => mention.of(&World::default()),
        }
    }

    /// Every condition for one instance. One that can't be evaluated is reported and does not hold.
    fn truth(&self, world: &World, sink: &mut Sink) -> Vec<bool> {
        let conditions = self.contributions.conditions.iter();
        conditions.map(|condition| self.asks(*condition, world, sink).unwrap_or(false)).collect()
    }

    fn asks(&self, condition: Condition<'_>, world: &World, sink: &mut Sink) -> Result<bool, Reported> {
        let locals = locals(self.facts(), &self.contributions, condition.frame, world);
        let scope =
            scope_in(self.facts(), &self.contributions, condition.frame, &locals, Ambients::Condition, Some(world));
        boolean(&scope, condition.expr, sink)
    }

    /// Instances in groups within which nothing differs but what patterns show: each group with the world of one of them
    /// and its conditions.
    pub(super) fn groups(&self, asked: &[Asked], sink: &mut Sink) -> Vec<Group> {
        self.grouped(asked, Naming::Patterns, sink)
    }

    /// A group's instances in groups within which nothing differs at all. `asked` is what the group was made of.
    pub(super) fn known(&self, group: &Group, asked: &[Asked], sink: &mut Sink) -> Vec<Group> {
        let members: Vec<Asked> = group.members.iter().filter_map(|member| asked.get(*member)).copied().collect();
        let mut groups = self.grouped(&members, Naming::Known, sink);
        for inner in groups.iter_mut().flat_map(|inner| &mut inner.members) {
            *inner = group.members.get(*inner).copied().unwrap_or(*inner);
        }
        groups
    }

    pub(super) fn grouped(&self, asked: &[Asked], own: Naming, sink: &mut Sink) -> Vec<Group> {
        self.groups_by(asked, own, &BTreeSet::new(), sink)
    }

    /// The same, where groups must agree on more than the lines mention.
    pub(super) fn groups_by(
        &self,
        asked: &[Asked],
        own: Naming,
        also: &BTreeSet<Mention>,
        sink: &mut Sink,
    ) -> Vec<Group> {
        let item = self.each.as_ref().map(|(name, _)| name);
        let mut mentions = mentions(&self.contributions, item, own);
        mentions.extend(also.iter().cloned());
        let asks = mentions_of_conditions(&self.contributions, item);
        let mut truths: FxHashMap<Vec<Value>, Vec<bool>> = FxHashMap::default();
        let mut index: FxHashMap<(Vec<bool>, Vec<Value>), usize> = FxHashMap::default();
        let mut groups: Vec<Group> = vec![];
        for (position, asked) in asked.iter().enumerate() {
            let of = |mention: &Mention| self.mentioned(mention, *asked);
            let asked_for = asks.iter().map(of).collect();
            let truth = truths.entry(asked_for).or_insert_with(|| self.truth(&self.world(*asked), sink)).clone();
            let key = (truth, mentions.iter().map(of).collect());
            if let Some(group) = index.get(&key) {
                groups[*group].members.push(position);
            } else {
                let (world, truth) = (self.world(*asked), key.0.clone());
                groups.push(Group { world, truth, own, members: vec![position] });
                index.insert(key, groups.len() - 1);
            }
        }
        groups
    }

    /// The resolved block of a group.
    pub(super) fn resolve(&self, group: &Group, sink: &mut Sink) -> Merged {
        self.check_arguments(group, sink);
        let facts = self.facts();
        let frames = 0..self.contributions.frames.len();
        let locals: Vec<_> = frames.map(|frame| locals(facts, &self.contributions, frame, &group.world)).collect();
        let scope = |line: usize| {
            let Contribution { frame, patterned, ref path, .. } = self.contributions.list[line];
            let locals: &[(Arc<str>, Value)] = locals.get(frame).map_or(&[], |locals| locals.as_ref());
            let ambients = match self.contributions.frames[frame].level {
                _ if path.first().is_some_and(|key| key.as_ref() == "rollout") => Ambients::Condition,
                Level::Preview => Ambients::Preview,
                _ if patterned && group.own == Naming::Patterns => Ambients::Patterns,
                _ => Ambients::All,
            };
            scope_in(facts, &self.contributions, frame, locals, ambients, Some(&group.world))
        };
        merge(
            &self.contributions,
            (&self.narrowness, &self.order),
            &|combination| self.holds(group, combination),
            &scope,
            self.origin(),
            sink,
        )
    }

    /// Arguments that differ from cluster to cluster are checked for each group.
    fn check_arguments(&self, group: &Group, sink: &mut Sink) {
        for deferred in self.contributions.frames.iter().flat_map(|frame| &frame.deferred) {
            let scope = self.scope(self.item.locals(self.db), Ambients::All, Some(&group.world));
            let Ok(value) = evaluate(&scope, &deferred.argument, Expected::Value, sink) else { continue };
            let value = value.as_text().map_or(value.clone(), |text| Value::Text(Arc::clone(text)));
            if !fits(&value, &deferred.of) {
                let message =
                    format!("`{}` is a parameter of type {}, got {}", deferred.name, deferred.of, value.type_name());
                sink.push(Diagnostic::new(codes::TYPE_MISMATCH, self.site.span(deferred.argument.range), message));
            }
        }
    }

    /// Regions that conditions ask for and no cluster has.
    pub(super) fn unknown_regions(&self, sink: &mut Sink) {
        for condition in &self.contributions.conditions {
            let site = self.contributions.frames[condition.frame].site;
            super::spelling::check(self.worlds, condition.expr, site, sink);
        }
        if let Some(on) = attribute(self.db, self.item, "on") {
            super::spelling::check(self.worlds, on, self.site, sink);
        }
    }

    pub(super) fn holds(&self, group: &Group, combination: usize) -> bool {
        let conditions = self.contributions.combinations.get(combination);
        conditions
            .is_some_and(|conditions| conditions.iter().all(|condition| group.truth.get(*condition) == Some(&true)))
    }

    /// Conditions that hold for none of the instances; one that can't be evaluated has been reported.
    pub(super) fn never(&self, groups: &[Group], sink: &mut Sink) {
        if groups.is_empty() {
            return;
        }
        for (index, condition) in self.contributions.conditions.iter().enumerate() {
            let frame = &self.contributions.frames[condition.frame];
            let asks = |group: &Group| self.asks(*condition, &group.world, &mut Sink::default());
            let holds = groups.iter().any(|group| group.truth.get(index) == Some(&true) || asks(group).is_err());
            if frame.level == Level::Own && !holds {
                sink.push(self.never_holds(frame.site.span(condition.expr.range), count(groups)));
            }
        }
    }

    fn never_holds(&self, span: Span, count: usize) -> Diagnostic {
        let name = self.item.name(self.db);
        let (message, note) = match self.item.kind(self.db) {
            Kind::Service => ("no instance meets this condition", format!("`{name}` runs on {count} instances")),
            _ => ("none of its clusters meets this condition", format!("`{name}` is on {count} clusters")),
        };
        Diagnostic::new(codes::OVERLAY_NEVER_HOLDS, span, message)
            .note(note)
            .help("mend the condition, or remove the block")
            .superfluous("Take the block away", None)
    }
}

fn count(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.members.len()).sum()
}

/// Instances of which nothing differs but what patterns show.
pub(super) struct Group {
    pub(super) world: World,
    truth: Vec<bool>,
    own: Naming,
    pub(super) members: Vec<usize>,
}

impl Group {
    /// One without members or conditions, for what is the same everywhere.
    pub(super) fn of(world: World) -> Self {
        Self { world, truth: vec![], own: Naming::Known, members: vec![] }
    }
}

pub(super) fn nested<'b>(block: &'b Block, key: &str) -> Option<&'b Block> {
    block.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Nested { key: found, body, .. } if found.text.as_ref() == key => Some(body),
        _ => None,
    })
}
