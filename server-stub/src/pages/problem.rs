//! What went wrong, in words, with a next step.

use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, finish, words::Speak as _};

/// Why a page could not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There is no such page or device (404).
    NotFound,
    /// The role does not allow it (403).
    Forbidden,
    /// A sign-in link was used or is too old (410).
    Expired,
    /// The address cannot be read (400).
    Request,
    /// Too many attempts (429).
    TooMany,
    /// The server cannot answer now (500, 503).
    Unavailable,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 6] =
        [Self::NotFound, Self::Forbidden, Self::Expired, Self::Request, Self::TooMany, Self::Unavailable];

    /// The status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden => 403,
            Self::Expired => 410,
            Self::Request => 400,
            Self::TooMany => 429,
            Self::Unavailable => 503,
        }
    }
}

/// The page that tells of a problem.
pub fn render(problem: Problem, chrome: &Chrome) -> Html<String> {
    let language = chrome.language;
    let (what, next) = match problem {
        Problem::NotFound => (language.say("problem.not-found"), language.say("problem.not-found.next")),
        Problem::Forbidden => (language.say("problem.forbidden"), language.say("problem.forbidden.next")),
        Problem::Expired => (language.say("problem.expired"), language.say("problem.expired.next")),
        Problem::Request => (language.say("problem.request"), language.say("problem.request.next")),
        Problem::TooMany => (language.say("problem.too-many"), language.say("problem.too-many.next")),
        Problem::Unavailable => (language.say("problem.unavailable"), language.say("problem.unavailable.next")),
    };
    finish(&Page { f: Frame::new(chrome, Place::Elsewhere, what), status: problem.status(), what, next })
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    f: Frame<'a>,
    status: u16,
    what: &'static str,
    next: &'static str,
}
