//! The description of every call, OpenAPI 3.1, at `/v1/openapi.json`. Calls of scripts describe themselves where they
//! stand; those of devices are described here, their signed bodies as the envelopes that they are.

use axum::response::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{fleet, mdm};

/// `GET /v1/openapi.json`.
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Atalaya",
        description = "Whether the phones that people work with are safe enough for WhatsApp Business.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        fleet::fleet_summary,
        fleet::devices,
        fleet::devices_csv,
        fleet::one_device,
        fleet::device_timeline,
        fleet::all_releases,
        fleet::release_sources,
        fleet::quarantines,
        described::audit,
        mdm::coverage,
        mdm::message,
        wire::challenges,
        wire::enrolments,
        wire::reports,
        wire::batch,
        wire::statements,
        wire::attestations,
        wire::policy,
        wire::catalogue,
        wire::keys
    ),
    tags(
        (name = "fleet", description = "What IT asks, with an API token or a session."),
        (name = "device", description = "What devices call. Envelopes are JWS in compact form (RFC 7515).")
    ),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Calls of scripts whose answers are described coarsely.
#[expect(dead_code, reason = "only its description is used; the handler stands in `api::audit`")]
mod described {
    use super::super::problem::ProblemDocument;

    /// The log of administrative acts, newest first, and where its chain stands. For owners.
    #[utoipa::path(get, path = "/v1/audit", tag = "fleet", security(("token" = [])),
        params(("before" = Option<i64>, Query, description = "Entries before this number."),
               ("limit" = Option<u32>, Query, description = "How many, at most 1000; 100 unless told.")),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn audit() {}
}

/// The calls of devices, as they are described.
#[expect(dead_code, reason = "only their descriptions are used; the handlers stand in `api::wire`")]
mod wire {
    use super::super::problem::ProblemDocument;

    /// A challenge, for a device or for the hash of an enrolment token.
    #[utoipa::path(post, path = "/v1/challenges", tag = "device", request_body(content = Object, description = "`{\"device\": ID}` or `{\"tokenHash\": HEX}`."),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn challenges() {}

    /// Enrols a device: an envelope by the new key over token, challenge and key. Repeating it changes nothing.
    #[utoipa::path(post, path = "/v1/enrolments", tag = "device", request_body(content = String, content_type = "application/jose"),
        responses((status = 201, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn enrolments() {}

    /// Takes in a report; what is acknowledged is on the disk. Repeating it changes nothing.
    #[utoipa::path(post, path = "/v1/reports", tag = "device",
        params(("posture" = Option<String>, Query, description = "The `postureTag` of the posture that the device holds; the answer leaves out one that is still the same.")),
        request_body(content = String, content_type = "application/jose"),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn reports() {}

    /// Takes in several reports; the answer tells of each.
    #[utoipa::path(post, path = "/v1/reports/batch", tag = "device", request_body(content = Object),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn batch() {}

    /// Takes in what a person says; what is acknowledged is on the disk. Repeating it changes nothing.
    #[utoipa::path(post, path = "/v1/statements", tag = "device", request_body(content = String, content_type = "application/jose"),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn statements() {}

    /// Fresh evidence for the device's key, over a challenge of the device: an Android chain, or an App Attest object or
    /// assertion. An assertion counts by the newest attestation of the same key that proves what is asked, with a counter
    /// above the highest that was seen. The answer says whether all that is asked is proved, and why not.
    #[utoipa::path(post, path = "/v1/attestations", tag = "device", request_body(content = String, content_type = "application/jose"),
        responses((status = 200, body = Object), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json"), (status = 503, body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn attestations() {}

    /// The signed policy of the device's group. `Authorization: Proof <envelope>`.
    #[utoipa::path(get, path = "/v1/policy", tag = "device",
        responses((status = 200, body = String, content_type = "application/jose"), (status = 304), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn policy() {}

    /// The signed catalogue of releases. `Authorization: Proof <envelope>`.
    #[utoipa::path(get, path = "/v1/catalogue", tag = "device",
        responses((status = 200, body = String, content_type = "application/jose"), (status = 304), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn catalogue() {}

    /// The server's signed keys, current and next. `Authorization: Proof <envelope>`.
    #[utoipa::path(get, path = "/v1/keys", tag = "device",
        responses((status = 200, body = String, content_type = "application/jose"), (status = 304), (status = "4XX", body = ProblemDocument, content_type = "application/problem+json")))]
    pub(super) fn keys() {}
}
