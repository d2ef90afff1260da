//! What is asked of a chain.

/// What was asked.
#[derive(Debug, Clone, Default)]
pub struct Expected<'a> {
    /// The challenge.
    pub challenge: Challenge<'a>,
    /// The applications, by package and SHA-256 of the signer; empty: any.
    pub apps: &'a [AppId],
    /// The public key that the device uses, as the certificate's key bits; none: any.
    pub key: Option<&'a [u8]>,
    /// Keys of systems that are not the vendor's.
    pub boot_keys: &'a [BootKey],
}

/// The challenge that is to be in the evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Challenge<'a> {
    /// Nobody said: not proved to be fresh.
    #[default]
    NotGiven,
    /// It does not matter.
    Any,
    /// Exactly this.
    Is(&'a [u8]),
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppId {
    /// Its package.
    pub package: String,
    /// SHA-256 of the certificate that signs it.
    pub signer: [u8; 32],
}

/// The boot key of a system that is allowed beside the vendor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootKey {
    /// How people call the system.
    pub name: String,
    /// The key, as the device reports it.
    pub key: Vec<u8>,
}
