//! What is stored has a golden file, and a version that stored it is read for ever.
//! `ATALAYA_BLESS=1 cargo test -p agent-core --features client stored` writes it anew.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;
use crate::{
    client::{LedgerEntry, Sent},
    judge::{facts::Declaration, text::Language},
    wire::statement::Subject,
};

/// Everything in a storage, name by name.
fn everything(storage: &dyn Storage) -> BTreeMap<String, String> {
    let text = |name: &String| String::from_utf8(storage.read(name).unwrap().unwrap()).unwrap();
    storage.list("").unwrap().into_iter().map(|name| (name.clone(), text(&name))).collect()
}

fn golden(file: &str, written: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file);
    if option_env!("ATALAYA_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_string_pretty(written).unwrap() + "\n").unwrap();
    }
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()
}

/// What a device with a queue holds, beside a server that reads these report schemas.
fn queueing(schemas: &[u32]) -> World {
    let world = World::new();
    world.server.held().schemas = schemas.to_vec();
    block_on(async {
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world.agent.report(&facts("12")).unwrap();
        world.deliver().await;
        world.clock.advance(SignedDuration::from_hours(6));
        world.agent.report(&facts("12")).unwrap();
        world.agent.report(&facts("16")).unwrap();
        world.network.next([Fate::AnswerLost]);
        world.deliver().await;
    });
    world
}

/// Goes on from what is kept, and the next report of the same facts is `full` or not.
fn goes_on(world: &mut World, kept: BTreeMap<String, String>, full: bool) {
    // Which schemas an enrolment offers is its version's.
    let ledger = |world: &World| -> Vec<LedgerEntry> {
        let entries = world.agent.ledger().unwrap().into_iter();
        entries.filter(|entry| entry.kind != Sent::Enrolment).collect()
    };
    // How a wait is drawn is its version's, too.
    let status = |world: &World| {
        let mut status = world.agent.status().unwrap();
        assert!(status.not_before.take().is_some());
        status
    };
    let (stands, sent) = (status(world), ledger(world));
    let storage = Arc::new(MemoryStorage::new());
    for (name, text) in kept {
        storage.write(&name, text.as_bytes()).unwrap();
    }
    world.ports.storage = storage;
    world.restart();
    assert_eq!(status(world), stands);
    assert_eq!(ledger(world), sent);
    assert_eq!(block_on(world.agent.deliver(Urgency::PersonAsked)).unwrap().acknowledged, 2);
    let next = world.agent.report(&facts("16")).unwrap();
    assert_eq!((next.sequence, next.full), (4, full));
}

#[test]
fn what_earlier_versions_stored_is_read() {
    for (version, schemas) in [(1, &[][..]), (2, &[1, 2]), (3, &[1, 2])] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/golden/stored/v{version}.json"));
        // They kept no fingerprint of what waited, so nothing is known of it.
        goes_on(&mut queueing(schemas), serde_json::from_slice(&fs::read(path).unwrap()).unwrap(), true);
    }
}

#[test]
fn what_version_4_stored_is_written_the_same_and_read_again() {
    let mut world = queueing(&[1, 2]);
    let mut written = everything(&*world.ports.storage);
    written.remove("own-posture.json");
    let kept = golden("stored/v4.json", &written);
    assert!(kept == written, "what is stored has changed; keep the old file and add a new one");
    goes_on(&mut world, kept, false);
}

#[test]
fn what_a_person_said_is_stored_the_same_and_read_again() {
    let mut world = World::new();
    block_on(async {
        world.server.set_policy(1, 1, &serde_json::json!({
            "notice": { "version": 2 },
            "checks": { "screen-lock": {}, "usage-rules": { "version": 3 }, "declarations": { "away-message": true } },
        }));
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
        world.deliver().await;
        world.agent.acknowledge(Subject::UsageRules, 3, Language::En).unwrap();
        world.agent.declare(Declaration::AwayMessage, true).unwrap();
        world.agent.pause(at("2026-12-24T00:00:00Z"), at("2027-01-07T00:00:00Z")).unwrap();
    });
    let all = everything(&*world.ports.storage);
    let written = all.into_iter().filter(|(name, _)| name == "statements.json").collect();
    let kept = golden("stored/v1-statements.json", &written);
    // The product's own words may change, and with them their fingerprints and what is sealed.
    let shape = |kept: &BTreeMap<String, String>| {
        let mut value: serde_json::Value = serde_json::from_str(&kept["statements.json"]).unwrap();
        for one in value["waiting"].as_array_mut().unwrap() {
            one["envelope"] = "".into();
        }
        for one in ["notice", "usage-rules"] {
            value["acknowledged"][one]["textHash"] = "".into();
        }
        value
    };
    assert_eq!(shape(&kept), shape(&written), "what is stored has changed; keep the old file and add a new one");
    let papers = world.agent.papers(Language::Es).unwrap();
    let told = |papers: &crate::client::Papers| {
        (
            papers.notice.acknowledged_on,
            papers.usage_rules.clone().unwrap().acknowledged_version,
            papers.declarations.clone(),
        )
    };
    world.ports.storage.write("statements.json", kept["statements.json"].as_bytes()).unwrap();
    world.restart();
    assert_eq!(told(&world.agent.papers(Language::Es).unwrap()), told(&papers));
    assert_eq!(block_on(world.agent.deliver(Urgency::PersonAsked)).unwrap().statements, 3);
}

#[test]
fn what_the_screens_and_a_retry_need_is_stored_the_same_and_read_again() {
    let mut world = World::new();
    block_on(async {
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world.agent.report(&facts("12")).unwrap();
    });
    let evidence = crate::client::pending_enrolment::PendingEnrolment {
        server: SERVER.to_owned(),
        token_hash: "5e".repeat(32),
        audience: FakeServer::audience(),
        challenge: "challenge-9".to_owned(),
        attestation: Some(crate::wire::message::Attestation::app_attest(b"evidence")),
    };
    evidence.save(&*world.ports.storage).unwrap();
    let named = |name: &str| name == "own-posture.json" || name == "pending-enrolment.json";
    let written = everything(&*world.ports.storage).into_iter().filter(|(name, _)| named(name)).collect();
    let kept = golden("stored/v1-phones.json", &written);
    assert_eq!(kept, written, "what is stored has changed; keep the old file and add a new one");
    let shown = world.agent.overview(Language::En).unwrap();
    for (name, text) in kept {
        world.ports.storage.write(&name, text.as_bytes()).unwrap();
    }
    world.restart();
    assert_eq!(world.agent.overview(Language::En).unwrap(), shown);
    let read = crate::client::pending_enrolment::PendingEnrolment::load;
    assert_eq!(read(&*world.ports.storage, SERVER, &evidence.token_hash).unwrap(), Some(evidence.clone()));
    assert_eq!(read(&*world.ports.storage, SERVER, "another").unwrap(), None);
}
