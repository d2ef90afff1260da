//! What a command finds around it: clock, file system, zone, network.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::probe::Root;
use crate::{client::Transport, clock::Clock};

/// What a command finds around it.
pub(super) struct World {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) root: Root,
    pub(super) zone: TimeZone,
    /// What carries requests; none: the network.
    pub(super) transport: Option<Arc<dyn Transport>>,
}
