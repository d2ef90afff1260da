//! Another key in the place of a device's, through the router.

use agent_core::{
    clock::Clock,
    wire::{
        envelope::{Kind, seal},
        key::Algorithm,
        key_rotation::{KeyRotation, Possession},
        message::Acknowledgement,
        problem::Problem,
        software_key::SoftwareKey,
        statement::{Content, Receipt, Statement},
    },
};
use jiff::SignedDuration;

use crate::{
    fleet,
    rig::{Device, Rig, facts, full, rig},
};

fn possession(device: &Device, new: &SoftwareKey) -> Possession {
    Possession {
        audience: device.answer.audience.clone(),
        device: device.answer.device,
        challenge: device.challenge.clone(),
        replaces: device.key.public_key().thumbprint(),
        key: new.public_key(),
        attestation: None,
    }
}

fn rotation(rig: &Rig, device: &Device, number: u64, possession: &Possession, new: &SoftwareKey) -> String {
    rig.said(device, number, Content::KeyRotation(KeyRotation::prove(possession, new).unwrap()))
}

async fn rotate(rig: &Rig, envelope: &str) -> Result<Receipt, Problem> {
    rig.jose("/v1/keys", envelope).await
}

fn new_key() -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Es256).unwrap()
}

#[tokio::test]
async fn the_old_key_puts_the_new_one_in_its_place() {
    let (rig, new) = (rig().await, new_key());
    let mut device = rig.enrol().await;
    rig.send(&mut device, facts(true)).await;
    let waited = rig.report(&mut device, full(facts(false)));
    let envelope = rotation(&rig, &device, 1, &possession(&device, &new), &new);
    let first = rotate(&rig, &envelope).await.unwrap();
    assert_eq!(rotate(&rig, &envelope).await.unwrap().statement_hash, first.statement_hash, "the answer was lost");
    // What the old key had sealed before still comes in, and what the new one seals.
    let acknowledged: Acknowledgement = rig.jose("/v1/reports", &waited).await.unwrap();
    device.challenge = acknowledged.challenge;
    let old = std::mem::replace(&mut device.key, new);
    rig.send(&mut device, facts(true)).await;
    rig.sound().await;

    let (scope, id, now) = (rig.scope, device.answer.device, rig.clock.now());
    let shown = rig
        .server
        .store
        .read(move |connection| fleet::device::device(connection, scope, id, now))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.key_thumbprint, device.key.public_key().thumbprint());
    let said = &shown.statements[0];
    assert_eq!((said.kind.as_str(), said.signature_verifies), ("key-rotation", true), "by the key of then");
    assert_eq!(said.about.as_deref(), Some(shown.key_thumbprint.as_str()));

    // Whoever has the old key has nothing: what was challenged since is not its to sign, nor is another rotation.
    rig.clock.advance(SignedDuration::from_hours(1));
    rig.send(&mut device, facts(true)).await;
    let thief = Device { key: old, challenge: device.challenge.clone(), answer: device.answer.clone(), sequence: 9 };
    let mut thief = thief;
    let stolen = rig.report(&mut thief, full(facts(true)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &stolen).await.unwrap_err();
    assert_eq!(refused.code, "unknown-key");
    thief.challenge.clone_from(&thief.answer.challenge);
    let other = new_key();
    let again = rotation(&rig, &thief, 2, &possession(&thief, &other), &other);
    assert_eq!(rotate(&rig, &again).await.unwrap_err().code, "unknown-key", "even under a challenge of before");
    // A month later not even what was challenged before.
    rig.clock.advance(SignedDuration::from_hours(31 * 24));
    let late = rig.report(&mut thief, full(facts(true)));
    assert_eq!(rig.jose::<Acknowledgement>("/v1/reports", &late).await.unwrap_err().code, "unknown-key");
    rig.sound().await;
}

#[tokio::test]
async fn each_half_must_mean_the_other() {
    let (rig, new, other) = (rig().await, new_key(), new_key());
    let device = rig.enrol().await;
    let stranger = rig.enrol().await;
    let good = possession(&device, &new);
    let elsewhere = Possession { device: stranger.answer.device, ..good.clone() };
    let stale = Possession { challenge: stranger.challenge.clone(), ..good.clone() };
    let of_another = Possession { replaces: stranger.key.public_key().thumbprint(), ..good.clone() };
    for (bad, why) in [(elsewhere, "device"), (stale, "challenge"), (of_another, "replaces")] {
        let refused = rotate(&rig, &rotation(&rig, &device, 1, &bad, &new)).await.unwrap_err();
        assert_eq!(refused.code, "audience-mismatch", "{why}");
    }
    let refused = rotate(&rig, &rotation(&rig, &device, 1, &good, &other)).await.unwrap_err();
    assert_eq!(refused.code, "signature-invalid", "the new key is not there");
    // A key that is somebody's, or the device's own.
    for taken in [&stranger.key, &device.key] {
        let refused = rotate(&rig, &rotation(&rig, &device, 1, &possession(&device, taken), taken)).await.unwrap_err();
        assert_eq!(refused.code, "unknown-key");
    }
    // Signed by the new key alone.
    let statement = Statement {
        audience: device.answer.audience.clone(),
        device: device.answer.device,
        number: 1,
        challenge: device.challenge.clone(),
        at: rig.clock.now(),
        agent_version: "0.1.0".into(),
        content: Content::KeyRotation(KeyRotation::prove(&good, &new).unwrap()),
    };
    let alone = seal(Kind::Statement, &statement, &new).unwrap();
    assert_eq!(rotate(&rig, &alone).await.unwrap_err().code, "unknown-key");
    // Each door takes its own.
    let envelope = rotation(&rig, &device, 1, &good, &new);
    assert_eq!(rig.say(&envelope).await.unwrap_err().code, "malformed-request");
    assert_eq!(
        rotate(&rig, &rig.said(&device, 1, Content::Withdrawal {})).await.unwrap_err().code,
        "malformed-request"
    );
    assert_eq!(rig.count("SELECT count(*) FROM statements").await, 0);
    rotate(&rig, &envelope).await.unwrap();
    rig.sound().await;
}
