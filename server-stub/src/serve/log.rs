//! The log: JSON lines on stderr, without addresses, names, paths or queries.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

/// The variable that says what is logged, such as `warn` or `atalaya_server=debug`.
pub const VARIABLE: &str = "ATALAYA_LOG";

/// Logs as JSON lines, for `serve`: `info` and above unless [`VARIABLE`] says otherwise.
pub fn start_json() {
    // A line that cannot be written is lost: to complain of it on the same full disk would panic.
    let format = fmt().json().flatten_event(true).log_internal_errors(false);
    let _ = format.with_writer(io::stderr).with_env_filter(filter("info")).try_init();
}

/// Logs in words, for commands that a person waits for: `warn` and above unless [`VARIABLE`] says otherwise.
pub fn start_plain() {
    let format = fmt().without_time().with_target(false).log_internal_errors(false);
    let _ = format.with_writer(io::stderr).with_env_filter(filter("warn")).try_init();
}

fn filter(usual: &str) -> EnvFilter {
    EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(usual))
}
