//! A small platform that still fails, from a large one.

use crate::generate::Platform;
use crate::support::Texts;

/// After so many tries the smallest platform so far is good enough.
const TRIES: usize = 400;

/// Takes away files, declarations, blocks and lines, as long as the platform fails in the same way.
pub(crate) fn shrink(platform: &Platform, fails: &mut dyn FnMut(&Platform) -> bool) -> Platform {
    let mut smallest = platform.clone();
    let mut tries = 0;
    loop {
        let before = tries;
        let mut progress = false;
        for candidate in files(&smallest) {
            progress |= attempt(&mut smallest, candidate, &mut tries, fails);
        }
        for path in smallest.sources.keys().cloned().collect::<Vec<_>>() {
            progress |= shrink_file(&mut smallest, &path, &mut tries, fails);
        }
        if !progress || tries >= TRIES || tries == before {
            return smallest;
        }
    }
}

fn attempt(
    smallest: &mut Platform,
    sources: Texts,
    tries: &mut usize,
    fails: &mut dyn FnMut(&Platform) -> bool,
) -> bool {
    if *tries >= TRIES {
        return false;
    }
    *tries += 1;
    let candidate = Platform { sources, ..smallest.clone() };
    let smaller = fails(&candidate);
    if smaller {
        *smallest = candidate;
    }
    smaller
}

/// The platform without one of its files, each.
fn files(platform: &Platform) -> Vec<Texts> {
    let paths = platform.sources.keys().filter(|path| *path != "platform.pf");
    paths.map(|path| platform.sources.iter().filter(|(other, _)| *other != path).map(own).collect()).collect()
}

fn own((path, text): (&String, &String)) -> (String, String) {
    (path.clone(), text.clone())
}

fn shrink_file(
    smallest: &mut Platform,
    path: &str,
    tries: &mut usize,
    fails: &mut dyn FnMut(&Platform) -> bool,
) -> bool {
    let mut progress = false;
    let mut at = 0;
    while let Some(text) = smallest.sources.get(path).cloned() {
        let lines: Vec<&str> = text.lines().collect();
        if at >= lines.len() {
            break;
        }
        let rest = [lines.get(..at), lines.get(at + extent(&lines, at)..)].into_iter().flatten().flatten();
        let rest: String = rest.map(|line| format!("{line}\n")).collect();
        let mut sources = smallest.sources.clone();
        sources.insert(path.to_owned(), rest);
        if attempt(smallest, sources, tries, fails) {
            progress = true;
        } else {
            at += 1;
        }
    }
    progress
}

/// How many lines the entry has that begins at a line: its brackets close again.
fn extent(lines: &[&str], at: usize) -> usize {
    let mut depth = 0_i64;
    for (index, line) in lines.iter().skip(at).enumerate() {
        for character in line.chars() {
            depth += match character {
                '{' | '[' | '(' => 1,
                '}' | ']' | ')' => -1,
                _ => 0,
            };
        }
        if depth <= 0 {
            return index + 1;
        }
    }
    1
}
