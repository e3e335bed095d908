//! The least that a program can do for the same work, and what the comparison needs beside it:
//!
//! ```text
//! floor build   IN/platform.json OUT THREADS        reads the description, writes the Applications
//! floor sets    IN/platform.json OUT THREADS        the same as ApplicationSets
//! floor cached  IN/platform.json OUT THREADS        writes what an index of hashes says is new
//! floor stat    IN/platform.json OUT THREADS        looks whether each file is there, by its length
//! floor compare IN/platform.json OUT THREADS        reads each file, and compares it
//! floor time    RESULT SECONDS MIB STDOUT CWD CMD…  what a command costs
//! floor verify  REFERENCE PATH…                     whether the documents in files are those of the reference
//! ```

mod description;
mod folder;
mod index;
mod template;
mod threads;
mod time;
mod tree;
mod verify;

use std::process::ExitCode;

/// What goes wrong here is only told: every caller stops.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("floor: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Outcome<bool> {
    match arguments {
        ["build", description, out, threads] => tree::build(description, out, threads.parse()?),
        ["sets", description, out, threads] => tree::sets(description, out, threads.parse()?),
        ["cached", description, out, threads] => index::cached(description, out, threads.parse()?),
        ["stat", description, out, threads] => tree::stat(description, out, threads.parse()?),
        ["compare", description, out, threads] => tree::compare(description, out, threads.parse()?),
        ["time", result, seconds, mib, stdout, folder, command @ ..] if !command.is_empty() => {
            let limits = time::Limits { seconds: seconds.parse()?, mib: mib.parse()? };
            time::run(result, &limits, stdout, folder, command)
        }
        ["verify", reference, paths @ ..] if !paths.is_empty() => verify::run(reference, paths),
        _ => Err("usage: see the head of src/main.rs".into()),
    }
}
