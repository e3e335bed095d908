//! Lines: what neighbours align on, and the text in the end.

/// A line of the result.
#[derive(Debug)]
pub(super) struct Line<'t> {
    indent: usize,
    /// The text; each cell but the first starts with what neighbouring lines align on.
    cells: Vec<String>,
    /// The comment behind it, or all of it.
    pub comment: Option<&'t str>,
}

impl<'t> Line<'t> {
    pub(super) fn new(indent: usize) -> Self {
        Self { indent, cells: vec![String::new()], comment: None }
    }

    /// A comment on a line of its own.
    pub(super) fn comment(indent: usize, text: &'t str) -> Self {
        Self { comment: Some(text), ..Self::new(indent) }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.cells.last_mut().into_iter().for_each(|cell| cell.push_str(text));
    }

    /// Starts a cell.
    pub(super) fn cell(&mut self) {
        self.cells.push(String::new());
    }

    /// Makes one cell of all.
    pub(super) fn unalign(&mut self) {
        self.cells = vec![self.cells.concat()];
    }

    /// The kind of entry that it is, as far as neighbours of the same kind align.
    fn kind(&self) -> Option<bool> {
        self.cells.get(1).map(|cell| cell.starts_with(':'))
    }

    fn aligns_with(&self, other: &Self) -> bool {
        self.kind().is_some() && self.kind() == other.kind() && self.indent == other.indent
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    fn has_trailing_comment(&self) -> bool {
        self.comment.is_some() && !self.is_empty()
    }

    fn width(&self) -> usize {
        self.indent + self.cells.iter().map(|cell| cell.chars().count()).sum::<usize>()
    }

    /// Where the operator that starts cell `index` ends.
    fn operator_end(&self, index: usize) -> Option<usize> {
        let operator = if self.cells.get(index)?.starts_with("+=") { 2 } else { 1 };
        Some(operator + self.cells.iter().take(index).map(|cell| cell.chars().count()).sum::<usize>())
    }

    fn pad(&mut self, cell: usize, count: usize) {
        self.cells.iter_mut().skip(cell).take(1).for_each(|cell| cell.extend(std::iter::repeat_n(' ', count)));
    }

    fn write(&self, text: &mut String) {
        if !self.is_empty() || self.comment.is_some() {
            text.extend(std::iter::repeat_n(' ', self.indent));
        }
        self.cells.iter().for_each(|cell| text.push_str(cell));
        text.push_str(self.comment.unwrap_or(""));
        text.push('\n');
    }
}

/// Aligns neighbouring lines and joins all.
pub(super) fn render(mut lines: Vec<Line<'_>>) -> String {
    for run in lines.chunk_by_mut(Line::aligns_with) {
        align_cell(run, 1);
        align_cell(run, 2);
    }
    let commented = |line: &Line<'_>, next: &Line<'_>| line.has_trailing_comment() && next.has_trailing_comment();
    lines.chunk_by_mut(commented).for_each(align_comments);
    let mut text = String::new();
    for line in &lines {
        line.write(&mut text);
    }
    text
}

fn align_cell(run: &mut [Line<'_>], cell: usize) {
    let end = run.iter().filter_map(|line| line.operator_end(cell)).max().unwrap_or(0);
    for line in run {
        let missing = line.operator_end(cell).map_or(0, |own| end - own);
        line.pad(cell - 1, missing);
    }
}

/// Puts two blanks before the comments of a run, more where its lines are shorter.
fn align_comments(run: &mut [Line<'_>]) {
    let width = run.iter().map(Line::width).max().unwrap_or(0);
    for line in run.iter_mut().filter(|line| line.has_trailing_comment()) {
        line.pad(line.cells.len() - 1, width + 2 - line.width());
    }
}
