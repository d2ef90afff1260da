//! A request and its answer as headers, for whatever HTTP stack carries them.

use std::time::Duration;

use super::{LONGEST_ANSWER, Request, Response, TransportError};

/// Until the whole answer is here. Batches of 1 MiB pass in this time at 250 kbit/s.
pub const WHOLE: Duration = Duration::from_mins(1);

impl Request {
    /// The headers that it goes with.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("accept", "application/jose, application/json, application/problem+json".to_owned())];
        if let Some((content, _)) = &self.body {
            headers.push(("content-type", content.as_str().to_owned()));
        }
        if let Some(etag) = &self.if_none_match {
            headers.push(("if-none-match", etag.clone()));
        }
        if let Some(proof) = &self.proof {
            headers.push(("authorization", format!("Proof {proof}")));
        }
        headers
    }
}

impl Response {
    /// What came back. Of a header that came twice the first counts.
    pub fn of(status: u16, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Self, TransportError> {
        if body.len() > LONGEST_ANSWER {
            return Err(TransportError::TooLong);
        }
        let header =
            |name: &str| headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let retry_after = header("retry-after").and_then(|asked| retry_after(asked, header("date")));
        Ok(Self { status, body, etag: header("etag").map(str::to_owned), retry_after })
    }
}

/// Seconds, or a date that is compared with the answer's own date, so that no clock of this device matters.
fn retry_after(asked: &str, date: Option<&str>) -> Option<Duration> {
    let asked = asked.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wait = moment(asked)?.duration_since(moment(date?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{ContentType, Method},
        *,
    };

    #[test]
    fn a_request_names_what_it_carries_and_who_asks() {
        let post = Request::post("/v1/reports", ContentType::Jose, b"a.b.c".to_vec());
        let names = |request: &Request| request.headers().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&post), ["accept", "content-type"]);
        let get = Request {
            method: Method::Get,
            path: "/v1/policy".into(),
            body: None,
            if_none_match: Some("\"p7\"".into()),
            proof: Some("a.b.c".into()),
        };
        assert_eq!(names(&get), ["accept", "if-none-match", "authorization"]);
        assert_eq!(get.headers()[2].1, "Proof a.b.c");
    }

    #[test]
    fn an_answer_is_read_whatever_the_case_of_its_headers() {
        let headers = [("ETag", "\"p7\""), ("RETRY-AFTER", "120"), ("etag", "\"p8\"")];
        let response = Response::of(304, &headers, Vec::new()).unwrap();
        let retry_after = Some(Duration::from_mins(2));
        assert_eq!(response, Response { status: 304, body: Vec::new(), etag: Some("\"p7\"".into()), retry_after });
        let long = vec![0; LONGEST_ANSWER + 1];
        assert_eq!(Response::of(200, &[], long), Err(TransportError::TooLong));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let seconds =
            |asked: &str| retry_after(asked, Some("Tue, 24 Nov 2026 09:00:00 GMT")).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Tue, 24 Nov 2026 09:02:00 GMT"), Some(120));
        assert_eq!(seconds("Tue, 24 Nov 2026 08:00:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        assert_eq!(retry_after("Tue, 24 Nov 2026 09:02:00 GMT", None), None);
    }
}
