//! What a team may do with the Applications of a service, and what that means in Argo CD and in Kubernetes.

use super::types::{Attribute, BlockSchema, Choice, Kind, Text, Type, Version};

/// Something that a role may allow: one word of the language, with its meaning on both sides.
#[derive(Debug)]
pub struct Action {
    /// The word.
    pub name: &'static str,
    /// What it allows, in one sentence.
    pub doc: &'static str,
    /// Resource and action of the lines that allow it in `argocd-rbac-cm`, each with the first Argo CD that asks for it
    /// (`util/rbac/rbac.go`, `server/application/application.go`).
    pub argo: &'static [(&'static str, &'static str, Version)],
    /// What it takes in a namespace.
    pub kubernetes: Reach,
    /// Whether it changes more than a sync from Git does, so that a protected environment should not have it.
    pub risky: bool,
}

/// What an action takes in a namespace.
#[derive(Debug)]
pub enum Reach {
    /// Nothing: it happens in Argo CD alone.
    Nothing,
    /// The `ClusterRole` that Kubernetes brings under this name.
    Role(&'static str),
    /// The API group, the resources and the verbs of one rule.
    Verbs(&'static str, &'static [&'static str], &'static [&'static str]),
}

/// A role that every platform has.
#[derive(Debug)]
pub struct BuiltInRole {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub doc: &'static str,
    /// The words of its actions.
    pub actions: &'static [&'static str],
    /// The `ClusterRole` that is bound with it, where it does not follow from the actions.
    pub cluster_role: Option<&'static str>,
}

const ALWAYS: Version = Version::of(2, 14);
const EDIT: Reach = Reach::Role("edit");
const VIEW: Reach = Reach::Role("view");
const WORKLOADS: &[&str] = &["daemonsets", "deployments", "statefulsets"];

const fn action(
    name: &'static str,
    doc: &'static str,
    argo: &'static [(&'static str, &'static str, Version)],
) -> Action {
    Action { name, doc, argo, kubernetes: Reach::Nothing, risky: false }
}

const fn on(action: Action, kubernetes: Reach) -> Action {
    Action { name: action.name, doc: action.doc, argo: action.argo, kubernetes, risky: action.risky }
}

const fn risky(action: Action, kubernetes: Reach) -> Action {
    Action { name: action.name, doc: action.doc, argo: action.argo, kubernetes, risky: true }
}

/// All actions, from the most harmless on.
pub const ACTIONS: &[Action] = &[
    on(action("get", "see the Application and its objects", &[("applications", "get", ALWAYS)]), VIEW),
    on(action("logs", "read the logs of its Pods", &[("logs", "get", ALWAYS)]), VIEW),
    action(
        "sync",
        "sync it to what Git says, or roll it back",
        &[("applications", "sync", ALWAYS), ("applications", "rollback", Version::of(3, 6))],
    ),
    on(
        action("restart", "restart its workloads", &[("applications", "action/apps/*/restart", ALWAYS)]),
        Reach::Verbs("apps", WORKLOADS, &["patch"]),
    ),
    on(
        action(
            "delete-pods",
            "delete its Pods, so that new ones start",
            &[("applications", "delete/*/Pod/*/*", ALWAYS)],
        ),
        Reach::Verbs("", &["pods"], &["delete"]),
    ),
    risky(action("run-actions", "run any action on its objects", &[("applications", "action/*", ALWAYS)]), EDIT),
    risky(
        action("exec", "open a shell in its Pods", &[("exec", "create", ALWAYS)]),
        Reach::Verbs("", &["pods/exec"], &["create", "get"]),
    ),
    risky(action("delete-objects", "delete any of its objects", &[("applications", "delete/*", ALWAYS)]), EDIT),
    risky(action("update-objects", "change any of its objects", &[("applications", "update/*", ALWAYS)]), EDIT),
    risky(action("update", "change the Application itself", &[("applications", "update", ALWAYS)]), Reach::Nothing),
    risky(action("override", "sync what is not in Git", &[("applications", "override", ALWAYS)]), EDIT),
    risky(action("create", "create the Application", &[("applications", "create", ALWAYS)]), Reach::Nothing),
    risky(action("delete", "delete the Application", &[("applications", "delete", ALWAYS)]), Reach::Nothing),
];

/// The roles that every platform has, from the narrowest on.
pub const ROLES: &[BuiltInRole] = &[
    BuiltInRole {
        name: "viewer",
        doc: "Sees what runs, and why it does not.",
        actions: &["get", "logs"],
        cluster_role: None,
    },
    BuiltInRole {
        name: "deployer",
        doc: "A viewer who may sync.",
        actions: &["get", "logs", "sync"],
        cluster_role: None,
    },
    BuiltInRole {
        name: "operator",
        doc: "A deployer who may restart what hangs.",
        actions: &["get", "logs", "sync", "restart", "delete-pods"],
        cluster_role: None,
    },
    BuiltInRole {
        name: "admin",
        doc: "May do everything with the service.",
        actions: &[
            "get",
            "logs",
            "sync",
            "restart",
            "delete-pods",
            "run-actions",
            "exec",
            "delete-objects",
            "update-objects",
            "update",
            "override",
            "create",
            "delete",
        ],
        cluster_role: Some("admin"),
    },
];

/// The words of actions.
pub(super) const CHOICES: [Choice; ACTIONS.len()] = {
    let mut choices = [const { Choice { name: "", doc: "" } }; ACTIONS.len()];
    let mut index = 0;
    while index < ACTIONS.len() {
        choices[index] = Choice { name: ACTIONS[index].name, doc: ACTIONS[index].doc };
        index += 1;
    }
    choices
};

/// What stands in a `role` block.
pub(super) const ROLE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "includes",
            Type::List(&Type::Reference(Kind::Role)),
            "Roles whose actions it has as well, built in or declared.",
        )
        .default("[]"),
        Attribute::new(
            "actions",
            Type::List(&Type::Choice(&CHOICES)),
            "What it allows; see [Access](#access) for what each means.",
        )
        .default("[]"),
        Attribute::new(
            "cluster_role",
            Type::Text(Text::NotEmpty),
            "The Kubernetes `ClusterRole` that is bound with it in the service's namespace. Without one it follows from the actions.",
        ),
    ],
};

/// Who may do what: roles, each with teams.
pub(super) const ACCESS: Attribute = Attribute::new(
    "access",
    Type::Map(&Type::List(&Type::Reference(Kind::Team))),
    "Who may do what, by role: `{ deployer = [chat] }`. The owner always views, and teams of `admins` may do everything. \
     A narrower `access` replaces a wider one whole.",
)
.whole();

/// The action of a word.
#[must_use]
pub fn action_of(word: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == word)
}
