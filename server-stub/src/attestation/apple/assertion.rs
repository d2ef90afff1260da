//! An assertion: that the attested key was used once more, for these data.

use super::{
    super::{
        Reason, Shortfall,
        der::Fault,
        sha256,
        signature::{self, Algorithm, KeyKind},
    },
    attestation::{Expected, app},
    authenticator_data::AuthenticatorData,
    object::AssertionObject,
};

/// Judges an assertion by the attested key's point, none where nothing is known to be attested, and the highest counter that
/// was seen of that key.
pub fn verify_assertion(
    object: &AssertionObject,
    point: Option<&[u8]>,
    previous: u32,
    expected: &Expected<'_>,
) -> Result<(AuthenticatorData, Vec<Shortfall>), Fault> {
    let data = AuthenticatorData::of_assertion(&object.authenticator_data)?;
    let mut found = Vec::new();
    match (point, expected.client_data_hash) {
        (None, _) => found.push(Shortfall::new(Reason::AttestationMissing)),
        (_, None) => found.push(Shortfall::new(Reason::ChallengeNotGiven)),
        (Some(point), Some(hash)) => {
            // The device signs the SHA-256 of this hash, which is a hash already: hashed twice.
            let nonce = sha256(&[&object.authenticator_data[..], hash].concat());
            if !signature::verify(Algorithm::EcdsaSha256, KeyKind::P256, point, &nonce, &object.signature) {
                found.push(Shortfall::new(Reason::BrokenAssertion));
            }
        }
    }
    if data.counter <= previous {
        found.push(Shortfall::new(Reason::CounterNotRising).with(format!("{} ≤ {previous}", data.counter)));
    }
    app(&data, expected.apps, &mut found);
    Ok((data, found))
}
