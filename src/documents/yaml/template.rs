use std::slice;
use std::sync::Arc;

use super::Node;
use super::writer::{Segment, Writer};

/// The room that is made for a scalar with holes, to fill a template without growing the output twice.
const USUAL_SCALAR: usize = 32;

/// Documents laid out once for all their instances: text to copy, and scalars with holes to compose and quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
    size: usize,
}

impl Template {
    /// The template of a file: `header` as it is, then `nodes` as documents with `---` between them.
    pub fn new(header: &str, nodes: &[Node]) -> Self {
        let mut writer = Writer::default();
        writer.verbatim(header);
        for (index, node) in nodes.iter().enumerate() {
            writer.verbatim(if index == 0 { "" } else { "---\n" });
            writer.document(node);
        }
        let segments = writer.finish();
        Self { size: segments.iter().map(size).sum(), segments }
    }

    /// Appends the file to `out`, with `values` in its holes.
    pub fn fill(&self, values: &[Arc<str>], out: &mut String) {
        out.reserve(self.size);
        self.segments.iter().for_each(|segment| segment.fill(values, out));
    }
}

/// One document as YAML text, with a line break at its end; holes stay empty.
pub fn write(node: &Node) -> String {
    let mut out = String::new();
    Template::new("", slice::from_ref(node)).fill(&[], &mut out);
    out
}

fn size(segment: &Segment) -> usize {
    match segment {
        Segment::Fixed(text) => text.len(),
        Segment::Scalar(..) => USUAL_SCALAR,
    }
}
