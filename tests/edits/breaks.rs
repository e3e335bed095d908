//! What is wrong for a while: a file in the middle of being typed, gone, or no text.

use std::sync::Arc;

use platformc::db::Content;

use super::disk::Disk;
use crate::support::Random;

/// Something that is wrong with one of the files, until it is mended.
#[derive(Clone)]
pub struct Break {
    pub seed: u64,
}

const MARKS: [&str; 16] = [
    "{",
    "}",
    "\"",
    "\n",
    "(",
    "]",
    "${",
    "\"\"\"",
    "#",
    "##",
    " = ",
    ",",
    "é",
    "\r\n",
    "service ",
    "import \"services/gone.pf\"\n",
];

impl Break {
    /// Breaks a file, and tells which.
    pub fn apply(&self, files: &mut Disk) -> String {
        let mut random = Random::new(self.seed);
        let paths: Vec<String> = files.keys().cloned().collect();
        let sources: Vec<String> = paths.iter().filter(|path| path.ends_with(".pf")).cloned().collect();
        let among = if random.chance(65) { &sources } else { &paths };
        let path = random.pick(among).clone();
        let Some(Content::Text(text)) = files.get(&path).cloned() else { return path };
        if let Some(content) = broken(&mut random, &text) {
            files.insert(path.clone(), content);
        } else {
            files.remove(&path);
        }
        path
    }
}

fn broken(random: &mut Random, text: &str) -> Option<Content> {
    let at = random.boundary(text);
    let end = (at..text.len().min(at + 30)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
    let broken = match random.below(12) {
        0 => return None,
        1 => return Some(Content::Unreadable(Arc::from("line 1 is no UTF-8"))),
        2 => text[..at].to_owned(),
        3 => format!("{}{}", &text[..at], &text[end..]),
        4 => words(random, text),
        5 => pieces(random, text, "\n\n", false),
        6 => pieces(random, text, "\n", false),
        7 => pieces(random, text, "\n", true),
        8 | 9 => misspelt(random, text),
        _ => format!("{}{}{}", &text[..at], random.pick(&MARKS), &text[at..]),
    };
    Some(Content::Text(broken.into()))
}

/// A letter less in what is quoted, such as the path of an import; without quotes as it was.
fn misspelt(random: &mut Random, text: &str) -> String {
    let mut parts: Vec<String> = text.split('"').map(str::to_owned).collect();
    let quoted: Vec<usize> = (0..parts.len()).filter(|at| at % 2 == 1).take(8).collect();
    if !quoted.is_empty() {
        let part = &mut parts[*random.pick(&quoted)];
        if !part.is_empty() {
            part.remove(part.floor_char_boundary(random.below(part.len())));
        }
    }
    parts.join("\"")
}

/// Twice what stood once, or not at all.
fn pieces(random: &mut Random, text: &str, between: &str, without: bool) -> String {
    let mut pieces: Vec<&str> = text.split(between).collect();
    let at = random.below(pieces.len());
    if without {
        pieces.remove(at);
    } else {
        pieces.insert(random.below(pieces.len() + 1), pieces[at]);
    }
    pieces.join(between)
}

/// One word in the place of another.
pub fn words(random: &mut Random, text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let words: Vec<&str> = text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return text.to_owned();
    }
    let (old, new) = (*random.pick(&words), *random.pick(&words));
    if random.chance(50) { text.replace(old, new) } else { text.replacen(old, new, 1) }
}
