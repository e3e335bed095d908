//! The command `platformc`.

use std::process::ExitCode;

fn main() -> ExitCode {
    platformc::cli::run()
}
