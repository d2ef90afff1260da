//! Forms from elsewhere are refused: each form carries a token, and the browser's word about where it comes from is
//! taken when it gives one.

use axum::http::{HeaderMap, header};

/// Whether two tokens are the same, in a time that does not tell how far they agree.
pub fn fits(expected: &str, presented: &str) -> bool {
    // Hashes have one length and differ everywhere, so comparing them needs no length of time of its own.
    let hash = super::secret::hash;
    !expected.is_empty() && hash(expected) == hash(presented)
}

/// Whether the browser says that another site sent this form. Browsers that say nothing are judged by the token alone.
pub fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, named)| named != host),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_itself_alone() {
        assert!(fits("abc", "abc"));
        assert!(!fits("abc", "abd"));
        assert!(!fits("abc", ""));
        assert!(!fits("", ""), "no token is no proof");
    }

    #[test]
    fn the_browser_tells_where_a_form_comes_from() {
        let elsewhere = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            comes_from_elsewhere(&headers)
        };
        assert!(!elsewhere(&[("host", "h.example")]));
        assert!(!elsewhere(&[("sec-fetch-site", "same-origin")]));
        assert!(elsewhere(&[("sec-fetch-site", "cross-site")]));
        assert!(elsewhere(&[("sec-fetch-site", "same-site")]), "another name under the same domain is elsewhere");
        assert!(!elsewhere(&[("origin", "https://h.example"), ("host", "h.example")]));
        assert!(elsewhere(&[("origin", "https://evil.example"), ("host", "h.example")]));
        assert!(elsewhere(&[("origin", "null"), ("host", "h.example")]));
    }
}
