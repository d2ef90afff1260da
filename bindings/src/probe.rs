//! The port through which the device is read.

use crate::{fact::WantedFacts, facts::Facts, shell_error::ShellError};

/// What reads the device.
#[uniffi::export(foreign)]
pub trait DeviceProbe: Send + Sync {
    /// Reads what is wanted and nothing else. One call for each check or report, on the caller's thread. A fact that cannot
    /// be read is `Unknown` with its reason; an error is for when nothing could be read at all.
    fn facts(&self, wanted: WantedFacts) -> Result<Facts, ShellError>;
}
