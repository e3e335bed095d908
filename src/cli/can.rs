//! Whether a team may do something, and which lines decide that.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{CanArgs, ReportFormat};

use super::ui;
use crate::db::Db;
use crate::diagnostics::{Span, did_you_mean};
use crate::ide::{Instance, instance_name as show};
use crate::model::{
    ADMINS_ALWAYS, Estate, OWNER_ALWAYS, Team, allows, cluster_roles, estate, given_role, head, rights,
};
use crate::names::{Item, declarations, name_span};
use crate::schema::{ACTIONS, Kind, ROLES, action_of};

/// `platformc can`
pub(super) fn run(arguments: &CanArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db = &project.database;
    match Question::read(db, arguments) {
        Err(message) => ui::fail(ui::USAGE, &message),
        Ok(question) => {
            let answers = question.answers();
            let code = match arguments.format {
                ReportFormat::Text => ui::print(&question.text(&answers)),
                ReportFormat::Json => ui::print(&question.json(&answers)),
            };
            if answers.iter().all(|answer| answer.yes) { code } else { code.max(ui::FINDINGS) }
        }
    }
}

/// What is asked.
struct Question<'db> {
    db: &'db dyn Db,
    team: &'db Team,
    action: &'static str,
    item: Item<'db>,
    instances: Vec<Instance<'db>>,
}

/// The answer for instances that have it for the same reasons.
struct Answer {
    yes: bool,
    because: Vec<String>,
    instances: Vec<String>,
}

fn known<'a>(what: &str, word: &str, all: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, all.clone()).map(|near| format!("; did you mean `{near}`?"));
    let near = near.unwrap_or_else(|| format!("; there are {}", all.collect::<Vec<_>>().join(", ")));
    format!("there is no {what} `{word}`{near}")
}

impl<'db> Question<'db> {
    fn read(db: &'db dyn Db, arguments: &CanArgs) -> Result<Self, String> {
        let estate = estate(db);
        let teams = estate.teams.iter().map(|team| team.name.as_ref());
        let team = estate.team(&arguments.team).ok_or_else(|| known("team", &arguments.team, teams))?;
        let actions = ACTIONS.iter().map(|action| action.name);
        let action = action_of(&arguments.action).ok_or_else(|| known("action", &arguments.action, actions))?.name;
        let instances = if arguments.service.contains('@') {
            vec![Instance::find(db, &arguments.service)?]
        } else {
            of_service(db, &arguments.service)?
        };
        let item = instances.first().map(Instance::item).ok_or(format!("`{}` runs nowhere", arguments.service))?;
        Ok(Self { db, team, action, item, instances })
    }

    fn estate(&self) -> &'db Estate {
        estate(self.db)
    }

    /// The answers, each with its instances.
    fn answers(&self) -> Vec<Answer> {
        let mut answers: Vec<Answer> = vec![];
        for instance in &self.instances {
            let (yes, because) = self.answer(instance);
            let name = show(instance.service, &instance.slot);
            match answers.iter_mut().find(|known| known.yes == yes && known.because == because) {
                Some(known) => known.instances.push(name),
                None => answers.push(Answer { yes, because, instances: vec![name] }),
            }
        }
        answers.sort_by_key(|answer| !answer.yes);
        answers
    }

    fn answer(&self, instance: &Instance<'db>) -> (bool, Vec<String>) {
        let (estate, team) = (self.estate(), &self.team.name);
        let Some(granted) = rights(self.db, self.item).at(instance.position) else { return (false, vec![]) };
        let allowed = allows(estate, granted, team, self.action);
        let mut because = vec![];
        if estate.is_admin(team) {
            because.push(format!("team {team} owns the platform: it stands in `admins`  {}", self.platform()));
        }
        let roles = granted.get(team).into_iter().flatten();
        let roles: Vec<&str> = roles.map(AsRef::as_ref).filter(|role| !allowed || self.has(role)).collect();
        for role in &roles {
            because.push(self.given(instance, role));
            because.push(self.role(role));
        }
        if roles.is_empty() && !estate.is_admin(team) {
            because.push(format!("no line gives team {team} anything here"));
        }
        if allowed {
            because.extend(self.reach(&roles));
        }
        because.push(self.groups());
        (allowed && !self.team.sso.is_empty(), because)
    }

    /// Whether a role allows what is asked.
    fn has(&self, role: &str) -> bool {
        self.estate().role(role).is_some_and(|role| role.actions.contains(self.action))
    }

    /// Why the team has a role on an instance.
    fn given(&self, instance: &Instance<'db>, role: &str) -> String {
        let owner = head(self.db, self.item).as_ref().map(|head| head.owner.as_ref());
        let is_owner = owner == Some(self.team.name.as_ref());
        let own = name_span(self.db, self.item);
        match given_role(self.db, self.item, &instance.slot, role) {
            Some((_, step)) => {
                let condition =
                    if step.condition.is_empty() { String::new() } else { format!(" when {}", step.condition) };
                format!("{}  ({}{condition})  {}", step.text, step.level.name(), self.line(step.span))
            }
            None if is_owner && role == OWNER_ALWAYS => format!("the owner always is {role}  {}", self.line(own)),
            None => format!("nothing is written, so the owner is {role}  {}", self.line(own)),
        }
    }

    /// What a role allows.
    fn role(&self, name: &str) -> String {
        let words =
            self.estate().role(name).into_iter().flat_map(|role| crate::model::actions(self.estate(), [&role.name]));
        let words: Vec<&str> = words.map(|action| action.name).collect();
        let place = match declarations(self.db).get(Kind::Role, name) {
            Some(item) => self.line(name_span(self.db, item)),
            None => ROLES.iter().find(|role| role.name == name).map_or(String::new(), |_| "built in".to_owned()),
        };
        format!("role {name} allows {}  {place}", words.join(", "))
    }

    /// What the roles mean in Kubernetes.
    fn reach(&self, roles: &[&str]) -> Option<String> {
        let admin = [ADMINS_ALWAYS];
        let roles = if self.estate().is_admin(&self.team.name) { &admin[..] } else { roles };
        let roles = roles.iter().filter_map(|role| self.estate().role(role));
        let mut bound: Vec<String> =
            roles.flat_map(|role| cluster_roles(self.estate(), role)).map(|name| format!("`{name}`")).collect();
        bound.sort();
        bound.dedup();
        (!bound.is_empty())
            .then(|| format!("in Kubernetes: ClusterRole {}, in the service's namespace", bound.join(" and ")))
    }

    fn groups(&self) -> String {
        let place =
            declarations(self.db).get(Kind::Team, &self.team.name).map(|item| self.line(name_span(self.db, item)));
        let place = place.unwrap_or_default();
        match self.team.sso.as_slice() {
            [] => format!("nobody is in team {}: it has no group in `sso`  {place}", self.team.name),
            groups => format!("in team {}: {}  {place}", self.team.name, groups.join(", ")),
        }
    }

    fn platform(&self) -> String {
        let item = declarations(self.db).of(self.db, Kind::Platform).next();
        item.map(|item| self.line(name_span(self.db, item))).unwrap_or_default()
    }

    fn line(&self, span: Span) -> String {
        crate::ide::line_of(self.db, span)
    }

    fn text(&self, answers: &[Answer]) -> String {
        let mut out = String::new();
        for answer in answers {
            let word = if answer.yes { "yes" } else { "no" };
            let names: Vec<&str> = answer.instances.iter().map(String::as_str).collect();
            let _ = writeln!(out, "{word}: {} {} {}", self.team.name, self.action, crate::model::some(&names));
            for line in &answer.because {
                let _ = writeln!(out, "  {line}");
            }
        }
        out
    }

    fn json(&self, answers: &[Answer]) -> String {
        let answer = |answer: &Answer| json!({ "allowed": answer.yes, "instances": answer.instances, "because": answer.because });
        let all: Vec<Value> = answers.iter().map(answer).collect();
        let value = json!({ "team": self.team.name.as_ref(), "action": self.action, "answers": all });
        serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
    }
}

fn of_service<'db>(db: &'db dyn Db, text: &str) -> Result<Vec<Instance<'db>>, String> {
    let (service, item) = text.split_once('.').map_or((text, None), |(service, item)| (service, Some(item)));
    if declarations(db).get(Kind::Service, service).is_none() {
        let services = declarations(db).of(db, Kind::Service).map(|item| item.name(db).as_ref());
        return Err(known("service", service, services.collect::<Vec<_>>().into_iter()));
    }
    let all = Instance::all(db).filter(|instance| instance.service == service);
    Ok(all.filter(|instance| item.is_none() || instance.slot.item.as_deref() == item).collect())
}
