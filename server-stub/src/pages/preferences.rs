//! Language and theme: chosen by a link, remembered in a cookie, guessed from the browser before that.

use url::form_urlencoded;

use super::words::Language;

/// The theme of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The spelling in cookies, links and the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with exactly this spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word)
    }

    /// What the switch offers next.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::Auto,
        }
    }
}

/// The cookie that remembers the language.
pub const LANGUAGE_COOKIE: &str = "atalaya-language";
/// The cookie that remembers the theme.
pub const THEME_COOKIE: &str = "atalaya-theme";

/// The link that chooses `name = value` and comes back to `back`.
pub(crate) fn href(name: &str, value: &str, back: &str) -> String {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair(name, value).append_pair("back", back).finish();
    format!("/preferences?{query}")
}

/// What a link of `href` asks for: `Set-Cookie` values, and the path to come back to. Only a path of this
/// very server is followed, so that the link cannot be used to lead people elsewhere.
pub fn chosen(query: &str) -> (Vec<String>, String) {
    let mut cookies = Vec::new();
    let mut back = "/".to_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "language" => {
                if let Some(language) = Language::from_word(&value) {
                    cookies.push(cookie(LANGUAGE_COOKIE, language.as_str()));
                }
            }
            "theme" => {
                if let Some(theme) = Theme::from_word(&value) {
                    cookies.push(cookie(THEME_COOKIE, theme.as_str()));
                }
            }
            "back" if is_local(&value) => back = value.into_owned(),
            _ => {}
        }
    }
    (cookies, back)
}

/// The language and theme of a request, from its `Cookie` and `Accept-Language` headers.
pub fn of_request(cookies: &str, accept_language: &str) -> (Language, Theme) {
    let cookie = |name: &str| {
        cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    };
    let language = cookie(LANGUAGE_COOKIE).and_then(Language::from_word).unwrap_or_else(|| accepted(accept_language));
    (language, cookie(THEME_COOKIE).and_then(Theme::from_word).unwrap_or_default())
}

fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
}

/// Whether this is a path of this very server.
pub(crate) fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\')
}

/// The best of the languages that the browser asks for; English when it asks for none of ours.
fn accepted(header: &str) -> Language {
    let mut best = (0.0_f32, Language::En);
    for entry in header.split(',') {
        let mut parts = entry.trim().split(';');
        let tag = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok())
            .unwrap_or(0.0);
        if let Some(language) = Language::from_tag(tag)
            && weight > best.0
        {
            best = (weight, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_says_the_language_until_the_person_does() {
        assert_eq!(of_request("", "es-ES,es;q=0.9,en;q=0.8").0, Language::Es);
        assert_eq!(of_request("", "fr,en;q=0.8,es;q=0.9").0, Language::Es);
        assert_eq!(of_request("", "fr").0, Language::En);
        assert_eq!(of_request("a=b; atalaya-language=en", "es").0, Language::En);
        assert_eq!(of_request("atalaya-theme=dark", "").1, Theme::Dark);
        assert_eq!(of_request("atalaya-theme=<script>", "").1, Theme::Auto);
    }

    #[test]
    fn a_switch_comes_back_to_the_same_page_of_this_server_and_to_no_other() {
        let link = href("theme", "dark", "/devices?state=stale&q=a b");
        let (cookies, back) = chosen(link.split_once('?').unwrap().1);
        assert!(cookies[0].starts_with("atalaya-theme=dark;"));
        assert_eq!(back, "/", "a space is no part of a path that a browser sent");
        assert_eq!(chosen("theme=dark&back=%2Fdevices%3Fstate%3Dstale").1, "/devices?state=stale");
        for evil in ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=y", ""] {
            let query = href("theme", "dark", evil);
            assert_eq!(chosen(query.split_once('?').unwrap().1).1, "/", "{evil:?}");
        }
    }
}
