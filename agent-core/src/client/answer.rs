//! What an answer means for the one who asked: done, later, never, or not from an Atalaya server at all.
//!
//! A report is only ever given up because a problem document with a code says so. A page of a café's sign-in, a
//! proxy's error or a server that lost its database must not cost a report.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{error::AgentError, transport::Response};
use crate::wire::problem::Problem;

/// Why it is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It may come through later; the server may ask for a wait.
    Later(AgentError, Option<Duration>),
    /// This message will never be taken.
    ForGood(Problem),
    /// The device has left the fleet.
    Left,
    /// The company has closed the device. No server opens it again.
    Closed,
    /// The server does not know this device with this key.
    EnrolAgain(String),
}

impl Refusal {
    /// What the person is told.
    pub(super) fn into_error(self) -> AgentError {
        match self {
            Self::Later(error, _) => error,
            Self::ForGood(problem) => refused(&problem),
            Self::Left => AgentError::Left,
            Self::Closed => AgentError::DeviceClosed,
            Self::EnrolAgain(code) => AgentError::EnrolAgain { code },
        }
    }
}

/// The error of a problem document.
pub(super) fn refused(problem: &Problem) -> AgentError {
    let detail = problem.detail.as_deref().map_or_else(String::new, |detail| format!(": {detail}"));
    AgentError::Refused { code: problem.code.clone(), detail: format!("{}{detail}", problem.title) }
}

/// The body of an answer that says yes.
pub(super) fn body(response: &Response) -> Result<&[u8], Refusal> {
    if (200..300).contains(&response.status) {
        return Ok(&response.body);
    }
    let problem: Option<Problem> = serde_json::from_slice(&response.body).ok();
    Err(match problem {
        Some(problem) => of_problem(Problem { status: response.status, ..problem }, response.retry_after),
        None if is_busy(response.status) => {
            Refusal::Later(AgentError::ServerBusy { status: response.status }, response.retry_after)
        }
        None => strange(response.status, "no problem document"),
    })
}

/// The message of an answer that says yes.
pub(super) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Refusal> {
    serde_json::from_slice(body(response)?).map_err(|_| strange(response.status, "not the message that was expected"))
}

/// The envelope of an answer that says yes.
pub(super) fn envelope(response: &Response) -> Result<String, Refusal> {
    let text = std::str::from_utf8(body(response)?).map_err(|_| strange(response.status, "no envelope"))?;
    Ok(text.trim_end().to_owned())
}

/// An answer that no Atalaya server gives.
pub(super) fn strange(status: u16, what: &str) -> Refusal {
    Refusal::Later(AgentError::NotAtalaya { status, what: what.to_owned() }, None)
}

const fn is_busy(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// What a problem document means, alone or in a batch. `docs/errors.md` lists the codes.
pub(super) fn of_problem(problem: Problem, retry_after: Option<Duration>) -> Refusal {
    match (problem.status, problem.code.as_str()) {
        (status, _) if is_busy(status) => Refusal::Later(AgentError::ServerBusy { status }, retry_after),
        (410, _) => Refusal::Left,
        (403, "device-closed") => Refusal::Closed,
        (401, _) | (403, "unknown-key" | "audience-mismatch") => Refusal::EnrolAgain(problem.code),
        (400 | 403 | 409 | 413 | 422, _) => Refusal::ForGood(problem),
        // Wrong path, wrong method, wrong type: something between, or the address, is wrong; not the message.
        (status, _) => Refusal::Later(AgentError::NotAtalaya { status, what: problem.title }, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str) -> Result<Vec<u8>, Refusal> {
        let body = match code {
            "" => b"<html>Welcome to our Wi-Fi</html>".to_vec(),
            code => format!(r#"{{"type":"t","title":"No","status":{status},"code":"{code}"}}"#).into_bytes(),
        };
        super::body(&Response { status, body, ..Response::default() }).map(<[u8]>::to_vec)
    }

    #[test]
    fn only_a_problem_document_gives_a_report_up() {
        for status in [300, 302, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503] {
            assert!(matches!(answer(status, ""), Err(Refusal::Later(..))), "{status}");
        }
        for (status, code) in [
            (400, "malformed-envelope"),
            (403, "signature-invalid"),
            (409, "report-sequence-conflict"),
            (413, "body-too-large"),
            (422, "field-not-allowed"),
        ] {
            assert!(matches!(answer(status, code), Err(Refusal::ForGood(_))), "{status} {code}");
        }
        for (status, code) in [(404, "not-found"), (405, "method-not-allowed"), (415, "unsupported-media-type")] {
            assert!(matches!(answer(status, code), Err(Refusal::Later(..))), "{status} {code}");
        }
        for (status, code) in [(429, "too-many-requests"), (503, "storage-full"), (500, "internal")] {
            assert!(matches!(answer(status, code), Err(Refusal::Later(AgentError::ServerBusy { .. }, _))), "{status}");
        }
        for (status, code) in [(401, "unauthorised"), (403, "unknown-key"), (403, "audience-mismatch")] {
            assert_eq!(answer(status, code), Err(Refusal::EnrolAgain(code.to_owned())));
        }
        assert_eq!(answer(410, "device-left"), Err(Refusal::Left));
        assert_eq!(answer(403, "device-closed"), Err(Refusal::Closed));
    }
}
