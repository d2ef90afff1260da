//! Roles, and what each may.

use std::{fmt, str::FromStr};

/// What a user or an API token is to an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// May everything.
    Owner,
    /// May look.
    Viewer,
}

/// Something that a role may or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Look at the fleet, its devices and its rules.
    SeeFleet,
    /// Change what devices are judged by, or which may enrol.
    ChangeFleet,
    /// Invite, change and remove users and API tokens; read the audit log.
    ManageAccess,
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is `owner` or `viewer`")]
pub struct RoleError;

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Owner, Self::Viewer];

    /// The spelling in the store, in commands and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Viewer => "viewer",
        }
    }

    /// Whether this role may do this.
    pub const fn may(self, act: Act) -> bool {
        match act {
            Act::SeeFleet => true,
            Act::ChangeFleet | Act::ManageAccess => matches!(self, Self::Owner),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(RoleError)
    }
}

impl rusqlite::types::FromSql for Role {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|error: RoleError| rusqlite::types::FromSqlError::Other(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_looks_and_changes_nothing() {
        assert!(Role::Viewer.may(Act::SeeFleet));
        assert!(!Role::Viewer.may(Act::ChangeFleet));
        assert!(!Role::Viewer.may(Act::ManageAccess));
        assert!([Act::SeeFleet, Act::ChangeFleet, Act::ManageAccess].into_iter().all(|act| Role::Owner.may(act)));
    }

    #[test]
    fn a_role_prints_and_parses_to_itself() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("admin".parse::<Role>(), Err(RoleError));
    }
}
