//! What a device is told that is not here any more.

use agent_core::wire::id::DeviceId;
use rusqlite::Connection;

use crate::{api::problem::ProblemCode, judging::closing, scope::Scope, store::StoreError};

/// It left by itself, or it was closed; then it may enrol again.
pub(super) fn gone(connection: &Connection, scope: Scope, device: DeviceId) -> Result<ProblemCode, StoreError> {
    let closed = closing(connection, scope, device)?.is_some();
    Ok(if closed { ProblemCode::DeviceClosed } else { ProblemCode::DeviceLeft })
}
