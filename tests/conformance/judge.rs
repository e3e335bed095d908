//! The judge as a process: requests and answers, a line each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Builds the judge for a version of Argo CD, the newest by default, and says where it is.
///
/// # Errors
/// Where Go is missing, or the build fails.
pub(crate) fn build(version: Option<&str>) -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let go = Command::new("go").arg("version").output();
    if !go.is_ok_and(|output| output.status.success()) {
        return Err("Go is needed for this: the judge links Argo CD. Install Go 1.26 or newer, or name a built judge \
                    with --judge."
            .to_owned());
    }
    let folder = root.join("target/conformance");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let binary = folder.join(format!("judge-{}", version.unwrap_or("newest")));
    let mut script = Command::new(root.join("tests/conformance/judge/build.sh"));
    script.args(version.iter().flat_map(|version| ["--argo-cd", version])).env("BIN", &binary);
    match script.status() {
        Ok(status) if status.success() => Ok(binary),
        Ok(status) => Err(format!("the judge could not be built ({status})")),
        Err(error) => Err(format!("the judge could not be built: {error}")),
    }
}

/// A running judge.
pub(crate) struct Judge {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    /// # Errors
    /// Where the program can't be started.
    pub(crate) fn start(binary: &Path) -> Result<Self, String> {
        let failed = |error| format!("{}: {error}", binary.display());
        let mut command = Command::new(binary);
        let command = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(failed)?;
        let requests = process.stdin.take().ok_or("no way in")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no way out")?);
        Ok(Self { process, requests, answers })
    }

    /// What the judge says to one of its commands, whether it found something or not. A question that it can't answer is a
    /// finding, too, of the rule `unanswered`.
    ///
    /// # Errors
    /// Where the process is gone.
    pub(crate) fn ask(&mut self, arguments: &[&str]) -> Result<Value, String> {
        let question = serde_json::to_string(arguments).map_err(|error| error.to_string())?;
        writeln!(self.requests, "{question}").map_err(|error| format!("{question}: {error}"))?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| format!("{question}: {error}"))?;
        let mut answer: Value = serde_json::from_str(&line).map_err(|error| format!("{question}: {error}: {line}"))?;
        match answer["code"].as_u64() {
            Some(0 | 1) => Ok(answer["result"].take()),
            _ => Ok(json!({ "findings": [{ "severity": "error", "rule": "unanswered", "message": answer["error"] }] })),
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
