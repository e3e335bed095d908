//! The language server: the protocol around what `ide` answers, on standard input and output.
//!
//! 1. `session` owns everything that changes, on one thread: open documents, platforms, the requests under way.
//! 2. `pool` answers requests on other threads, each from a snapshot. An edit cancels them, and they begin again.
//! 3. `requests` is the table of what is answered; `handlers` has a file for each family.
//! 4. `convert` knows positions, paths and the protocol's types.

mod capabilities;
mod client;
mod colours;
mod convert;
mod documents;
mod handlers;
mod platform;
mod pool;
mod publish;
mod requests;
mod session;
mod snapshot;

use std::io;

pub use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};

/// Serves standard input and output until the client leaves; says whether it did so as the protocol asks.
///
/// # Errors
/// If the connection breaks, or what comes over it is no message.
pub fn serve() -> io::Result<bool> {
    let (connection, threads) = Connection::stdio();
    let left = serve_over(connection);
    threads.join()?;
    Ok(left)
}

/// Serves a connection until the client leaves; says whether it did so as the protocol asks.
#[must_use]
pub fn serve_over(connection: Connection) -> bool {
    let Some(session) = session::Session::begin(connection) else { return false };
    session.run()
}
