//! Challenges: derived from the moment and whom they are for, so that none is stored and any can be recognised.

use agent_core::wire::id::DeviceId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use crate::{
    keys::Keys,
    store::{from_ms, to_ms},
};

/// Whom a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whoever holds the token with this hash.
    Token([u8; 32]),
    /// An enrolled device.
    Device(DeviceId),
}

const MOMENT: usize = 8;
const TAG: usize = 16;

/// The challenge of this moment: it is recognised for ever, and names its moment.
pub(crate) fn issue(keys: &Keys, subject: Subject, at: Timestamp) -> String {
    let moment = to_ms(at).to_be_bytes();
    let mut bytes = [0; MOMENT + TAG];
    bytes[..MOMENT].copy_from_slice(&moment);
    bytes[MOMENT..].copy_from_slice(&tag(keys, subject, &moment));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// When this server issued the challenge to this subject; none when it did not.
pub(crate) fn issued_at(keys: &Keys, subject: Subject, challenge: &str) -> Option<Timestamp> {
    let bytes: [u8; MOMENT + TAG] = URL_SAFE_NO_PAD.decode(challenge).ok()?.try_into().ok()?;
    let (moment, found) = bytes.split_at(MOMENT);
    let moment: [u8; MOMENT] = moment.try_into().ok()?;
    // HMAC's own comparison takes the same time for every wrong tag.
    let expected = tag(keys, subject, &moment);
    let same = expected.iter().zip(found).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0;
    same.then(|| from_ms(i64::from_be_bytes(moment)))
}

fn tag(keys: &Keys, subject: Subject, moment: &[u8]) -> [u8; TAG] {
    let value = match subject {
        Subject::Token(hash) => keys.derive("challenge for a token", &[&hash, moment]),
        Subject::Device(device) => keys.derive("challenge for a device", &[&device.to_bytes(), moment]),
    };
    let mut tag = [0; TAG];
    tag.copy_from_slice(&value[..TAG]);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_recognised_by_its_server_for_its_subject_alone() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (ours, theirs) = (Keys::open(ours.path()).unwrap(), Keys::open(theirs.path()).unwrap());
        let at: Timestamp = "2026-11-24T09:00:00.125Z".parse().unwrap();
        let device = Subject::Device(DeviceId::new(1, [7; 12]));
        let challenge = issue(&ours, device, at);
        assert_eq!(issued_at(&ours, device, &challenge), Some(at));
        assert_eq!(issued_at(&theirs, device, &challenge), None);
        assert_eq!(issued_at(&ours, Subject::Device(DeviceId::new(1, [8; 12])), &challenge), None);
        assert_eq!(issued_at(&ours, Subject::Token([7; 32]), &challenge), None);
        for place in 0..challenge.len() {
            let mut other = challenge.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(issued_at(&ours, device, &other), None, "{other}");
        }
    }
}
