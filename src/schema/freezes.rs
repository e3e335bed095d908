//! Freezes: when nothing is synced.

use super::types::{Attribute, BlockSchema, Text, Type};

/// What stands in a `freeze` block.
pub(super) const FREEZE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "schedule",
            Type::Text(Text::Schedule),
            "When it begins: minute, hour, day, month and day of the week.",
        )
        .required(),
        Attribute::new(
            "duration",
            Type::Text(Text::Duration),
            "How long it holds; there are no days, so a weekend is `48h`.",
        )
        .required(),
        Attribute::new(
            "timezone",
            Type::Text(Text::TimeZone),
            "The time zone of the schedule, such as `Europe/Berlin`.",
        )
        .default("\"UTC\""),
        Attribute::new("manual", Type::Bool, "Whether people may sync by hand meanwhile.").default("false"),
        Attribute::new(
            "description",
            Type::Text(Text::NotEmpty),
            "Why, for people; Argo CD shows it beside the window.",
        ),
    ],
};

const DOC: &str = "When Argo CD does not sync. Each has a name; see [Freezes](#freezes).";

/// The attribute of what can be frozen.
pub(super) const FREEZES: Attribute = Attribute::new("freeze", Type::Named(&FREEZE), DOC).fixed();
