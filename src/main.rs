//! The command `platformc`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A compiler makes many small values on all threads and frees them on others, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    platformc::cli::run()
}
