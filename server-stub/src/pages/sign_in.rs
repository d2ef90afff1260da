//! Signing in: by password, or by a one-time link whose page shows and whose button spends.

use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, finish, words::Speak as _};

/// The form for email and password; it posts to `/sign-in` and leads on to `back`. `refused` after a wrong one.
pub fn password(refused: bool, email: &str, back: &str, csrf: &str, chrome: &Chrome) -> Html<String> {
    let f = Frame::new(chrome, Place::Elsewhere, chrome.language.say("sign-in.title"));
    finish(&Password { f, refused, email, back, csrf })
}

/// The page of a one-time link: it shows, and only its button (a POST to `action`) spends the link, so that a
/// mail scanner that follows links does not.
pub fn link(action: &str, token: &str, csrf: &str, chrome: &Chrome) -> Html<String> {
    let f = Frame::new(chrome, Place::Elsewhere, chrome.language.say("sign-in.link"));
    finish(&Link { f, action, token, csrf })
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Password<'a> {
    f: Frame<'a>,
    refused: bool,
    email: &'a str,
    back: &'a str,
    csrf: &'a str,
}

#[derive(Template)]
#[template(path = "sign-in-link.html")]
struct Link<'a> {
    f: Frame<'a>,
    action: &'a str,
    token: &'a str,
    csrf: &'a str,
}
