//! What device management sends, under the source's key, and which of its devices are enrolled.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Json,
    routing::{get, post},
};

use super::problem::{self, Problem, ProblemCode};
use crate::{
    access::{Act, ApiCaller, Peer, limits::Subject},
    judging::managed_changed,
    mdm::{self, Coverage, Source},
    scope::Scope,
    server::Server,
};

/// The largest message, in bytes.
const LARGEST_MESSAGE: usize = 1024 * 1024;

/// The calls.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/v1/mdm/coverage", get(coverage))
        .route("/v1/mdm/{organisation}/{source}", post(message))
        .layer(DefaultBodyLimit::max(LARGEST_MESSAGE))
}

/// Management's devices against those that are enrolled: how many, and which are missing.
#[utoipa::path(get, path = "/v1/mdm/coverage", tag = "fleet", security(("token" = [])),
    responses((status = 200, body = Object), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn coverage(State(server): State<Arc<Server>>, caller: ApiCaller) -> Result<Json<Coverage>, Problem> {
    caller.may(Act::SeeFleet)?;
    let scope = caller.scope;
    Ok(Json(server.store.read(move |connection| mdm::coverage(connection, scope)).await?))
}

/// Takes in a message of device management: a webhook of NanoMDM or MicroMDM, or a document of the source's kind.
/// Signed with the source's own key, or with the key as the password of `Authorization: Basic`; messages may come in any
/// order and more than once.
#[utoipa::path(post, path = "/v1/mdm/{organisation}/{source}", tag = "fleet",
    request_body(content = Object, description = "The message as it is sent, at most 1 MiB."),
    params(("organisation" = u32, Path, description = "The organisation's number."), ("source" = String, Path, description = "The source's name."),
           ("X-Hmac-Signature" = Option<String>, Header, description = "HMAC-SHA-256 of the body under the source's key, base64.")),
    responses((status = 200, description = "Taken in, or about nothing that is kept. No body."), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json"), (status = 503, body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn message(
    State(server): State<Arc<Server>>,
    peer: Peer,
    Path((organisation, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let Some((scope, source)) = signed(&server, &organisation, name, &headers, &body).await? else {
        server.limits.count(Subject::Stranger(peer.address))?;
        metrics::counter!("atalaya_mdm_messages_total", "outcome" => "refused").increment(1);
        return Err(ProblemCode::InventoryUnsigned.into());
    };
    // Senders neither read what is answered nor send again, and take anything but 200 for a failure.
    let now = server.now();
    let found = match source.kind.parse(&body, source.lists) {
        Ok(found) => found,
        Err(error) => {
            let why = error.to_string();
            let kept = why.clone();
            let told = move |connection: &_| mdm::failed(connection, scope, &source.name, &kept, now);
            server.store.write(told).await?;
            metrics::counter!("atalaya_mdm_messages_total", "outcome" => "malformed").increment(1);
            return Err(ProblemCode::MalformedRequest.detail(why));
        }
    };
    let outcome = if found.inventories.is_empty() { "ignored" } else { "taken" };
    let taken = server.store.commit(move |connection, desk| {
        let imported = mdm::take_in(connection, scope, &source.name, found, now)?;
        managed_changed(connection, desk, scope, &imported.changed, now)
    });
    taken.await?;
    metrics::counter!("atalaya_mdm_messages_total", "outcome" => outcome).increment(1);
    Ok(StatusCode::OK)
}

/// The source whose key signed the body, or came as the address's password.
async fn signed(
    server: &Server,
    organisation: &str,
    name: String,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<(Scope, Source)>, Problem> {
    let Ok(organisation) = organisation.parse() else { return Ok(None) };
    // The source's key proves whose scope this is, below.
    let scope = Scope::proven(organisation);
    let called = name.clone();
    let source = server.store.read(move |connection| mdm::find(connection, scope, &called)).await?;
    // An unknown source takes as long as a wrong signature.
    let number = source.as_ref().map_or(1, |source| source.secret_number);
    let secret = mdm::secret(&server.keys, scope, &name, number);
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    let fits = match text(HeaderName::from_static(mdm::HEADER)) {
        Some(signature) => mdm::fits(&secret, body, signature),
        None => text(header::AUTHORIZATION).is_some_and(|sent| mdm::is_password(&secret, sent)),
    };
    Ok(source.filter(|_| fits).map(|source| (scope, source)))
}
