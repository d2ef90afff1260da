//! What is stored has a golden file, and a version that stored it is read for ever.
//! `ATALAYA_BLESS=1 cargo test -p agent-core --features client stored` writes it anew.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;

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

#[test]
fn what_version_1_stored_is_written_the_same_and_read_again() {
    let mut world = World::new();
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
    let written = everything(&*world.ports.storage);
    let kept = golden("stored/v1.json", &written);
    assert_eq!(kept, written, "what is stored has changed; keep the old file and add a new one");

    let (status, ledger) = (world.agent.status().unwrap(), world.agent.ledger().unwrap());
    let storage = Arc::new(MemoryStorage::new());
    for (name, text) in kept {
        storage.write(&name, text.as_bytes()).unwrap();
    }
    world.ports.storage = storage;
    world.restart();
    assert_eq!(world.agent.status().unwrap(), status);
    assert_eq!(world.agent.ledger().unwrap(), ledger);
    assert_eq!(block_on(world.agent.deliver(Urgency::PersonAsked)).unwrap().acknowledged, 2);
    assert_eq!(world.agent.report(&facts("16")).unwrap().sequence, 4);
}
