//! `platformc plan`: what a change does, before it does it.

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use camino::Utf8Path;

use super::args::{PlanArgs, PlanFormat};
use super::ui;
use crate::compile;
use crate::db::Content;
use crate::project::{GitError, Origin, Project, Repository, Revision, find_in, today};
use crate::review::{
    Denied, Gate, Pair, Renames, Review, Sketch, compare, detail, differing, rendered_from, rendered_paths, sketch,
};
use crate::review::{html, json, markdown, text, unsaid, violated};

/// One of the two that are compared.
struct Side {
    origin: Origin,
    label: String,
}

/// `platformc plan`
pub(super) fn run(arguments: &PlanArgs) -> u8 {
    arguments.speed.begin();
    planned(arguments).unwrap_or_else(|code| code)
}

fn planned(arguments: &PlanArgs) -> Result<u8, u8> {
    let gate = Gate::read(arguments.deny.iter().map(String::as_str)).map_err(|refused| usage(&refused.0))?;
    let main = find_in(arguments.file.as_deref(), &ui::here()).map_err(|error| ui::refuse(&error))?;
    let repository = Repository::find(main.parent().unwrap_or(Utf8Path::new("."))).map_err(refuse)?;
    let old = side(&repository, &arguments.from)?;
    let new = side(&repository, &arguments.to)?;
    let mut project = ManuallyDrop::new(Project::open_at(&main, new.origin.clone()));
    let after = sound(&project, &main, &new)?;
    let changed = changed(&repository, &old, &new, &rendered_paths(&project.database))?;
    let rendered = rendered_from(&project.database, &changed);
    project.turn(old.origin.clone());
    let before = sound(&project, &main, &old)?;
    let renames = Renames::between(&before, &after);
    let before = renames.sketch(before);
    let names: BTreeSet<Arc<str>> = differing(&renames, &before, &after).into_iter().chain(rendered).collect();
    let old_detail = renames.detail(detail(&project.database, &renames.before(&names)));
    project.turn(new.origin.clone());
    let new_detail = detail(&project.database, &names);
    let pair = Pair::new(&renames, (&before, &old_detail), (&after, &new_detail));
    gate.check(&pair).map_err(|refused| usage(&refused.0))?;
    let mut review = compare(&project.database, &pair, &changed);
    if review.lacks_lines() {
        project.turn(old.origin);
        review.trace_back(&project.database, &pair);
    }
    (review.from, review.to) = (old.label, new.label);
    let denied: Vec<Denied> =
        unsaid(&pair, &review).into_iter().chain(violated(&review)).chain(gate.denied(&review)).collect();
    let code = print(&review, &denied, arguments.format);
    arguments.speed.end(&project.timings);
    Ok(code.max(if denied.is_empty() { ui::FINE } else { ui::DENIED }))
}

fn usage(message: &str) -> u8 {
    ui::fail(ui::USAGE, message)
}

fn refuse(error: GitError) -> u8 {
    match error {
        GitError::Unknown(message) => usage(&message),
        GitError::Refused(message) => ui::fail(ui::DISK, &message),
    }
}

/// The word for what stands on the disk.
const WORKTREE: &str = "worktree";

fn side(repository: &Repository, name: &str) -> Result<Side, u8> {
    if name == WORKTREE {
        return Ok(Side { origin: Origin::Worktree, label: WORKTREE.to_owned() });
    }
    let revision = repository.revision(name).map_err(refuse)?;
    Ok(Side { label: revision.label(), origin: Origin::Revision(Arc::new(revision)) })
}

fn changed(repository: &Repository, old: &Side, new: &Side, within: &[String]) -> Result<Vec<String>, u8> {
    let revision = |side: &Side| -> Option<Arc<Revision>> {
        if let Origin::Revision(revision) = &side.origin { Some(Arc::clone(revision)) } else { None }
    };
    let (from, to) = (revision(old), revision(new));
    let found = match (&from, &to) {
        (Some(from), to) => repository.changed(from, to.as_deref(), within),
        // Which of the two is the older makes no difference to what differs.
        (None, Some(to)) => repository.changed(to, None, within),
        (None, None) => Ok(vec![]),
    };
    found.map_err(refuse)
}

/// All of a revision in which nothing is wrong, or why there is none.
fn sound(project: &Project, main: &Utf8Path, side: &Side) -> Result<Sketch, u8> {
    if let Some(code) = project.unreadable().map(ui::refuse).max() {
        return Err(code);
    }
    let name = main.file_name().unwrap_or_default();
    let database = &project.database;
    let file = crate::db::Workspace::get(database).files(database).get(name).map(|file| file.content(database).clone());
    if file.is_none_or(|content| content == Content::Missing) {
        return Err(usage(&format!("{} has no platform: there is no `{name}` in it", side.label)));
    }
    let findings = project.timings.measure("check", || compile::unsound(database, today()));
    if ui::report(project, &findings, super::args::FindingFormat::Text) {
        return Err(ui::fail(
            ui::FINDINGS,
            &format!("{} does not compile, so there is nothing to compare", side.label),
        ));
    }
    Ok(project.timings.measure("compare", || sketch(database, today())))
}

fn print(review: &Review, denied: &[Denied], format: PlanFormat) -> u8 {
    let code = ui::print(&match format {
        PlanFormat::Text => text(review),
        PlanFormat::Markdown => markdown(review, denied),
        PlanFormat::Json => json(review, denied),
        PlanFormat::Html => html(review, denied),
    });
    for Denied { rule, because } in denied {
        ui::fail(ui::DENIED, &format!("denied by `{rule}`: {because}"));
    }
    code
}
