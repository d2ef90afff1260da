//! Who does something, as the audit log and the access log name them.

use std::fmt;

/// Who does something. Printed without a name or an address: a user's row can be erased, the logs stay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in person: `user:3`.
    User {
        /// Their organisation.
        org: u32,
        /// Their number in it.
        user: u32,
    },
    /// A script: `api-token:grafana`.
    ApiToken {
        /// The token's name.
        name: String,
    },
    /// Whoever ran a command on the server's machine: `local`.
    Local,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { user, .. } => write!(f, "user:{user}"),
            Self::ApiToken { name } => write!(f, "api-token:{name}"),
            Self::Local => f.write_str("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_named_by_number_never_by_person() {
        assert_eq!(Actor::User { org: 1, user: 3 }.to_string(), "user:3");
        assert_eq!(Actor::ApiToken { name: "grafana".into() }.to_string(), "api-token:grafana");
        assert_eq!(Actor::Local.to_string(), "local");
    }
}
