//! A key description, field by field: for scripts as numbers, for people with the names of the published schema.

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::told::value;
use crate::attestation::{
    android::{
        extension::{KeyDescription, List, Value},
        tag::Shape,
    },
    hex,
};

pub(super) fn json(told: &KeyDescription) -> Json {
    json!({
        "attestationVersion": told.attestation_version, "attestationSecurityLevel": told.attestation_level,
        "keyMintVersion": told.keymint_version, "keyMintSecurityLevel": told.keymint_level,
        "attestationChallenge": hex(&told.challenge), "uniqueId": hex(&told.unique_id),
        "softwareEnforced": list(&told.software), "hardwareEnforced": list(&told.hardware),
    })
}

fn list(list: &List) -> Json {
    let fields = list.entries().map(|(tag, value)| (tag.name.to_owned(), field(tag.shape, value)));
    Json::Object(fields.collect::<Map<_, _>>())
}

fn field(shape: Shape, value: &Value) -> Json {
    match value {
        Value::Integer(number) => json!(number),
        Value::Integers(numbers) => json!(numbers),
        Value::Flag => json!(true),
        Value::Bytes(bytes) if shape == Shape::Text => json!(String::from_utf8_lossy(bytes)),
        Value::Bytes(bytes) => json!(hex(bytes)),
        Value::RootOfTrust(root) => json!({
            "verifiedBootKey": hex(&root.boot_key), "deviceLocked": root.device_locked,
            "verifiedBootState": root.boot_state, "verifiedBootHash": root.boot_hash.as_deref().map(hex),
        }),
        Value::Application(app) => json!({
            "packages": app.packages.iter().map(|(name, version)| {
                json!({"name": String::from_utf8_lossy(name), "version": version})
            }).collect::<Vec<_>>(),
            "signatures": app.signers.iter().map(|signer| hex(signer)).collect::<Vec<_>>(),
        }),
    }
}

/// One line a field, in the order of the bytes.
pub(super) fn lines(list: &List, language: Language) -> Vec<String> {
    let line = |(tag, said): (&crate::attestation::android::tag::Tag, &Value)| {
        let shown = match said {
            Value::Integer(number) => named(tag.number, *number),
            Value::Integers(numbers) => {
                numbers.iter().map(|number| named(tag.number, *number)).collect::<Vec<_>>().join(", ")
            }
            other => value(language, &field(tag.shape, other)),
        };
        format!("  {}: {shown}", tag.name)
    };
    list.entries().map(line).collect()
}

// The names that Android's schema gives to numbers; a number without one is shown as it is.
fn named(tag: u32, number: u64) -> String {
    let names: &[(u64, &str)] = match tag {
        1 => &[(0, "encrypt"), (1, "decrypt"), (2, "sign"), (3, "verify"), (5, "wrap"), (6, "agree"), (7, "attest")],
        2 => &[(1, "RSA"), (3, "EC"), (32, "AES"), (33, "3DES"), (128, "HMAC")],
        5 | 203 => {
            &[(0, "none"), (1, "MD5"), (2, "SHA-1"), (3, "SHA-224"), (4, "SHA-256"), (5, "SHA-384"), (6, "SHA-512")]
        }
        10 => &[(0, "P-224"), (1, "P-256"), (2, "P-384"), (3, "P-521"), (4, "Curve25519")],
        702 => &[(0, "generated"), (1, "derived"), (2, "imported"), (4, "securely imported")],
        400..=402 | 701 => return moment(number).unwrap_or_else(|| number.to_string()),
        _ => &[],
    };
    let name = names.iter().find(|(value, _)| *value == number);
    name.map_or_else(|| number.to_string(), |(_, name)| format!("{number} ({name})"))
}

fn moment(milliseconds: u64) -> Option<String> {
    let time = Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()?;
    Some(format!("{milliseconds} ({time:.0})"))
}
