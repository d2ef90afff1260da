//! Whose data a query may touch.

/// One organisation, proven: only authentication, a verified device and commands beside the data make one. Every
/// query takes one, so that none can forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(u32);

impl Scope {
    /// The scope of an organisation that somebody proved to belong to.
    pub(crate) const fn proven(org: u32) -> Self {
        Self(org)
    }

    /// The organisation's number.
    pub const fn org(self) -> u32 {
        self.0
    }
}
