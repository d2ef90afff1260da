//! Cookies: read one from a request, and write ours.

use axum::http::{HeaderMap, HeaderValue, header};

/// A cookie of ours. Its name and attributes depend on whether the browser came by HTTPS: the `__Host-` prefix makes
/// browsers insist on `Secure`, on this very host and on the whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookie {
    secure: &'static str,
    plain: &'static str,
    same_site: &'static str,
}

/// Who is signed in. `Lax`, so that a link in a mail opens the fleet without asking again.
pub const SESSION: Cookie = Cookie { secure: "__Host-atalaya", plain: "atalaya-session", same_site: "Lax" };

/// The half of the double-submit token of a form that comes before there is a session.
pub const FORM: Cookie = Cookie { secure: "__Host-atalaya-form", plain: "atalaya-form", same_site: "Strict" };

impl Cookie {
    /// The name.
    pub const fn name(self, https: bool) -> &'static str {
        if https { self.secure } else { self.plain }
    }

    /// The value that the browser sent.
    pub fn read(self, headers: &HeaderMap, https: bool) -> Option<&str> {
        let name = self.name(https);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The `Set-Cookie` that keeps this value for so many seconds; 0 forgets it.
    pub fn write(self, value: &str, seconds: i64, https: bool) -> Option<HeaderValue> {
        let secure = if https { "; Secure" } else { "" };
        let (name, same_site) = (self.name(https), self.same_site);
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_only_the_cookie_that_browsers_bind_to_this_host_counts() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "atalaya-session=planted; __Host-atalaya=real".parse().unwrap());
        assert_eq!(SESSION.read(&headers, true), Some("real"));
        assert_eq!(SESSION.read(&headers, false), Some("planted"));
        assert_eq!(FORM.read(&headers, true), None);
        assert_eq!(
            SESSION.write("v", 43200, true).unwrap(),
            "__Host-atalaya=v; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(SESSION.write("", 0, false).unwrap(), "atalaya-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}
