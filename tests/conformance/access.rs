//! What groups may do, asked of the API server's enforcer: everything that is claimed, and everything that is not.

use std::fmt;

use serde_json::Value;

use crate::claims::{Hub, Rights};
use crate::trial::Difference;

/// One question that the API server asks its enforcer.
pub(crate) struct Question {
    resource: &'static str,
    action: &'static str,
    object: String,
    allowed_to: AllowedTo,
}

/// Who is claimed to get a yes, beside admins.
enum AllowedTo {
    Nobody,
    /// Who may do one of these with the Application.
    With(String, &'static [&'static str]),
    /// Who may do anything in the project.
    ProjectOf(Vec<String>),
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.action, self.resource, self.object)
    }
}

/// What is asked of an Application: resource and action as the API server asks for them, and the words that cover it.
const ASKED: &[(&str, &str, &[&str])] = &[
    ("applications", "get", &["get"]),
    ("logs", "get", &["logs"]),
    ("applications", "sync", &["sync"]),
    ("applications", "action/apps/Deployment/restart", &["restart", "run-actions"]),
    ("applications", "action/apps/Deployment/scale", &["run-actions"]),
    ("applications", "action/batch/CronJob/create-job", &["run-actions"]),
    ("applications", "delete//Pod/shop/web-0", &["delete-pods", "delete-objects"]),
    ("applications", "delete/apps/Deployment/shop/web", &["delete-objects"]),
    ("applications", "update/apps/Deployment/shop/web", &["update-objects"]),
    ("exec", "create", &["exec"]),
    ("applications", "update", &["update"]),
    ("applications", "override", &["override"]),
    ("applications", "create", &["create"]),
    ("applications", "delete", &["delete"]),
];

/// What no team is given, only admins.
const ADMINS_ONLY: &[(&str, &str, &str)] = &[
    ("clusters", "get", "*"),
    ("clusters", "update", "https://kubernetes.default.svc"),
    ("projects", "create", "*"),
    ("projects", "get", "admin"),
    ("projects", "update", "default"),
    ("repositories", "get", "*"),
    ("repositories", "create", "*"),
    ("applications", "get", "admin/root"),
    ("applications", "sync", "admin/control-plane"),
    ("applications", "create", "default/anything"),
    ("accounts", "update", "admin"),
];

/// Everything that is asked for each group.
pub(crate) fn questions(hub: &Hub) -> Vec<Question> {
    let mut questions: Vec<Question> = ADMINS_ONLY
        .iter()
        .map(|(resource, action, object)| Question {
            resource,
            action,
            object: (*object).to_owned(),
            allowed_to: AllowedTo::Nobody,
        })
        .collect();
    for (name, application) in &hub.applications {
        let project = application["spec"]["project"].as_str().unwrap_or_default();
        questions.extend(ASKED.iter().map(|(resource, action, words)| Question {
            resource,
            action,
            object: format!("{project}/{name}"),
            allowed_to: AllowedTo::With(name.clone(), words),
        }));
        for (resource, action) in [("applicationsets", "create"), ("applicationsets", "delete")] {
            let object = format!("{project}/{name}");
            questions.push(Question { resource, action, object, allowed_to: AllowedTo::Nobody });
        }
    }
    questions.extend(of_projects(hub));
    questions
}

/// A project is seen by those who may do something in it, and changed by nobody.
fn of_projects(hub: &Hub) -> Vec<Question> {
    let of = |project: &str| {
        let inside = hub.applications.iter().filter(|(_, application)| application["spec"]["project"] == project);
        inside.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let projects = hub.projects.keys().filter(|project| *project != "admin");
    projects
        .flat_map(|project| {
            let get = Question {
                resource: "projects",
                action: "get",
                object: project.clone(),
                allowed_to: AllowedTo::ProjectOf(of(project)),
            };
            let update = Question {
                resource: "projects",
                action: "update",
                object: project.clone(),
                allowed_to: AllowedTo::Nobody,
            };
            [get, update]
        })
        .collect()
}

/// The groups, and one that nobody knows.
pub(crate) fn subjects(hub: &Hub) -> Vec<&str> {
    hub.groups.keys().map(String::as_str).chain(["strangers"]).collect()
}

/// Where the enforcer decides otherwise than is claimed; its answers come subject by subject.
pub(crate) fn wrong(hub: &Hub, questions: &[Question], decisions: &[Value]) -> Vec<Difference> {
    let asked = subjects(hub).into_iter().flat_map(|group| questions.iter().map(move |question| (group, question)));
    let nothing = Rights::default();
    let differs = |((group, question), decision): ((&str, &Question), &Value)| {
        let claimed = is_claimed(hub.groups.get(group).unwrap_or(&nothing), question);
        (decision["allowed"] != claimed).then(|| {
            let rule = if claimed { "rbac/refused" } else { "rbac/surplus" };
            Difference::new(rule, decision.to_string())
        })
    };
    asked.zip(decisions).filter_map(differs).collect()
}

fn is_claimed(rights: &Rights, question: &Question) -> bool {
    rights.is_admin
        || match &question.allowed_to {
            AllowedTo::Nobody => false,
            AllowedTo::With(name, words) => {
                rights.actions.get(name).is_some_and(|actions| words.iter().any(|word| actions.contains(word)))
            }
            AllowedTo::ProjectOf(names) => names.iter().any(|name| rights.actions.contains_key(name)),
        }
}
