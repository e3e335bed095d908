use super::ui;
use crate::server;

/// `platformc lsp`
pub(super) fn run() -> u8 {
    match server::serve() {
        Ok(true) => ui::FINE,
        // The protocol wants 1 where a client leaves without having said so.
        Ok(false) => ui::FINDINGS,
        Err(error) => ui::fail(ui::DISK, &format!("the connection to the editor broke: {error}")),
    }
}
