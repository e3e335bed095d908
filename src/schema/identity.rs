//! What was called otherwise before, and what is let go.

use super::types::{Attribute, BlockSchema, Choice, Kind, Type};

/// The kinds that `moved` can speak of.
pub const MOVED: &[Kind] = &[Kind::Service, Kind::Cluster, Kind::Team, Kind::Template];

/// The kinds that `removed` can speak of.
pub const REMOVED: &[Kind] = &[Kind::Service, Kind::Cluster];

/// What stands in `moved`.
pub(super) const MOVED_BODY: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("to", Type::Successor, "What it is called now.").required(),
        Attribute::new(
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
        .default("old"),
    ],
};

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
