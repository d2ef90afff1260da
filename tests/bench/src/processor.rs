//! Time on a processor, which other work on the machine does not lengthen.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::outcome::Failure;

/// How long this thread was on a processor.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
pub(crate) fn on_processor() -> Result<Duration, Failure> {
    Ok(clock_gettime(ClockId::ThreadCPUTime).try_into()?)
}
