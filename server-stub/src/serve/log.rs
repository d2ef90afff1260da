//! The log: JSON lines on stderr, without addresses, names, paths or queries.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

/// The variable that says what is logged, such as `warn` or `atalaya_server=debug`.
pub const VARIABLE: &str = "ATALAYA_LOG";

/// Logs as JSON lines, for `serve`: `info` and above unless [`VARIABLE`] says otherwise.
pub fn start_json() {
    let _ = fmt().json().flatten_event(true).with_writer(io::stderr).with_env_filter(filter("info")).try_init();
}

/// Logs in words, for commands that a person waits for: `warn` and above unless [`VARIABLE`] says otherwise.
pub fn start_plain() {
    let _ = fmt().without_time().with_target(false).with_writer(io::stderr).with_env_filter(filter("warn")).try_init();
}

fn filter(usual: &str) -> EnvFilter {
    EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(usual))
}
