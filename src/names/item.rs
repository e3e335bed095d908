//! Items: what is declared once `for` is written out.

use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::schema::{KINDS, Kind, kind_of_word};
use crate::source::{Decl, Site, takes_kind};
use crate::syntax::ast::{Block, DeclarationKind, EntryKind, Expr, For, Named};
use crate::syntax::syntax;
use crate::values::{Ambients, Expected, Locals, Names, Scope, Value, evaluate};

/// One thing that is declared: a declaration, or what a `for` makes of one for one element.
#[salsa::tracked(debug)]
pub struct Item<'db> {
    /// What it is.
    #[returns(copy)]
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// The declaration that holds it.
    #[returns(copy)]
    pub decl: Decl<'db>,
    /// The way to it through the bodies of `for`: the index of the entry in each.
    #[returns(deref)]
    pub path: Vec<u32>,
    /// What `for` binds.
    #[tracked]
    #[returns(deref)]
    pub locals: Locals,
}

/// The items of a declaration.
#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Items<'db> {
    /// The items, in the order of the text.
    pub items: Vec<Item<'db>>,
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a declaration declares. Unless it is a `for`, its text does not matter here.
#[salsa::tracked]
pub fn items<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Items<'db> {
    let word = decl.word(db);
    let plain = kind_of_word(word).filter(|_| !takes_kind(word) && !decl.name(db).contains("${"));
    if let Some(kind) = plain {
        let item = Item::new(db, kind, decl.name(db).into(), decl, vec![], vec![]);
        return Items { items: vec![item], diagnostics: vec![] };
    }
    let mut expansion = Expansion { db, decl, site: decl.site(db), sink: Sink::default(), items: vec![], declared: 0 };
    match &syntax(db, decl).declaration.kind {
        DeclarationKind::For(each) => expansion.for_loop(each, &mut vec![], &mut vec![]),
        DeclarationKind::Named(named) => expansion.named(named, &[], &[]),
        DeclarationKind::Import(_) | DeclarationKind::Broken => {}
    }
    Items { items: expansion.items, diagnostics: expansion.sink.finish() }
}

/// A sink for what an item says: what a `for` declares has a part of what one declaration may cost.
pub fn sink_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Sink {
    Sink::of_one_in(siblings(db, item))
}

/// How many items the declaration of an item makes, more or less.
pub fn siblings<'db>(db: &'db dyn Db, item: Item<'db>) -> usize {
    if item.path(db).is_empty() { 1 } else { count(db, item.decl(db)) }
}

/// Rounded up, so that a further one concerns the others only once in a while.
#[salsa::tracked(returns(copy))]
fn count<'db>(db: &'db dyn Db, decl: Decl<'db>) -> usize {
    items(db, decl).items.len().next_power_of_two()
}

/// The syntax of an item, or nothing where it could not be read.
pub fn body<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<&'db Named> {
    Some(read(db, item)?.1)
}

/// The doc comment of an item. What stands in a `for` has its own, or else that of the `for`.
pub fn doc(db: &dyn Db, item: Item<'_>) -> Option<Arc<str>> {
    read(db, item)?.0.or(syntax(db, item.decl(db)).declaration.doc.as_ref()).cloned()
}

fn read<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(Option<&'db Arc<str>>, &'db Named)> {
    let declaration = &syntax(db, item.decl(db)).declaration;
    let mut block: &Block = match &declaration.kind {
        DeclarationKind::Named(named) => return Some((declaration.doc.as_ref(), named)),
        DeclarationKind::For(each) => &each.body,
        DeclarationKind::Import(_) | DeclarationKind::Broken => return None,
    };
    for index in item.path(db) {
        let entry = block.entries.get(*index as usize)?;
        match &entry.kind {
            EntryKind::Named(named) => return Some((entry.doc.as_ref(), named)),
            EntryKind::For(each) => block = &each.body,
            _ => return None,
        }
    }
    None
}

/// How often a `for` may declare something, with the `for` in it; elements for which it declares nothing count as well.
pub const MAX_DECLARED: usize = 1_000_000;

struct Expansion<'db> {
    db: &'db dyn Db,
    decl: Decl<'db>,
    site: Site,
    sink: Sink,
    items: Vec<Item<'db>>,
    /// How often something was declared so far.
    declared: usize,
}

impl Expansion<'_> {
    fn evaluate(&mut self, expr: &Expr, locals: &[(Arc<str>, Value)]) -> Option<Value> {
        let scope = Scope {
            db: self.db,
            site: self.site,
            names: Names::none(self.db),
            locals,
            item: None,
            ambients: Ambients::None,
            world: None,
            answers: None,
        };
        evaluate(&scope, expr, Expected::Value, &mut self.sink).ok()
    }

    fn for_loop(&mut self, each: &For, locals: &mut Locals, path: &mut Vec<u32>) {
        let Some(over) = self.evaluate(&each.over, locals) else { return };
        let Some(elements) = over.as_list() else {
            let span = self.site.span(each.over.range);
            let message = format!("`for` walks over a list, got {}", over.type_name());
            self.sink.push(Diagnostic::new(codes::TYPE_MISMATCH, span, message));
            return;
        };
        for element in elements {
            self.declared += each.body.entries.len().max(1);
            if self.declared > MAX_DECLARED {
                self.too_much(each);
                return;
            }
            locals.push((Arc::clone(&each.name.text), element.clone()));
            for (index, entry) in (0_u32..).zip(&each.body.entries) {
                path.push(index);
                match &entry.kind {
                    EntryKind::Named(named) => self.named(named, path, locals),
                    EntryKind::For(inner) => self.for_loop(inner, locals, path),
                    _ => self.sink.push(
                        Diagnostic::new(
                            codes::MISPLACED_STATEMENT,
                            self.site.span(entry.range),
                            "only declarations can stand in `for`",
                        )
                        .help("a service that is there several times on one cluster says `each NAME in LIST`"),
                    ),
                }
                path.pop();
            }
            locals.pop();
        }
    }

    fn too_much(&mut self, each: &For) {
        let message = format!("this `for` declares more than {MAX_DECLARED} times");
        self.sink.push(
            Diagnostic::new(codes::TOO_MUCH, self.site.span(each.over.range), message)
                .help("walk over less, or divide it among several declarations"),
        );
    }

    fn named(&mut self, named: &Named, path: &[u32], locals: &[(Arc<str>, Value)]) {
        let Some(kind) = kind_of_word(&named.word.text) else {
            self.sink.push(unknown_kind(self.site, named));
            return;
        };
        let name = match &named.name {
            None => Some("".into()),
            Some(expr) => match expr.plain_text() {
                Some(text) => Some(text.into()),
                None => self.evaluate(expr, locals).and_then(|value| value.to_text()),
            },
        };
        let name = match (name, &named.of) {
            (Some(name), Some(of)) => Some(format!("{} {name}", of.text).into()),
            (name, _) => name,
        };
        if let Some(name) = name {
            self.items.push(Item::new(self.db, kind, name, self.decl, path.to_vec(), locals.to_vec()));
        }
    }
}

/// How `moved` and `removed` are called: by the kind and the name that they speak of.
#[must_use]
pub fn with_subject(kind: Kind, name: &str) -> String {
    format!("{} {name}", kind.word())
}

/// What `moved` or `removed` speaks of.
pub fn subject<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(Kind, &'db str)> {
    let (word, name) = item.name(db).split_once(' ')?;
    Some((kind_of_word(word)?, name))
}

fn unknown_kind(site: Site, named: &Named) -> Diagnostic {
    let word = named.word.text.as_ref();
    let span = site.span(named.word.range);
    let words = KINDS.iter().map(|schema| schema.kind.word());
    let near = did_you_mean(word, words.clone());
    Diagnostic::new(codes::UNKNOWN_KIND, span, format!("`{word}` declares nothing"))
        .meant(word, near)
        .help(format!("the kinds are {}", words.collect::<Vec<_>>().join(", ")))
}
