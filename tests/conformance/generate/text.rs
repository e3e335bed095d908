//! Writing platform files.

/// The text of a file, entry by entry.
#[derive(Default)]
pub(crate) struct Text {
    out: String,
    depth: usize,
}

impl Text {
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            self.out.push_str(&"  ".repeat(self.depth));
        }
        self.out.push_str(line);
        self.out.push('\n');
    }

    pub(crate) fn open(&mut self, head: impl AsRef<str>) {
        self.line(format!("{} {{", head.as_ref()));
        self.depth += 1;
    }

    pub(crate) fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// `[a, b]`
pub(crate) fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("[{}]", items.join(", "))
}

/// `["a", "b"]`
pub(crate) fn quoted<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("\"{}\"", item.as_ref())).collect();
    list(&items)
}
