//! The walk over a tree that lays it out, with the scalars that have holes left open.

use std::sync::Arc;

use super::scalar::{self, INDENT, Place};
use super::{Node, Text};

/// The longest key, as written, that readers accept before its `:`.
const LONGEST_KEY: usize = 1024;

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Stands as it is.
    Fixed(Box<str>),
    /// A scalar with holes; how it's quoted depends on what fills them.
    Scalar(Text, Place),
}

impl Segment {
    /// Appends the segment to `out`, with `values` in its holes.
    pub(super) fn fill(&self, values: &[Arc<str>], out: &mut String) {
        match self {
            Self::Fixed(text) => out.push_str(text),
            Self::Scalar(text, place) => fill_scalar(text, *place, values, out),
        }
    }
}

/// Lays documents out; `text` is what was written since the last segment.
#[derive(Default)]
pub(super) struct Writer {
    segments: Vec<Segment>,
    text: String,
}

impl Writer {
    /// Writes `text` as it is.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes a whole document.
    pub(super) fn document(&mut self, node: &Node) {
        self.node(node, 0, Place::Line);
    }

    /// The segments of all that was written.
    pub(super) fn finish(mut self) -> Vec<Segment> {
        self.cut();
        self.segments
    }

    /// Ends the current text segment.
    fn cut(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.segments.push(Segment::Fixed(text.into()));
        }
    }

    /// Writes a node from the current position on, which is at `column`.
    fn node(&mut self, node: &Node, column: usize, place: Place) {
        match node {
            Node::Map(entries) if !entries.is_empty() => self.map(entries, column),
            Node::List(items) if !items.is_empty() => self.list(items, column),
            Node::Filled(trees, items) if !items.is_empty() => self.filled(trees, items, column),
            leaf => self.leaf(leaf, place),
        }
    }

    fn map(&mut self, entries: &[(Arc<str>, Node)], column: usize) {
        for (index, (key, node)) in entries.iter().enumerate() {
            self.indent(if index == 0 { 0 } else { column });
            self.key(key, column);
            self.value(node, column);
        }
    }

    fn list(&mut self, items: &[Node], column: usize) {
        for (index, item) in items.iter().enumerate() {
            self.indent(if index == 0 { 0 } else { column });
            self.verbatim("- ");
            self.node(item, column + INDENT, Place::Block(column + INDENT));
        }
    }

    fn filled(&mut self, trees: &[Node], items: &[(usize, Arc<[Arc<str>]>)], column: usize) {
        let trees: Vec<Vec<Segment>> = trees.iter().map(|tree| laid_out(tree, column + INDENT)).collect();
        for (index, (tree, values)) in items.iter().enumerate() {
            self.indent(if index == 0 { 0 } else { column });
            self.verbatim("- ");
            trees.get(*tree).into_iter().flatten().for_each(|segment| segment.fill(values, &mut self.text));
        }
    }

    /// Writes a key and its `:`; a very long one in YAML's explicit form.
    fn key(&mut self, key: &str, column: usize) {
        let start = self.text.len();
        self.verbatim(key);
        scalar::close(&mut self.text, start, Place::Line);
        if self.text.len() - start > LONGEST_KEY {
            self.text.insert_str(start, "? ");
            self.verbatim("\n");
            self.indent(column);
        }
        self.verbatim(":");
    }

    /// Writes what stands after a key at `column`.
    fn value(&mut self, node: &Node, column: usize) {
        let inner = if matches!(node, Node::List(_) | Node::Filled(..)) { column } else { column + INDENT };
        match node {
            Node::Map(_) | Node::List(_) | Node::Filled(..) if !node.is_empty_collection() => {
                self.verbatim("\n");
                self.indent(inner);
            }
            _ => self.verbatim(" "),
        }
        self.node(node, inner, Place::Block(inner));
    }

    /// Writes a scalar or an empty collection, and ends the line.
    fn leaf(&mut self, node: &Node, place: Place) {
        match node {
            Node::Null => self.verbatim("null"),
            Node::Bool(value) => self.verbatim(if *value { "true" } else { "false" }),
            Node::Int(value) => self.verbatim(&value.to_string()),
            Node::Float(value) => scalar::push_float(&mut self.text, *value),
            Node::Text(text) => self.scalar(text, place),
            Node::List(_) | Node::Filled(..) => self.verbatim("[]"),
            Node::Map(_) => self.verbatim("{}"),
        }
        self.verbatim("\n");
    }

    fn scalar(&mut self, text: &Text, place: Place) {
        if text.has_holes() {
            self.cut();
            self.segments.push(Segment::Scalar(text.clone(), place));
        } else {
            fill_scalar(text, place, &[], &mut self.text);
        }
    }

    fn indent(&mut self, column: usize) {
        scalar::push_spaces(&mut self.text, column);
    }
}

/// An item of a sequence, which begins at `column`.
fn laid_out(node: &Node, column: usize) -> Vec<Segment> {
    let mut writer = Writer::default();
    writer.node(node, column, Place::Block(column));
    writer.finish()
}

/// Composes `text` at the end of `out` and quotes it there if it must be.
fn fill_scalar(text: &Text, place: Place, values: &[Arc<str>], out: &mut String) {
    let start = out.len();
    text.fill(values, out);
    scalar::close(out, start, place);
}
