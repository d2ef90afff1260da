//! What leaving came to: whether the company knows that the person left.

/// What leaving came to. The phone has forgotten its enrolment in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The company has been told.
    Told,
    /// The company had closed this device's enrolment before, so there is nothing to tell.
    Closed,
    /// The company cannot be told by this device: its key is gone, or the server does not know it any more.
    Untold,
}
