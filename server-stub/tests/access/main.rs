//! Who may: signing in, sessions, roles and tokens over HTTP; the listener; the administrative commands.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod browser;
mod callers;
mod commands;
mod listener;
mod sign_in;
