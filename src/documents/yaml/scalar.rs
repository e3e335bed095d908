//! How a string is written so that every reader gets the same string back.

/// Where a scalar stands, as far as it decides how it may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where a block can't stand: a key, or a whole document.
    Line,
    /// Where a block's lines begin at this column, which is [`INDENT`] more than its parent's.
    Block(usize),
}

/// How much deeper a level stands than the one around it.
pub(super) const INDENT: usize = 2;
/// [`INDENT`] in the head of a block whose first line doesn't show where the lines begin.
const INDENT_INDICATOR: char = '2';

/// May begin a plain scalar.
const START: u8 = 1;
const COLON: u8 = 1 << 1;
const BREAK: u8 = 1 << 2;
const TAB: u8 = 1 << 3;
/// Never written as it is.
const CONTROL: u8 = 1 << 4;
/// Part of a character beyond ASCII.
const WIDE: u8 = 1 << 5;
/// Printable, but means something to YAML in one position or another.
const MARK: u8 = 1 << 6;
/// Never in a plain scalar.
const QUOTED: u8 = BREAK | TAB | CONTROL | WIDE | MARK;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = u8::MAX;
    while byte > 0 {
        table[byte as usize] = class(byte);
        byte -= 1;
    }
    table[0] = class(0);
    table
}

const fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' => START,
        b'0'..=b'9' | b'.' | b'@' | b'+' | b'=' | b'-' | b' ' => 0,
        b':' => COLON,
        b'\n' => BREAK,
        b'\t' => TAB,
        0..0x20 | 0x7f => CONTROL,
        0x80.. => WIDE,
        _ => MARK,
    }
}

/// The class of a byte, from a table that has one for each.
fn class_of(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// How a string is written.
#[derive(Clone, Copy)]
enum Style {
    Plain,
    Single,
    Double,
    Block(usize),
}

/// Turns the raw string that begins at `start`, a boundary in `out`, into a scalar.
pub(super) fn close(out: &mut String, start: usize, place: Place) {
    let Some(raw) = out.get(start..) else { return };
    match style(raw, place) {
        Style::Plain => {}
        Style::Single => replace(out, start, push_single),
        Style::Double => replace(out, start, push_double),
        Style::Block(column) => replace(out, start, |out, raw| push_block(out, raw, column)),
    }
}

/// Appends a number with a fraction so that no reader takes it for a whole one or for a string: YAML 1.1
/// wants a point and a signed exponent.
pub(super) fn push_float(out: &mut String, value: f64) {
    let digits = format!("{value:?}");
    match digits.split_once('e') {
        _ if !value.is_finite() => push_single(out, &digits),
        None => out.push_str(&digits),
        Some((mantissa, exponent)) => push_exponential(out, mantissa, exponent),
    }
}

/// Appends `count` spaces.
pub(super) fn push_spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

fn push_exponential(out: &mut String, mantissa: &str, exponent: &str) {
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    out.extend([mantissa, point, "e", sign, exponent]);
}

fn style(raw: &str, place: Place) -> Style {
    let seen = raw.bytes().fold(0, |seen, byte| seen | class_of(byte));
    match place {
        _ if seen & QUOTED == 0 && is_plain(raw, seen) => Style::Plain,
        _ if must_escape(raw, seen) => Style::Double,
        _ if seen & BREAK == 0 => Style::Single,
        Place::Block(column) if fits_block(raw) => Style::Block(column),
        _ => Style::Double,
    }
}

/// Whether `raw`, made of plain bytes that were `seen`, is a plain scalar in every reader and a string in each.
fn is_plain(raw: &str, seen: u8) -> bool {
    let starts = raw.bytes().next().is_some_and(|byte| class_of(byte) & START != 0);
    let splits = raw.ends_with([':', ' ']) || (seen & COLON != 0 && raw.contains(": "));
    starts && !splits && !is_reserved(raw)
}

/// Whether one reader or another takes the word for a truth value or for nothing.
fn is_reserved(word: &str) -> bool {
    let reserved: &[&str] = match word.len() {
        1 => &["y", "n"],
        2 => &["no", "on"],
        3 => &["yes", "off"],
        4 => &["null", "true"],
        5 => &["false"],
        _ => &[],
    };
    reserved.iter().any(|other| other.eq_ignore_ascii_case(word))
}

fn must_escape(raw: &str, seen: u8) -> bool {
    let tab_in_line = seen & TAB != 0 && seen & BREAK == 0;
    tab_in_line || seen & CONTROL != 0 || (seen & WIDE != 0 && raw.chars().any(is_unprintable))
}

/// Whether a character beyond ASCII breaks lines, can't stand in YAML, or is taken for a byte order mark.
fn is_unprintable(ch: char) -> bool {
    matches!(ch, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a text of several lines reads back from a block, and keeps its bytes in an editor.
fn fits_block(raw: &str) -> bool {
    let fits = |line: &str| !line.starts_with('\t') && !line.ends_with([' ', '\t']);
    raw.bytes().any(|byte| byte != b'\n') && raw.split('\n').all(fits)
}

/// Takes the end of `out` off at `start` and lets `push` write it anew.
fn replace(out: &mut String, start: usize, push: impl FnOnce(&mut String, &str)) {
    let raw = out.split_off(start);
    push(out, &raw);
}

fn push_single(out: &mut String, raw: &str) {
    out.push('\'');
    for (index, piece) in raw.split('\'').enumerate() {
        out.push_str(if index == 0 { "" } else { "''" });
        out.push_str(piece);
    }
    out.push('\'');
}

fn push_double(out: &mut String, raw: &str) {
    out.push('"');
    raw.chars().for_each(|ch| push_escaped(out, ch));
    out.push('"');
}

fn push_escaped(out: &mut String, ch: char) {
    match ch {
        '"' | '\\' => out.extend(['\\', ch]),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        _ if ch.is_ascii_control() || is_unprintable(ch) => push_code(out, u32::from(ch)),
        _ => out.push(ch),
    }
}

fn push_code(out: &mut String, code: u32) {
    let escape = if code <= 0xff { format!("\\x{code:02X}") } else { format!("\\u{code:04X}") };
    out.push_str(&escape);
}

/// Appends a literal block, without the break after its last line.
fn push_block(out: &mut String, raw: &str, column: usize) {
    out.push('|');
    out.extend(raw.starts_with([' ', '\n']).then_some(INDENT_INDICATOR));
    out.push_str(chomping(raw));
    for line in raw.strip_suffix('\n').unwrap_or(raw).split('\n') {
        out.push('\n');
        push_spaces(out, if line.is_empty() { 0 } else { column });
        out.push_str(line);
    }
}

/// What a block's head says about the breaks at its end.
fn chomping(raw: &str) -> &'static str {
    match raw.strip_suffix('\n') {
        None => "-",
        Some(rest) if rest.ends_with('\n') => "+",
        Some(_) => "",
    }
}
