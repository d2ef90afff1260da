//! What the server answers over HTTP, and how it refuses.

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::{access, server::Server};

mod audit;
#[cfg(test)]
mod closing_tests;
mod export;
pub mod fleet;
mod mdm;
mod openapi;
pub mod pages;
pub mod problem;
#[cfg(test)]
mod quarantine_tests;
#[cfg(test)]
mod tests;
pub mod wire;

/// Everything that the server answers.
pub fn router(server: Arc<Server>) -> Router {
    Router::new()
        .merge(wire::routes())
        .merge(mdm::routes())
        .merge(fleet::routes())
        .route("/v1/openapi.json", get(openapi::document))
        .merge(audit::routes())
        .merge(pages::routes())
        .merge(access::routes())
        .with_state(server)
}
