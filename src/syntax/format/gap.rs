//! What stands between two tokens: blanks, line ends and comments.

/// A comment of either kind.
#[derive(Debug)]
pub(super) struct Comment<'t> {
    /// From its `#` to the last character that is no blank.
    pub text: &'t str,
    /// Whether no token stands before it on its line.
    pub own_line: bool,
    /// Whether blank lines stand above it.
    pub blank_before: bool,
}

/// The text between two tokens.
#[derive(Debug, Default)]
pub(super) struct Gap<'t> {
    /// Its comments in order.
    pub comments: Vec<Comment<'t>>,
    /// Whether the two tokens stand on different lines; wherever a comment is, they do.
    pub newline: bool,
    /// Whether blank lines stand above the token behind it.
    pub blank: bool,
}

impl Comment<'_> {
    fn is_doc(&self) -> bool {
        self.text.starts_with("##") && !self.text.starts_with("###")
    }
}

impl<'t> Gap<'t> {
    /// Reads a text that holds no token but commas.
    pub(super) fn new(text: &'t str) -> Self {
        let mut gap = Self::default();
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let last = lines.peek().is_none();
            gap.line(line, last);
            gap.newline |= !last;
        }
        gap
    }

    fn line(&mut self, line: &'t str, last: bool) {
        let text = line.trim_start_matches([' ', '\t', '\r', ',']);
        if text.starts_with('#') {
            let blank_before = std::mem::take(&mut self.blank);
            self.comments.push(Comment { text: text.trim_end(), own_line: self.newline, blank_before });
            self.newline = true;
        } else if self.newline && !last && line.trim().is_empty() {
            self.blank = true;
        }
    }

    /// The gap before an entry or declaration: its doc comments stand right above it, on lines of their own.
    pub(super) fn documented(mut self) -> Self {
        let plain = self.comments.iter().take_while(|comment| !comment.is_doc()).count();
        for (index, comment) in self.comments.iter_mut().skip(plain).enumerate() {
            comment.own_line = true;
            comment.blank_before &= index == 0;
            self.blank = false;
        }
        self
    }

    /// Makes sure that a blank line stands in the gap.
    pub(super) fn separate(&mut self) {
        let mut own_lines = self.comments.iter_mut().filter(|comment| comment.own_line).peekable();
        match own_lines.peek_mut() {
            None => self.blank = true,
            Some(first) => first.blank_before |= !self.blank,
        }
    }
}
