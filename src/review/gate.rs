//! What shall not happen without somebody's word: `--deny delete:prod,access-widened:*,instances>50`.

use super::instances::Fate;
use super::risk::Level;
use super::{Declared, Pair, Review};
use crate::diagnostics::did_you_mean;
use crate::text::counted;

/// What is denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate(Vec<Clause>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    /// As it was written.
    text: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Fate(Fate, Scope),
    AccessWidened(Scope),
    AccessNarrowed(Scope),
    FreezeRemoved,
    ProjectWidened,
    Risk(Level),
    /// More instances than that, of one fate or of all.
    More(Option<Fate>, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Everywhere,
    Protected,
    Environment(String),
}

/// A rule of the gate that a change breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The rule.
    pub rule: String,
    /// What breaks it.
    pub because: String,
}

/// A rule that nobody can hold; the reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// What can be denied in an environment.
const FATES: [(&str, Fate); 6] = [
    ("delete", Fate::Deleted),
    ("move", Fate::Moved),
    ("rename", Fate::Renamed),
    ("create", Fate::Created),
    ("update", Fate::Updated),
    ("shift", Fate::Shifted),
];

/// What can be counted.
const COUNTS: [(&str, Option<Fate>); 6] = [
    ("instances", None),
    ("deleted", Some(Fate::Deleted)),
    ("moved", Some(Fate::Moved)),
    ("renamed", Some(Fate::Renamed)),
    ("created", Some(Fate::Created)),
    ("updated", Some(Fate::Updated)),
];

/// What else can be denied.
const OTHERS: [&str; 5] = ["access-widened", "access-narrowed", "freeze-removed", "project-widened", "risk"];

impl Gate {
    /// Reads rules, several to a text with commas between them.
    ///
    /// # Errors
    /// One says nothing that can be denied.
    pub fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, Refused> {
        let texts = texts.into_iter().flat_map(|text| text.split(','));
        let texts = texts.map(str::trim).filter(|text| !text.is_empty());
        texts.map(Clause::read).collect::<Result<_, _>>().map(Self)
    }

    /// Refuses rules for environments that neither revision has.
    ///
    /// # Errors
    /// There is one.
    pub fn check(&self, pair: &Pair<'_>) -> Result<(), Refused> {
        let known = || pair.old.estate.environments.iter().chain(&pair.new.estate.environments);
        for rule in &self.0 {
            let (What::Fate(_, scope) | What::AccessWidened(scope) | What::AccessNarrowed(scope)) = &rule.what else {
                continue;
            };
            let Scope::Environment(name) = scope else { continue };
            if !known().any(|environment| *environment.name == **name) {
                let near = did_you_mean(name, known().map(|environment| environment.name.as_ref()));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(Refused(format!("`{}`: there is no environment `{name}`{near}", rule.text)));
            }
        }
        Ok(())
    }

    /// The rules that a change breaks.
    #[must_use]
    pub fn denied(&self, review: &Review) -> Vec<Denied> {
        let denied = |rule: &Clause| Some(Denied { rule: rule.text.clone(), because: rule.what.broken(review)? });
        self.0.iter().filter_map(denied).collect()
    }
}

impl Clause {
    fn read(text: &str) -> Result<Self, Refused> {
        let what = if let Some((word, count)) = text.split_once('>') {
            let (_, fate) = find(&COUNTS, text, word)?;
            let count = count.trim().parse().map_err(|_| Refused(format!("`{text}`: `{count}` is no number")))?;
            What::More(fate, count)
        } else {
            let (word, scope) = text.split_once(':').map_or((text, None), |(word, scope)| (word, Some(scope.trim())));
            What::read(text, word.trim(), scope)?
        };
        Ok(Self { text: text.to_owned(), what })
    }
}

fn find<T: Copy>(table: &[(&'static str, T)], text: &str, word: &str) -> Result<(&'static str, T), Refused> {
    table.iter().find(|(known, _)| *known == word.trim()).copied().ok_or_else(|| unknown(text, word))
}

fn unknown(text: &str, word: &str) -> Refused {
    let counts = COUNTS.iter().map(|(word, _)| *word);
    let known = FATES.iter().map(|(word, _)| *word).chain(OTHERS).chain(counts);
    let near = did_you_mean(word, known.clone()).map(|near| format!("; did you mean `{near}`?"));
    let known: Vec<&str> = known.collect();
    Refused(format!(
        "`{text}`: nothing is called `{word}`{}",
        near.unwrap_or(format!("; there are {}", known.join(", ")))
    ))
}

impl What {
    fn read(text: &str, word: &str, scope: Option<&str>) -> Result<Self, Refused> {
        let place = match scope {
            None | Some("*") => Scope::Everywhere,
            Some("protected") => Scope::Protected,
            Some(name) => Scope::Environment(name.to_owned()),
        };
        Ok(match (word, scope) {
            ("access-widened", _) => Self::AccessWidened(place),
            ("access-narrowed", _) => Self::AccessNarrowed(place),
            ("freeze-removed", None) => Self::FreezeRemoved,
            ("project-widened", None) => Self::ProjectWidened,
            ("risk", Some("high")) => Self::Risk(Level::High),
            ("risk", Some("medium")) => Self::Risk(Level::Medium),
            ("risk", _) => return Err(Refused(format!("`{text}`: write `risk:high` or `risk:medium`"))),
            ("freeze-removed" | "project-widened", Some(_)) => {
                return Err(Refused(format!("`{text}`: `{word}` is denied everywhere or not at all")));
            }
            (word, _) => Self::Fate(find(&FATES, text, word)?.1, place),
        })
    }

    /// What of a change breaks the rule, in words.
    fn broken(&self, review: &Review) -> Option<String> {
        let some = |names: Vec<&str>, what: &str| (!names.is_empty()).then(|| format!("{what}: {}", shorten(&names)));
        match self {
            Self::Fate(fate, scope) => {
                let is = |it: &&super::Touched| if *fate == Fate::Shifted { it.shifts() } else { it.fate == *fate };
                let touched = review.instances.iter().filter(is);
                let touched = touched.filter(|touched| scope.holds(Some(&touched.environment), touched.protected));
                some(touched.map(|touched| touched.name.as_str()).collect(), fate.word())
            }
            Self::AccessWidened(scope) | Self::AccessNarrowed(scope) => {
                let wider = matches!(self, Self::AccessWidened(_));
                let changes = review.access.iter();
                let changes = changes.filter(|it| !(if wider { &it.gained } else { &it.lost }).is_empty());
                let changes = changes.filter(|it| scope.holds(it.environment.as_deref(), it.protected));
                let mut teams: Vec<&str> = changes.map(|it| it.team.as_ref()).collect();
                teams.dedup();
                some(teams, if wider { "may do more" } else { "may do less" })
            }
            Self::FreezeRemoved => {
                let is = |it: &&Declared| it.kind == "freeze" && it.fate == Fate::Deleted;
                some(review.declared.iter().filter(is).map(|it| it.name.as_str()).collect(), "taken away")
            }
            Self::ProjectWidened => {
                let wider = review.declared.iter().filter(|it| it.is_wider_project());
                some(wider.map(|it| it.name.as_str()).collect(), "permits more")
            }
            Self::Risk(level) => {
                let worst = review.reasons.iter().find(|reason| reason.level >= *level)?;
                Some(format!("{} risk: {}", worst.level.word(), worst.text))
            }
            Self::More(fate, most) => {
                let count = fate.map_or(review.instances.len(), |fate| review.count(fate));
                let word = fate.map_or("touched", Fate::word);
                (count > *most).then(|| format!("{} {word}", counted(count, "instance")))
            }
        }
    }
}

pub(super) fn shorten(names: &[&str]) -> String {
    const MOST: usize = 8;
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}

impl Scope {
    /// What holds everywhere concerns every environment.
    fn holds(&self, environment: Option<&str>, is_protected: bool) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Protected => is_protected,
            Self::Environment(name) => environment.is_none_or(|environment| environment == name),
        }
    }
}
