use camino::Utf8Path;

/// Replaces a file at once, so that a crash leaves the old text or the new one.
///
/// # Errors
/// What the disk says.
pub fn replace(path: &Utf8Path, text: &str) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or("file");
    let beside = path.with_file_name(format!(".{name}.platformc.tmp"));
    let written = std::fs::write(&beside, text).and_then(|()| {
        let permissions = std::fs::metadata(path)?.permissions();
        std::fs::set_permissions(&beside, permissions)?;
        std::fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
