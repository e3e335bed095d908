//! Policies and tests: what is asked of the resolved platform.

use super::actions::CHOICES;
use super::functions::{Function, may, need};
use super::types::{Attribute, BlockSchema, Choice, Kind, Type};
use super::{SERVICE_DEFAULTS, kind};

/// What a policy is asked of, one after the other; a test is asked of the platform as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Over {
    /// One service on one cluster.
    Instance,
    /// A service on all its clusters.
    Service,
    /// A cluster with all that runs on it.
    Cluster,
    /// A team with all that it owns.
    Team,
    /// The platform.
    Platform,
}

/// A name that stands for something of what is asked about, beside the names of every expression.
#[derive(Debug)]
pub struct Fact {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Where it is known.
    pub over: &'static [Over],
    /// The kind of declaration that it names, or of the items of its list.
    pub kind: Option<Kind>,
}

/// All facts, by name.
pub const FACTS: &[Fact] = &[
    Fact {
        name: "clusters",
        doc: "the clusters of a service: objects with `name`, `env`, `region`, `labels` and `protected`",
        over: &[Over::Service],
        kind: None,
    },
    Fact {
        name: "instances",
        doc: "how many instances a service has, or a cluster holds",
        over: &[Over::Service, Over::Cluster],
        kind: None,
    },
    Fact { name: "layer", doc: "the service's layer", over: &[Over::Instance, Over::Service], kind: Some(Kind::Layer) },
    Fact {
        name: "protected",
        doc: "whether the cluster's environment is protected",
        over: &[Over::Instance, Over::Cluster],
        kind: None,
    },
    Fact {
        name: "services",
        doc: "the services that run on a cluster, or that a team owns",
        over: &[Over::Cluster, Over::Team],
        kind: Some(Kind::Service),
    },
    Fact { name: "team", doc: "the team's name", over: &[Over::Team], kind: Some(Kind::Team) },
    Fact { name: "wave", doc: "the instance's sync wave in its layer", over: &[Over::Instance], kind: None },
];

impl Over {
    /// What a policy's `over` says, by its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "instance" => Some(Self::Instance),
            "service" => Some(Self::Service),
            "cluster" => Some(Self::Cluster),
            "team" => Some(Self::Team),
            _ => None,
        }
    }

    /// What is asked about, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Service => "service",
            Self::Cluster => "cluster",
            Self::Team => "team",
            Self::Platform => "platform",
        }
    }

    /// The attributes that can be asked for, as they are once resolved.
    #[must_use]
    pub fn attributes(self) -> Option<&'static BlockSchema> {
        match self {
            Self::Instance => Some(&SERVICE_DEFAULTS),
            Self::Cluster => Some(&kind(Kind::Cluster).body),
            Self::Team => Some(&kind(Kind::Team).body),
            Self::Service | Self::Platform => None,
        }
    }

    /// Whether one of the names of every expression is known.
    #[must_use]
    pub fn knows(self, ambient: &str) -> bool {
        match self {
            Self::Instance => matches!(ambient, "cluster" | "env" | "region" | "labels" | "vars" | "service" | "owner"),
            Self::Service => matches!(ambient, "service" | "owner"),
            Self::Cluster => matches!(ambient, "cluster" | "env" | "region" | "labels" | "vars"),
            Self::Team | Self::Platform => false,
        }
    }

    /// What is known under a name.
    #[must_use]
    pub fn fact(self, name: &str) -> Option<&'static Fact> {
        FACTS.iter().find(|fact| fact.name == name && fact.over.contains(&self))
    }

    /// The attribute that a path begins with, unless its name stands for something else.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        if self.knows(name) || self.fact(name).is_some() {
            return None;
        }
        self.attributes()?.attribute(name).filter(|attribute| !matches!(attribute.of, Type::Placement | Type::Use))
    }
}

/// What stands in a `policy` block.
pub(super) const POLICY: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "over",
            Type::Choice(&[
                Choice { name: "instance", doc: "every service on every cluster that it runs on" },
                Choice { name: "service", doc: "every service" },
                Choice { name: "cluster", doc: "every cluster" },
                Choice { name: "team", doc: "every team" },
            ]),
            "What it is asked of, one after the other.",
        )
        .default("instance"),
        Attribute::new("where", Type::Claim, "Which of them it concerns: a condition. Without it, all.")
            .default("true"),
        Attribute::new("require", Type::Claim, "What must hold of each: a condition.").required(),
        Attribute::new(
            "message",
            Type::Report,
            "What is said where it does not hold, for people: a string that may show `${service}`, `${helm.version}` and \
             whatever else the condition can name.",
        ),
        Attribute::new(
            "severity",
            Type::Choice(&[
                Choice { name: "error", doc: "nothing is written while it does not hold" },
                Choice { name: "warning", doc: "it is said, and can be allowed for a time with `allow PF0981`" },
            ]),
            "How bad it is if it does not hold.",
        )
        .default("error"),
    ],
};

/// What stands in a `test` block beside `expect`.
pub(super) const TEST: BlockSchema = BlockSchema { attributes: &[] };

/// The functions that only stand in policies and tests.
pub const QUESTIONS: &[Function] = &[
    Function {
        name: "before",
        parameters: &[need("first", "service"), need("second", "service"), may("where", "condition over clusters")],
        gives: "bool",
        doc: "Whether the second starts only when the first is Synced and Healthy, wherever both run.",
        example: "before(cert-manager, chat-api)",
    },
    Function {
        name: "can",
        parameters: &[
            need("team", "team"),
            need("action", "action"),
            may("service", "service"),
            may("where", "condition over clusters"),
        ],
        gives: "bool",
        doc: "Whether a team may do something with a service. It must be so, or not be so, on every cluster that is asked about. \
              Over instances and services, the service may be left out.",
        example: "can(chat, sync, chat-api, env == dev)",
    },
    Function {
        name: "clusters",
        parameters: &[need("service", "service"), may("where", "condition over clusters")],
        gives: "list",
        doc: "The names of the clusters that a service runs on.",
        example: "length(clusters(chat-api, env == prod)) >= 2",
    },
    Function {
        name: "has",
        parameters: &[need("attribute", "path")],
        gives: "bool",
        doc: "Whether an attribute has a value: an empty list or object is none.",
        example: "has(helm.version)",
    },
    Function {
        name: "value",
        parameters: &[need("service", "service"), need("cluster", "cluster"), need("attribute", "path")],
        gives: "any",
        doc: "What an attribute of a service is on a cluster; null where it has no value.",
        example: "value(chat-api, prod-eu-1, kustomize.replicas)",
    },
];

static TEAM: Type = Type::Reference(Kind::Team);
static SERVICE: Type = Type::Reference(Kind::Service);
static CLUSTER: Type = Type::Reference(Kind::Cluster);
static ACTION: Type = Type::Choice(&CHOICES);

/// What the argument of this number is: a name, a word, a condition over clusters, or a path of a service's attributes. `has`
/// takes a path of what is asked about.
#[must_use]
pub fn asked_for(question: &str, number: usize) -> Option<&'static Type> {
    match (question, number) {
        ("can", 0) => Some(&TEAM),
        ("can", 1) => Some(&ACTION),
        ("can", 2) | ("clusters" | "value", 0) | ("before", 0 | 1) => Some(&SERVICE),
        ("value", 1) => Some(&CLUSTER),
        ("value", 2) => Some(&Type::Paths),
        ("can", 3) | ("before", 2) | ("clusters", 1) => Some(&Type::Placement),
        _ => None,
    }
}

/// The question of this name, if it takes that many arguments or nothing else is called so.
#[must_use]
pub fn question(name: &str, arguments: usize) -> Option<&'static Function> {
    let found = QUESTIONS.iter().find(|question| question.name == name)?;
    let takes = |arity: (usize, usize)| (arity.0..=arity.1).contains(&arguments);
    let otherwise = Function::find(name).is_some_and(|function| takes(function.arity()));
    (takes(found.arity()) || !otherwise).then_some(found)
}
