//! Strings: escapes, and the indentation of multi-line ones.

/// The character that an escape such as `\n` stands for.
pub(super) fn escape(text: &str) -> Option<char> {
    match text {
        r"\n" => Some('\n'),
        r"\t" => Some('\t'),
        r#"\""# => Some('"'),
        r"\\" => Some('\\'),
        _ => None,
    }
}

/// A piece of a multi-line string as the source has it: plain text, or something that stands for a value.
pub(super) enum Piece<T> {
    Text(String),
    Other(T),
}

/// Takes the closing line's indentation off every line, the line end after the opening quotes and the last line away.
pub(super) fn dedent<T>(pieces: &mut [Piece<T>]) {
    let indentation = match pieces.last_mut() {
        Some(Piece::Text(last)) => take_closing_line(last),
        _ => None,
    };
    let mut line_start = false;
    for (index, piece) in pieces.iter_mut().enumerate() {
        let Piece::Text(text) = piece else {
            line_start = false;
            continue;
        };
        *text = text.replace("\r\n", "\n");
        if index == 0 {
            line_start = take_first_line_end(text);
        }
        if let Some(indentation) = &indentation {
            *text = strip(text, indentation, line_start);
        }
        line_start = false;
    }
}

/// Removes the blanks before the closing quotes, if they stand on a line of their own, and gives them back.
fn take_closing_line(last: &mut String) -> Option<String> {
    let at = last.rfind('\n')?;
    let blanks = last.get(at + 1..).unwrap_or("").to_owned();
    if !blanks.bytes().all(|byte| byte == b' ' || byte == b'\t') {
        return None;
    }
    last.truncate(at + 1);
    Some(blanks)
}

fn take_first_line_end(text: &mut String) -> bool {
    let trimmed = text.trim_start_matches([' ', '\t']);
    let Some(rest) = trimmed.strip_prefix('\n') else { return false };
    *text = rest.to_owned();
    true
}

fn strip(text: &str, indentation: &str, line_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let starts_line = index > 0 || line_start;
        let stripped =
            if starts_line { line.strip_prefix(indentation).unwrap_or_else(|| blank_line(line)) } else { line };
        out.push_str(stripped);
    }
    out
}

/// A line with less than the common indentation: blank ones lose what they have.
fn blank_line(line: &str) -> &str {
    if line.trim().is_empty() { line.trim_start_matches([' ', '\t']) } else { line }
}
