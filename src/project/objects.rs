//! Git's objects, asked for one by one of one git process.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use camino::Utf8Path;

use super::git::git;
use super::origin::Entries;

/// What Git keeps under a name.
#[derive(Debug)]
pub(super) enum Object {
    /// A file.
    Blob(Vec<u8>),
    /// A folder.
    Tree(Entries),
    /// Nothing.
    Missing,
    /// Something that can't be read; the reason in words.
    Other(&'static str),
}

/// A process that answers with objects.
#[derive(Debug)]
pub(super) struct Objects {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    pub(super) fn open(folder: &Utf8Path) -> io::Result<Self> {
        let mut command = git(folder);
        // Links are followed, as on the disk.
        command.args(["cat-file", "--batch", "--follow-symlinks"]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        let answers = BufReader::new(answers.ok_or(io::ErrorKind::BrokenPipe)?);
        Ok(Self { process, questions, answers })
    }

    /// What stands under a name such as `COMMIT:path`. One with a newline can't be asked for.
    pub(super) fn get(&mut self, name: &str) -> io::Result<Object> {
        if name.contains('\n') {
            return Ok(Object::Missing);
        }
        let questions = self.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        questions.write_all(format!("{name}\n").as_bytes())?;
        questions.flush()?;
        let head = self.line()?;
        let mut words = head.rsplitn(3, ' ');
        let (last, kind, first) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (Ok(size), false) = (last.parse(), first.is_empty() && kind.is_empty()) else { return Ok(Object::Missing) };
        match (kind, first) {
            ("blob", _) => Ok(Object::Blob(self.bytes(size)?)),
            ("tree", id) => {
                let id_length = id.len() / 2;
                Ok(Object::Tree(entries(&self.bytes(size)?, id_length)))
            }
            ("symlink" | "dangling" | "loop" | "notdir", _) => {
                self.bytes(size)?;
                Ok(if kind == "dangling" {
                    Object::Missing
                } else {
                    Object::Other("it is a link that leads nowhere here")
                })
            }
            _ => {
                self.bytes(size)?;
                Ok(Object::Other("it is no file of this repository"))
            }
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = vec![];
        if self.answers.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned())
    }

    /// So many bytes, and the newline behind them.
    fn bytes(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![];
        (&mut self.answers).take(size).read_to_end(&mut bytes)?;
        let mut end = [0];
        self.answers.read_exact(&mut end)?;
        Ok(bytes)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Without questions it ends.
        self.questions = None;
        let _ = self.process.wait();
    }
}

/// The entries of a tree object: a mode, a name and an id each. Names that are not UTF-8 are left out, and what is no file and
/// no folder of this repository too.
fn entries(mut bytes: &[u8], id_length: usize) -> Entries {
    let mut found = vec![];
    while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        let (head, rest) = bytes.split_at(end);
        if let Some((mode, name)) = std::str::from_utf8(head).ok().and_then(|head| head.split_once(' '))
            && mode != "160000"
        {
            found.push((name.to_owned(), matches!(mode, "40000" | "040000")));
        }
        bytes = rest.get(1 + id_length..).unwrap_or_default();
    }
    found.sort_unstable();
    found
}
