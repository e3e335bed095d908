//! The commands. Exit codes: 0 fine, 1 findings, 2 usage, 3 the disk, which refuses or has something in the
//! way, 4 what `plan --deny` denies.

mod access;
mod args;
mod build;
mod can;
mod check;
mod edits;
mod expand;
mod explain;
mod fmt;
mod graph;
mod impact;
mod init;
mod lsp;
mod order;
mod owns;
mod plan;
mod speed;
mod status;
mod test;
mod ui;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Command, Options};

/// Reads the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { ui::USAGE } else { ui::FINE });
        }
    };
    ExitCode::from(command(options.command))
}

fn command(command: Command) -> u8 {
    match command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Expand(arguments) => expand::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Impact(arguments) => impact::run(&arguments),
        Command::Can(arguments) => can::run(&arguments),
        Command::Access(arguments) => access::run(&arguments),
        Command::Owns(arguments) => owns::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Lsp(_) => lsp::run(),
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Options::command(), "platformc", &mut script);
            ui::print(&String::from_utf8_lossy(&script))
        }
        Command::Man => ui::written(clap_mangen::Man::new(Options::command()).render(&mut std::io::stdout())),
    }
}
