//! Who may send inventory: whoever has the source's key, which signs each body.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::hmac;

use crate::{keys::Keys, scope::Scope};

/// The header that carries the HMAC-SHA-256 of the body, in base64.
pub const HEADER: &str = "x-hmac-signature";

/// The key of a source, as it is typed into the sender. Derived, so that none is stored; each number has its own.
pub fn secret(keys: &Keys, scope: Scope, source: &str, number: u32) -> String {
    let (org, number) = (scope.org().to_be_bytes(), number.to_be_bytes());
    URL_SAFE_NO_PAD.encode(keys.derive("mdm webhook", &[&org, source.as_bytes(), &number]))
}

/// Whether the signature is that of this body under this key; takes as long for a wrong one.
pub fn fits(secret: &str, body: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body, &signature).is_ok()
}
