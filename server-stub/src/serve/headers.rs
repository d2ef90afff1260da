//! What every answer carries, so that a browser keeps to what the pages need.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::api::wire::ForAgents;

/// Nothing is loaded or sent but from and to this very server; nothing inline; nobody may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                                       form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers of every answer that a browser may show.
static FOR_BROWSERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// Adds them. What is not said to be kept is not kept: pages show who is signed in.
pub(super) fn add(response: &mut Response, https: bool) {
    let agents = response.extensions().get::<ForAgents>().is_some();
    let headers = response.headers_mut();
    headers.reserve(FOR_BROWSERS.len() + 3);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if agents {
        return;
    }
    for (name, value) in &FOR_BROWSERS {
        headers.insert(name.clone(), value.clone());
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
