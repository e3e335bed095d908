//! The compiler's part of a file that belongs to others.

use crate::model::Forge;

/// What the compiler has to say in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// For whom.
    pub forge: Forge,
    /// The lines between the markers, each with its end.
    pub lines: &'a str,
}

/// Marker lines that don't belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

const BEGIN: &str = "# BEGIN platformc";
const END: &str = "# END platformc";

const BEGINNING: &str = "# BEGIN platformc: these lines come from platform.pf; change that, then run `platformc build`";

/// The file with exactly these lines between the markers, or without any of it; what is others' stays byte for byte.
///
/// # Errors
/// If the markers don't belong together.
pub fn merged(text: &[u8], lines: Option<&str>) -> Result<Vec<u8>, Damaged> {
    let found = find(text)?;
    let (before, after) = found.unwrap_or((text, &[]));
    let Some(lines) = lines else { return Ok([before, after].concat()) };
    let end: &[u8] = if uses_crlf(text) { b"\r\n" } else { b"\n" };
    let mut out = before.to_vec();
    if !before.is_empty() && !before.ends_with(b"\n") {
        out.extend(end);
    }
    for line in std::iter::once(BEGINNING).chain(lines.lines()).chain([END]) {
        out.extend(line.as_bytes());
        out.extend(end);
    }
    out.extend(after);
    Ok(out)
}

/// What stands before and behind the part.
type Around<'a> = (&'a [u8], &'a [u8]);

/// Looks for the part; there may be none.
fn find(text: &[u8]) -> Result<Option<Around<'_>>, Damaged> {
    let (mut begins, mut ends, mut at) = (vec![], vec![], 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if is_marker(line, BEGIN) {
            begins.push(at);
        }
        at += line.len();
        if is_marker(line, END) {
            ends.push(at);
        }
    }
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin < end => Ok(text.get(..*begin).zip(text.get(*end..))),
        _ => Err(Damaged),
    }
}

/// Whether a line is a marker, whatever else somebody has added to it.
fn is_marker(line: &[u8], marker: &str) -> bool {
    let rest = line.trim_ascii_start().strip_prefix(marker.as_bytes());
    rest.is_some_and(|rest| !rest.starts_with(b"-") && !rest.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether the first line ends as on Windows.
fn uses_crlf(text: &[u8]) -> bool {
    text.iter()
        .position(|byte| *byte == b'\n')
        .is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with(b"\r")))
}
