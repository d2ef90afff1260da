//! What an administrator hands out: a server and a token, apart or as one link.

use agent_core::client;

use crate::error::AgentError;

/// Where to enrol, and with what. The token is a secret: it is not shown, logged or kept in backups.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Display)]
pub struct Invitation {
    /// The server's address; the person confirms it before anything is sent.
    pub server: String,
    /// The token.
    pub token: String,
}

/// What may be printed of it.
impl std::fmt::Display for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invitation({})", self.server)
    }
}

impl From<client::Invitation> for Invitation {
    fn from(invitation: client::Invitation) -> Self {
        let client::Invitation { server, token } = invitation;
        Self { server, token }
    }
}

/// Reads a link such as `https://atalaya.example.com/enrol#TOKEN`, or a token beside its server's address.
#[expect(clippy::needless_pass_by_value, reason = "what crosses is handed over")]
#[uniffi::export]
pub fn read_invitation(given: String, server: Option<String>) -> Result<Invitation, AgentError> {
    let read = client::Invitation::of(server.as_deref(), &given);
    Ok(read.map_err(|error| AgentError::BadInput { reason: error.to_string() })?.into())
}
