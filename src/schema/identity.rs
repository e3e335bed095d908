//! What was called otherwise before, and what is let go.

use super::kind;
use super::types::{Attribute, BlockSchema, Choice, Kind, Type};

/// The kinds that `moved` can speak of.
pub const MOVED: &[Kind] = &[Kind::Service, Kind::Cluster, Kind::Team, Kind::Template];

/// The kinds that `removed` can speak of.
pub const REMOVED: &[Kind] = &[Kind::Service, Kind::Cluster];

/// What stands in `moved`.
pub(super) const MOVED_BODY: BlockSchema = BlockSchema { attributes: &[to(Type::Successor), NAMES] };

/// The same of each kind that it speaks of.
static MOVED_SERVICE: BlockSchema = BlockSchema { attributes: &[to(Type::Reference(Kind::Service)), NAMES] };
static MOVED_CLUSTER: BlockSchema = BlockSchema { attributes: &[to(Type::Reference(Kind::Cluster)), NAMES] };
static MOVED_TEAM: BlockSchema = BlockSchema { attributes: &[to(Type::Reference(Kind::Team)), NAMES] };
static MOVED_TEMPLATE: BlockSchema = BlockSchema { attributes: &[to(Type::Reference(Kind::Template)), NAMES] };

const fn to(of: Type) -> Attribute {
    Attribute::new("to", of, "What it is called now.").required()
}

const NAMES: Attribute = Attribute::new(
    "names",
    Type::Choice(&[
        Choice { name: "old", doc: "its Applications keep the names that they have" },
        Choice {
            name: "both",
            doc: "step 1 to new names: new Applications, and beside them the old ones, which do nothing any more",
        },
        Choice { name: "new", doc: "step 2: the old Applications go, and leave the workload to the new ones" },
    ]),
    "How Applications are called. What is on clusters keeps its names in any case. Anything but `old` is for services.",
)
.default("old");

/// What stands in a declaration, by its kind and, for `moved`, that of what it speaks of.
#[must_use]
pub fn body_of(of: Kind, subject: Option<Kind>) -> &'static BlockSchema {
    match (of, subject) {
        (Kind::Moved, Some(Kind::Service)) => &MOVED_SERVICE,
        (Kind::Moved, Some(Kind::Cluster)) => &MOVED_CLUSTER,
        (Kind::Moved, Some(Kind::Team)) => &MOVED_TEAM,
        (Kind::Moved, Some(Kind::Template)) => &MOVED_TEMPLATE,
        _ => &kind(of).body,
    }
}

/// What stands in `removed`.
pub(super) const REMOVED_BODY: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("from", Type::Placement, "The clusters that a service goes from, as `on` says them.")
            .default("all"),
        Attribute::new(
            "workloads",
            Type::Choice(&[
                Choice { name: "keep", doc: "what was deployed stays on the cluster" },
                Choice { name: "delete", doc: "it goes with its Application" },
            ]),
            "What becomes of what was deployed. Without it, it stays in protected environments and goes elsewhere.",
        ),
    ],
};
