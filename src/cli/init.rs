use super::args::InitArgs;
use super::ui;

const FIRST: &str = include_str!("init.pf");

/// `platformc init`
pub(super) fn run(arguments: &InitArgs) -> u8 {
    let path = ui::here().join(&arguments.folder).join("platform.pf");
    if let Some(folder) = path.parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        return ui::fail(ui::DISK, &format!("{folder}: {error}"));
    }
    match create(&path) {
        Ok(()) => {
            ui::say(&format!("wrote {path}; `platformc build` writes the tree beside it"));
            ui::FINE
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            ui::fail(ui::DISK, &format!("{path} is there already"))
        }
        Err(error) => ui::fail(ui::DISK, &format!("{path}: {error}")),
    }
}

fn create(path: &camino::Utf8Path) -> std::io::Result<()> {
    use std::io::Write as _;
    let written = std::fs::File::create_new(path)?.write_all(FIRST.as_bytes());
    if written.is_err() {
        // Half a platform would be in the way the next time.
        let _ = std::fs::remove_file(path);
    }
    written
}
