//! One's own account: the password.

use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, finish, words::Speak as _};

/// What became of the form that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The new password is set.
    Done,
    /// The old password is another.
    Wrong,
    /// The two new ones differ.
    Different,
    /// The new one is too short.
    Short,
    /// The new one is too long.
    Long,
    /// The new one is the email address.
    Obvious,
}

impl Said {
    const fn key(self) -> &'static str {
        match self {
            Self::Done => "account.done",
            Self::Wrong => "account.wrong",
            Self::Different => "account.different",
            Self::Short => "account.short",
            Self::Long => "account.long",
            Self::Obvious => "account.obvious",
        }
    }
}

/// The form for a new password; it posts to `/account`. `ask_current` when the old one has to be given too.
pub fn render(email: &str, ask_current: bool, said: Option<Said>, chrome: &Chrome) -> Html<String> {
    let f = Frame::new(chrome, Place::Elsewhere, chrome.language.say("account.title"));
    let csrf = chrome.viewer.as_ref().map_or("", |viewer| &viewer.csrf);
    let done = said == Some(Said::Done);
    let told = said.map_or("", |said| chrome.language.say(said.key()));
    finish(&Page { f, email, ask_current, done, told, csrf })
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'a> {
    f: Frame<'a>,
    email: &'a str,
    ask_current: bool,
    done: bool,
    told: &'static str,
    csrf: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Language;

    #[test]
    fn everything_that_can_become_of_it_has_words() {
        for said in [Said::Done, Said::Wrong, Said::Different, Said::Short, Said::Long, Said::Obvious] {
            assert!(!Language::Es.say(said.key()).is_empty(), "{said:?}");
        }
    }
}
