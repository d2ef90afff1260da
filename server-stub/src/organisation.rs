//! Whose data it is: every row belongs to an organisation, and every query takes a [`Scope`].

use serde::{Deserialize, Serialize};

/// The number of an organisation on this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrganisationId(pub u32);

/// Leave to look into one organisation. Only authentication makes one: of a person's session, of an API
/// token, of a device's verified signature, or of the operator at the machine's own command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    organisation: OrganisationId,
}

impl Scope {
    /// To be called by what has just authenticated somebody for this organisation, and by nothing else;
    /// a test lists the callers.
    pub(crate) const fn authenticated(organisation: OrganisationId) -> Self {
        Self { organisation }
    }

    /// The organisation.
    pub const fn organisation(self) -> OrganisationId {
        self.organisation
    }
}
