//! Who may send inventory: whoever has the source's key. It signs each body; where a sender cannot sign, as MicroMDM,
//! it is the password of the address.

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

/// Whether an `Authorization` header carries the key as its password, under any name.
pub fn is_password(secret: &str, authorization: &str) -> bool {
    let presented = authorization.split_once(' ').and_then(|(scheme, credentials)| {
        let decoded = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        Some(decoded[colon + 1..].to_vec())
    });
    let Some(presented) = presented else { return false };
    // Comparing codes takes as long wherever the passwords differ.
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, secret.as_bytes(), hmac::sign(&key, &presented).as_ref()).is_ok()
}
