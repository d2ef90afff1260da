//! Enrolment: the page that an enrolment link opens, and what IT does to make such a link.

use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, asset, finish, words::Speak as _};

/// The page that an enrolment link opens. `server` is this server's address. The token stands in the link's
/// fragment, which browsers keep to themselves; only the page's script reads it, into the command and the
/// app's link.
pub fn landing(server: &str, chrome: &Chrome) -> Html<String> {
    let f = Frame::new(chrome, Place::Elsewhere, chrome.language.say("enrol.title"));
    finish(&Landing { f, server: server.trim_end_matches('/'), filler: asset::url("enrol.js") })
}

/// How IT enrols devices.
pub fn help(chrome: &Chrome) -> Html<String> {
    finish(&Help { f: Frame::new(chrome, Place::Devices, chrome.language.say("enrol.help")) })
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct Landing<'a> {
    f: Frame<'a>,
    server: &'a str,
    filler: String,
}

#[derive(Template)]
#[template(path = "enrol-help.html")]
struct Help<'a> {
    f: Frame<'a>,
}
