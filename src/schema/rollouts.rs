//! Rollouts: which instances of a service take a change first.

use super::types::{Attribute, BlockSchema, Choice, Type};

/// What stands in a `rollout` block.
pub(super) const ROLLOUT: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "steps",
            Type::Steps(&STEP),
            "The steps, the first one first. A step begins when every instance of the one before is Synced and Healthy. \
             Each instance is in exactly one.",
        )
        .required()
        .fixed(),
        Attribute::new(
            "deletion_order",
            Type::Choice(&[
                Choice { name: "all_at_once", doc: "nothing waits for anything" },
                Choice { name: "reverse", doc: "the last step first, and one Application after the other" },
            ]),
            "In which order Applications go when the ApplicationSet itself is deleted.",
        )
        .default("all_at_once")
        .fixed()
        .since(3, 2),
    ],
};

/// What stands in a step of a rollout.
pub(super) const STEP: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "on",
            Type::Placement,
            "The instances of the step: a condition. Without one, which only the last step may be, all that are in no other.",
        ),
        Attribute::new(
            "batch",
            Type::Batch,
            "How many of them may be updated at once: a number, or a part of them such as `\"25%\"`, of which Argo CD rounds \
             down and takes one at least. By default all.",
        ),
    ],
};

/// The attribute of what can be rolled out.
pub(super) const ROLLOUTS: Attribute = Attribute::new(
    "rollout",
    Type::Block(&ROLLOUT),
    "In which steps a change reaches the instances, where an ApplicationSet delivers them. Nothing heals itself then; see \
     [Rollouts](#rollouts).",
)
.fixed();
