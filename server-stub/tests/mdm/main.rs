//! Inventory of device management, as an administrator runs its commands and a management calls its endpoint.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod commands;
