//! What the server answers over HTTP, and how it refuses.

use std::sync::Arc;

use axum::Router;

use crate::{access, server::Server};

mod audit;
pub mod problem;
pub mod wire;

/// Everything that the server answers.
pub fn router(server: Arc<Server>) -> Router {
    Router::new().merge(wire::routes()).merge(access::routes()).merge(audit::routes()).with_state(server)
}
