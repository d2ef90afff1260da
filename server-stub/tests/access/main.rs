//! Who may: signing in, sessions, roles and tokens over HTTP; the listener; the administrative commands.

mod browser;
mod sign_in;
