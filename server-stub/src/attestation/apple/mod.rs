//! Apple App Attest: that this instance of an app runs on a genuine Apple device. It proves no passcode, and not that
//! nobody broke into the system.

pub mod assertion;
pub mod attestation;
pub mod authenticator_data;
pub mod object;

pub use assertion::verify_assertion;
pub use attestation::{AppleRoots, Attested, Expected, verify_attestation};
pub use authenticator_data::{AuthenticatorData, Environment};
