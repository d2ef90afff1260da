//! Forms from elsewhere are refused: each form carries a token, and the browser's word about where it comes from is
//! taken when it gives one.

use axum::http::HeaderMap;

/// Whether two tokens are the same, in a time that does not tell how far they agree.
pub fn fits(expected: &str, presented: &str) -> bool {
    // Hashes have one length and differ everywhere, so comparing them needs no length of time of its own.
    let hash = super::secret::hash;
    !expected.is_empty() && hash(expected) == hash(presented)
}

/// Whether the browser says that another site sent this form. Browsers that say nothing are judged by the token alone;
/// `Origin` is not asked, since proxies rewrite the `Host` that it would have to equal.
pub fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
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
        let elsewhere = |site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            comes_from_elsewhere(&headers)
        };
        assert!(!elsewhere(None), "older browsers say nothing");
        assert!(!elsewhere(Some("same-origin")));
        assert!(!elsewhere(Some("none")), "typed or from a bookmark");
        assert!(elsewhere(Some("cross-site")));
        assert!(elsewhere(Some("same-site")), "another name under the same domain is elsewhere");
    }
}
