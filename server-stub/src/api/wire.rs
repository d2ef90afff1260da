//! What devices call: challenges, enrolments, reports, statements, and their signed policy, catalogue and keys.

use std::sync::Arc;

use agent_core::wire::{
    envelope::from_hex,
    evidence::EvidenceReceipt,
    message::{Acknowledgement, Batch, BatchAnswer, BatchItem, ChallengeAnswer, ChallengeRequest},
    statement::{Content, Receipt},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, StatusCode, header},
    middleware::map_response,
    response::{IntoResponse, Json, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::problem::{Problem, ProblemCode};
use crate::{
    access::{Peer, limits::Subject},
    intake::{
        self, Outcome, Outgoing, VerifiedReport,
        challenge::{self, Subject as For},
        enrolment,
        served::{self, Served},
        statement::VerifiedStatement,
    },
    scope::Scope,
    server::Server,
    store::cut,
};

/// The largest body of a call, in bytes, and of a batch.
pub const LARGEST_BODY: usize = 64 * 1024;
/// The largest body of a batch, in bytes.
pub const LARGEST_BATCH: usize = 1024 * 1024;
/// How many envelopes a batch holds at most.
const LARGEST_COUNT: usize = 500;
/// The media type of an envelope.
pub const JOSE: &str = "application/jose";

/// Marks an answer that only agents read: what a browser is told besides would cost a phone more bytes than its report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForAgents;

async fn for_agents(mut response: Response) -> Response {
    response.extensions_mut().insert(ForAgents);
    response
}

/// The calls of devices.
pub fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/v1/challenges", post(challenges))
        .route("/v1/enrolments", post(enrolments))
        .route("/v1/reports", post(reports))
        .route("/v1/statements", post(statements))
        .route("/v1/attestations", post(attestations))
        .route("/v1/policy", get(policy))
        .route("/v1/catalogue", get(catalogue))
        .route("/v1/keys", get(keys).post(rotations))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .merge(Router::new().route("/v1/reports/batch", post(batch)).layer(DefaultBodyLimit::max(LARGEST_BATCH)))
        .layer(map_response(for_agents))
}

async fn challenges(
    State(server): State<Arc<Server>>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ChallengeAnswer>, Problem> {
    server.limits.count(Subject::Stranger(peer.address))?;
    let now = cut(server.now());
    let (scope, subject) = match json::<ChallengeRequest>(&headers, &body)? {
        ChallengeRequest::Device(device) => (Scope::proven(device.organisation()), For::Device(device)),
        ChallengeRequest::TokenHash(text) => {
            let hash: [u8; 32] = from_hex(&text)
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| ProblemCode::MalformedRequest.detail("`tokenHash` is 64 hexadecimal digits"))?;
            (enrolment::organisation_of(&server, hash).await?, For::Token(hash))
        }
    };
    let challenge = challenge::issue(&server.keys, subject, now);
    Ok(Json(ChallengeAnswer { challenge, audience: server.audience(scope), server_time: now }))
}

async fn enrolments(
    State(server): State<Arc<Server>>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let envelope = envelope(&headers, &body)?;
    let now = server.now();
    server.limits.count(Subject::Stranger(peer.address))?;
    let verified = enrolment::verify(&server, &envelope, now)?;
    server.limits.count(Subject::Enrolment(verified.token_hash()))?;
    let answer = enrolment::enrol(&server, verified, now).await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// What a device says beside its report.
#[derive(Deserialize)]
struct Held {
    /// The tag of the posture that it holds.
    posture: Option<String>,
}

async fn reports(
    State(server): State<Arc<Server>>,
    Query(held): Query<Held>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Acknowledgement<Outgoing>>, Problem> {
    let verified = verify(&server, envelope(&headers, &body)?).await?;
    let mut outcomes = commit(&server, vec![verified]).await?;
    let mut acknowledgement = outcomes.pop().ok_or(ProblemCode::Internal)??;
    intake::spare(&mut acknowledgement, held.posture.as_deref());
    Ok(Json(acknowledgement))
}

/// Takes in what a person says; what is acknowledged is on the disk.
async fn statements(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Receipt>, Problem> {
    let verified = intake::statement::verify(&server, envelope(&headers, &body)?).await?;
    if verified.is_rotation() {
        return Err(ProblemCode::MalformedRequest.detail("a key rotation goes to `POST /v1/keys`"));
    }
    take_in(&server, verified).await
}

/// Takes in the statement by which another key takes the place of the device's.
async fn rotations(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Receipt>, Problem> {
    let verified = intake::statement::verify(&server, envelope(&headers, &body)?).await?;
    if !verified.is_rotation() {
        return Err(ProblemCode::MalformedRequest.detail("only a key rotation goes here; see `POST /v1/statements`"));
    }
    take_in(&server, verified).await
}

/// Takes in fresh evidence for the device's key.
async fn attestations(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<EvidenceReceipt>, Problem> {
    let verified = intake::evidence::verify(&server, envelope(&headers, &body)?).await?;
    server.limits.count(Subject::Device(&verified.registered.device.to_bytes()))?;
    let received_at = server.now();
    let taken =
        server.store.commit(move |connection, desk| intake::evidence::commit(connection, desk, &verified, received_at));
    let outcome = taken.await?;
    let told = match &outcome {
        Ok(receipt) if receipt.proved => "proved",
        Ok(_) => "not-proved",
        Err(problem) => problem.code.as_str(),
    };
    metrics::counter!("atalaya_attestations_total", "outcome" => told).increment(1);
    Ok(Json(outcome?))
}

async fn take_in(server: &Arc<Server>, verified: VerifiedStatement) -> Result<Json<Receipt>, Problem> {
    server.limits.count(Subject::Device(&verified.statement.device.to_bytes()))?;
    let (state, received_at) = (Arc::clone(server), server.now());
    let key = verified.registered.key.thumbprint().to_owned();
    // What is known of the key changes with it.
    let changes = verified.is_rotation() || verified.statement.content == (Content::Withdrawal {});
    let outcome = server
        .store
        .commit(move |connection, desk| {
            intake::statement::commit(connection, desk, &state.keys, &verified, received_at)
        })
        .await?;
    if changes {
        server.registry.forget(&key);
    }
    let told = outcome.as_ref().map_or_else(|problem| problem.code.as_str(), |_| "acknowledged");
    metrics::counter!("atalaya_statements_total", "outcome" => told).increment(1);
    Ok(Json(outcome?))
}

async fn batch(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<BatchAnswer<Outgoing>>, Problem> {
    let batch: Batch = json(&headers, &body)?;
    if batch.envelopes.len() > LARGEST_COUNT {
        return Err(ProblemCode::BodyTooLarge.detail(format!("a batch holds at most {LARGEST_COUNT} envelopes")));
    }
    let mut answers = Vec::with_capacity(batch.envelopes.len());
    let mut verified = Vec::with_capacity(batch.envelopes.len());
    for envelope in batch.envelopes {
        match verify(&server, envelope).await {
            Ok(report) => {
                verified.push(report);
                answers.push(None);
            }
            Err(problem) => answers.push(Some(problem)),
        }
    }
    let mut outcomes = commit(&server, verified).await?.into_iter();
    let answers = answers.into_iter().map(|refused| match refused {
        Some(problem) => BatchItem::Refused(problem.body()),
        None => match outcomes.next() {
            Some(Ok(acknowledgement)) => BatchItem::Acknowledged(Box::new(acknowledgement)),
            Some(Err(problem)) => BatchItem::Refused(problem.body()),
            None => BatchItem::Refused(Problem::from(ProblemCode::Internal).body()),
        },
    });
    Ok(Json(BatchAnswer { answers: answers.collect() }))
}

/// Verifies a report, and counts it for its device: only what the device has signed counts for it.
async fn verify(server: &Server, envelope: String) -> Result<VerifiedReport, Problem> {
    let verified = intake::verify(server, envelope).await?;
    server.limits.count(Subject::Device(&verified.report.device.to_bytes()))?;
    Ok(verified)
}

/// Hands reports to the committer together, in their order; returns when they are on the disk.
async fn commit(server: &Arc<Server>, verified: Vec<VerifiedReport>) -> Result<Vec<Outcome>, Problem> {
    let (state, received_at) = (Arc::clone(server), server.now());
    let outcomes = server
        .store
        .commit(move |connection, desk| {
            verified
                .iter()
                .map(|report| intake::commit(connection, desk, &state.keys, report, received_at))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    for outcome in &outcomes {
        let told = outcome.as_ref().map_or_else(|problem| problem.code.as_str(), |_| "acknowledged");
        metrics::counter!("atalaya_reports_total", "outcome" => told).increment(1);
    }
    Ok(outcomes)
}

async fn policy(State(server): State<Arc<Server>>, headers: HeaderMap) -> Result<Response, Problem> {
    let device = intake::verify_proof(&server, proof(&headers), ("GET", "/v1/policy"), &[]).await?;
    let scope = device.scope;
    let rules = server.store.read(move |connection| served::rules(connection, scope)).await?;
    let document = served::policy(&server, &rules, &device, server.now()).map_err(|_| ProblemCode::Internal)?;
    Ok(answer(&headers, document))
}

async fn catalogue(State(server): State<Arc<Server>>, headers: HeaderMap) -> Result<Response, Problem> {
    let device = intake::verify_proof(&server, proof(&headers), ("GET", "/v1/catalogue"), &[]).await?;
    let scope = device.scope;
    let rules = server.store.read(move |connection| served::rules(connection, scope)).await?;
    let document = served::catalogue(&server, &rules, scope).map_err(|_| ProblemCode::Internal)?;
    Ok(answer(&headers, document))
}

async fn keys(State(server): State<Arc<Server>>, headers: HeaderMap) -> Result<Response, Problem> {
    let device = intake::verify_proof(&server, proof(&headers), ("GET", "/v1/keys"), &[]).await?;
    let document = served::keys(&server, device.scope, cut(server.now())).map_err(|_| ProblemCode::Internal)?;
    Ok(answer(&headers, document))
}

/// A signed document, or 304 where the caller holds it.
fn answer(headers: &HeaderMap, served: Served) -> Response {
    let held = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_held = held.is_some_and(|held| held.split(',').any(|tag| tag.trim() == served.etag));
    let tag = [(header::ETAG, served.etag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_held {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    (tag, [(header::CONTENT_TYPE, JOSE)], served.envelope).into_response()
}

fn proof(headers: &HeaderMap) -> &str {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is(headers: &HeaderMap, media_type: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(media_type))
}

fn envelope(headers: &HeaderMap, body: &Bytes) -> Result<String, Problem> {
    if !is(headers, JOSE) {
        return Err(ProblemCode::UnsupportedMediaType.into());
    }
    let text = std::str::from_utf8(body).map_err(|_| ProblemCode::MalformedEnvelope)?;
    Ok(text.to_owned())
}

fn json<T: serde::de::DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Problem> {
    if !is(headers, "application/json") {
        return Err(ProblemCode::UnsupportedMediaType.into());
    }
    serde_json::from_slice(body).map_err(|error| {
        // Places are told, values are not: they may be anything.
        ProblemCode::MalformedRequest.detail(format!("line {}, column {}", error.line(), error.column()))
    })
}
