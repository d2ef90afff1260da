//! Refusals: RFC 9457 problem details with a stable code. One table holds every code; `docs/errors.md` is made of it.

use agent_core::wire::problem::Problem as Body;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::store::StoreError;

/// A stable code. Scripts and agents rely on the spelling and on the status: both are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table below says what each means, and `docs/errors.md` shows it")]
pub enum ProblemCode {
    MalformedRequest,
    MalformedEnvelope,
    FilterInvalid,
    Unauthorised,
    InventoryUnsigned,
    SignatureInvalid,
    UnknownKey,
    AudienceMismatch,
    ChallengeInvalid,
    EnrolmentRefused,
    AttestationRequired,
    DeviceClosed,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    ReportSequenceConflict,
    ReportSequencePassed,
    FullReportRequired,
    StatementNumberConflict,
    StatementNumberPassed,
    DeviceLeft,
    BodyTooLarge,
    UnsupportedMediaType,
    FieldNotAllowed,
    SchemaUnsupported,
    TooManyRequests,
    Internal,
    StorageFull,
    NotReady,
}

/// A refusal (RFC 9457). `code` is stable; `docs/errors.md` lists them all.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct ProblemDocument {
    #[schema(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    code: String,
    detail: Option<String>,
}

/// What the table says about one code.
#[derive(Debug, Clone, Copy)]
struct Row {
    status: u16,
    code: &'static str,
    title: &'static str,
    when: &'static str,
    remedy: &'static str,
}

const fn row(status: u16, code: &'static str, title: &'static str, when: &'static str, remedy: &'static str) -> Row {
    Row { status, code, title, when, remedy }
}

impl ProblemCode {
    /// Every code, by status.
    pub const ALL: [Self; 30] = [
        Self::MalformedRequest,
        Self::MalformedEnvelope,
        Self::FilterInvalid,
        Self::Unauthorised,
        Self::InventoryUnsigned,
        Self::SignatureInvalid,
        Self::UnknownKey,
        Self::AudienceMismatch,
        Self::ChallengeInvalid,
        Self::EnrolmentRefused,
        Self::AttestationRequired,
        Self::DeviceClosed,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::ReportSequenceConflict,
        Self::ReportSequencePassed,
        Self::FullReportRequired,
        Self::StatementNumberConflict,
        Self::StatementNumberPassed,
        Self::DeviceLeft,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::FieldNotAllowed,
        Self::SchemaUnsupported,
        Self::TooManyRequests,
        Self::Internal,
        Self::StorageFull,
        Self::NotReady,
    ];

    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status that always goes with it.
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// What is wrong, in a few words.
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// The problem with this code that says more about this occurrence. Never personal data.
    pub fn detail(self, detail: impl Into<String>) -> Problem {
        Problem { detail: Some(detail.into()), ..Problem::from(self) }
    }

    /// The problem with this code that may be gone after so many seconds.
    pub fn retry_after(self, seconds: u32) -> Problem {
        Problem { retry_after: Some(seconds), ..Problem::from(self) }
    }

    /// In which case it is answered.
    pub const fn when(self) -> &'static str {
        self.row().when
    }

    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        self.row().remedy
    }

    #[expect(clippy::too_many_lines, reason = "it is the table")]
    const fn row(self) -> Row {
        match self {
            Self::MalformedRequest => row(
                400,
                "malformed-request",
                "The request cannot be read",
                "The body is not the JSON document that this call takes, or a parameter is not of its form.",
                "Compare with `/v1/openapi.json`. Sending the same again will not help.",
            ),
            Self::MalformedEnvelope => row(
                400,
                "malformed-envelope",
                "The envelope cannot be read",
                "The body is not a JWS in compact form, its header is not the fixed one, its base64url is not canonical, or its payload has a member twice.",
                "Update the agent. Sending the same again will not help.",
            ),
            Self::FilterInvalid => row(
                400,
                "filter-invalid",
                "The filter cannot be used",
                "A filter, sort order, cursor or time in the query is unknown or not of its form.",
                "The detail names the parameter and what it takes.",
            ),
            Self::Unauthorised => row(
                401,
                "unauthorised",
                "Sign in or send an API token",
                "There is no session and no `Authorization: Bearer` token, or it is unknown, expired or revoked. These are not told apart.",
                "Sign in again, or make a token with `atalaya api-token create`.",
            ),
            Self::InventoryUnsigned => row(
                401,
                "inventory-unsigned",
                "The inventory is not signed by its source",
                "The organisation or the source is unknown, or `X-Hmac-Signature` is not the HMAC-SHA-256 of the body under the source's key, or there is neither that header nor the key as the address's password. These are not told apart.",
                "Give the sender the address and the key that `atalaya mdm source secret NAME` prints.",
            ),
            Self::SignatureInvalid => row(
                403,
                "signature-invalid",
                "The signature does not fit",
                "The envelope was not signed by the key that it names, was changed on its way, is of another type than this call takes, or its ES256 signature is not in its low form.",
                "Sending the same again will not help. If it lasts, something between agent and server changes what passes.",
            ),
            Self::UnknownKey => row(
                403,
                "unknown-key",
                "No device has this key",
                "No device is enrolled here with the key that the envelope names.",
                "Enrol the device, or send the report to the server where it is enrolled.",
            ),
            Self::AudienceMismatch => row(
                403,
                "audience-mismatch",
                "The message is for somebody else",
                "The message was signed for another server, organisation or device.",
                "Enrol the device with this server.",
            ),
            Self::ChallengeInvalid => row(
                403,
                "challenge-invalid",
                "The challenge is not one of ours",
                "The challenge was made for another device or token, by another server, or is too old for this call.",
                "Get a new challenge from `/v1/challenges`, sign again and send.",
            ),
            Self::EnrolmentRefused => row(
                403,
                "enrolment-refused",
                "The enrolment token cannot be used",
                "The token is unknown, expired, revoked or used up. These are not told apart.",
                "Ask whoever handed it out for a new one: `atalaya token create`.",
            ),
            Self::AttestationRequired => row(
                403,
                "attestation-required",
                "The key does not prove where it lives",
                "The policy of this group lets in only devices whose key is proved to live in secure hardware, and the evidence is missing or does not prove it. The detail lists the reasons.",
                "`docs/attestation.md` tells each reason. A device without secure hardware needs a token of another group.",
            ),
            Self::DeviceClosed => row(
                403,
                "device-closed",
                "This device was closed",
                "An administrator closed the device, or its key was replaced by a newer one.",
                "Ask IT; enrol again with a new token if it should report.",
            ),
            Self::Forbidden => row(
                403,
                "forbidden",
                "The role does not allow it",
                "The session or API token is valid, but its role may not do this, or a form came without the token of its session.",
                "Ask an owner of the organisation.",
            ),
            Self::NotFound => row(
                404,
                "not-found",
                "There is nothing here",
                "No such path, or no such device in this organisation.",
                "Check the address; `/v1/openapi.json` lists every call.",
            ),
            Self::MethodNotAllowed => row(
                405,
                "method-not-allowed",
                "This path takes another method",
                "The path exists, the method does not.",
                "The `Allow` header names the methods; `/v1/openapi.json` lists every call.",
            ),
            Self::RequestTimeout => row(
                408,
                "request-timeout",
                "The request took too long",
                "The body did not arrive in time, or the answer was not ready in time.",
                "Send it again: every call is safe to repeat.",
            ),
            Self::ReportSequenceConflict => row(
                409,
                "report-sequence-conflict",
                "Another report has this sequence number",
                "This device already sent other bytes under this number. Nothing more is told; IT sees a finding.",
                "Drop the report. If the device was restored from a copy, enrol it again.",
            ),
            Self::ReportSequencePassed => row(
                409,
                "report-sequence-passed",
                "A later report has been received",
                "The sequence number was never received and is lower than the last that was: it stays a gap.",
                "Drop the report and go on with the next number.",
            ),
            Self::FullReportRequired => row(
                409,
                "full-report-required",
                "A full report is needed",
                "An `unchanged` report names a full report that is not, or no longer, the last one of this device.",
                "Drop the report and send a full one under the next number.",
            ),
            Self::StatementNumberConflict => row(
                409,
                "statement-number-conflict",
                "Another statement has this number",
                "This device already sent other bytes under this number. Nothing more is told; IT sees a finding.",
                "Drop the statement. If the device was restored from a copy, enrol it again.",
            ),
            Self::StatementNumberPassed => row(
                409,
                "statement-number-passed",
                "A later statement has been received",
                "The number was never received and is lower than the last that was: it stays a gap.",
                "Drop the statement and let the person say it again under the next number.",
            ),
            Self::DeviceLeft => row(
                410,
                "device-left",
                "This device has left",
                "The device withdrew or its data was erased.",
                "Stop reporting and delete the key. To come back it needs a new token and the person's consent.",
            ),
            Self::BodyTooLarge => row(
                413,
                "body-too-large",
                "The body is too large",
                "The body is over 64 KiB, or over 1 MiB for a batch of reports.",
                "Send less at once.",
            ),
            Self::UnsupportedMediaType => row(
                415,
                "unsupported-media-type",
                "The body is of another type",
                "Envelopes are `application/jose`, everything else is `application/json`.",
                "Set `Content-Type`.",
            ),
            Self::FieldNotAllowed => row(
                422,
                "field-not-allowed",
                "The message holds a field that is not allowed",
                "The report or statement has a field outside its allow-list, or beyond its limits. Nothing of it was kept.",
                "Update the agent; `docs/privacy.md` lists what reports and statements may hold.",
            ),
            Self::SchemaUnsupported => row(
                422,
                "schema-unsupported",
                "The report's schema is not spoken here",
                "The report or the enrolment offers only schema versions that this server does not know.",
                "Update the agent, or the server if it is the older one.",
            ),
            Self::TooManyRequests => row(
                429,
                "too-many-requests",
                "Too many requests",
                "This token, device, account or address asked too often.",
                "Wait as many seconds as `Retry-After` says.",
            ),
            Self::Internal => row(
                500,
                "internal",
                "Something went wrong here",
                "A fault of the server. Nothing was acknowledged.",
                "Send it again later; the server's log names the fault.",
            ),
            Self::StorageFull => row(
                503,
                "storage-full",
                "The server's disk is full",
                "There is no room to keep what was sent. Nothing was acknowledged and nothing is lost.",
                "Send it again after `Retry-After`. IT frees disk space; the server recovers by itself.",
            ),
            Self::NotReady => row(
                503,
                "not-ready",
                "The server is not ready",
                "The server starts, stops or is overloaded. Nothing was acknowledged.",
                "Send it again after `Retry-After`.",
            ),
        }
    }
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub code: ProblemCode,
    /// What is wrong this time and what to do. Never personal data.
    pub detail: Option<String>,
    /// After how many seconds asking again may help.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// The JSON body, as a batch also carries it for each envelope.
    pub fn body(&self) -> Body {
        let row = self.code.row();
        Body {
            kind: format!("errors.md#{}", row.code),
            title: row.title.to_owned(),
            status: row.status,
            code: row.code.to_owned(),
            detail: self.detail.clone(),
        }
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self { code, detail: None, retry_after: None }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => ProblemCode::StorageFull.retry_after(60),
            StoreError::Busy | StoreError::Closed | StoreError::Disk(_) => ProblemCode::NotReady.retry_after(10),
            StoreError::Row { .. } | StoreError::Newer { .. } | StoreError::Sql(_) | StoreError::Open { .. } => {
                tracing::error!(%error, "a request met a fault of the store");
                ProblemCode::Internal.into()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.code == ProblemCode::Unauthorised {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for ProblemCode {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fmt::Write as _, path::Path};

    use super::*;

    #[test]
    fn every_code_is_spelt_once_and_has_a_status_of_a_refusal() {
        let codes: HashSet<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        for code in ProblemCode::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code:?}");
        }
        assert!(ProblemCode::ALL.is_sorted_by_key(|code| code.status()));
    }

    #[test]
    fn a_refusal_says_code_reason_and_when_to_come_back() {
        let mut problem = ProblemCode::StorageFull.retry_after(30);
        problem.detail = Some("0 bytes are free".to_owned());
        let body = serde_json::to_value(problem.body()).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "errors.md#storage-full", "title": "The server's disk is full", "status": 503,
                "code": "storage-full", "detail": "0 bytes are free"
            })
        );
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
        assert_eq!(ProblemCode::Unauthorised.into_response().headers()[header::WWW_AUTHENTICATE], "Bearer");
    }

    #[test]
    fn the_documentation_lists_exactly_the_codes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
        let made = documentation();
        if std::env::var_os("ATALAYA_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == made, "docs/errors.md is not what the table says; ATALAYA_BLESS=1 cargo test makes it anew");
    }

    fn documentation() -> String {
        let mut text = String::from(
            "# Errors\n\n\
             Every refusal of the API is a problem document (RFC 9457, `application/problem+json`) with a `code` that stays\n\
             the same from version to version. This page is made from the table in `server-stub/src/api/problem.rs`, and a\n\
             test compares them: change the table, then run `ATALAYA_BLESS=1 cargo test -p server-stub --lib problem`.\n\n\
             The `detail` of a problem, where it has one, says what is wrong this time. It never holds personal data.\n\
             A problem that may pass by itself carries `Retry-After` in seconds.\n\n\
             | status | code | what it says |\n|---|---|---|\n",
        );
        for code in ProblemCode::ALL {
            let row = code.row();
            let _ = writeln!(text, "| {} | [`{2}`](#{2}) | {} |", row.status, row.title, row.code);
        }
        for code in ProblemCode::ALL {
            let row = code.row();
            let _ = write!(
                text,
                "\n## {}\n\n{} ({}).\n\n- When: {}\n- What to do: {}\n",
                row.code, row.title, row.status, row.when, row.remedy
            );
        }
        text
    }
}
