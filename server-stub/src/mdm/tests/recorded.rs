//! Messages that a real NanoMDM sent, where `ATALAYA_TEST_DATA` points (default `../shared` beside the project).

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use agent_core::judge::facts::StorageEncryption;

use super::{
    super::{Recorded, nanomdm},
    *,
};

/// The folder of recorded messages; says so where there is none.
fn messages() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("ATALAYA_TEST_DATA").map_or_else(default, PathBuf::from).join("mdm");
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test runner's capture, so that the skip is seen.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED recorded messages of management: {} is not there; set ATALAYA_TEST_DATA",
        folder.display()
    );
    None
}

fn recorded(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder.join("nanomdm-webhooks")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 7, "{} recorded messages", files.len());
    files
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_recorded_signature_is_that_of_its_body() {
    let Some(folder) = messages() else { return };
    for (name, bytes) in recorded(&folder) {
        let request = Recorded::split(&bytes).unwrap();
        // The last came from an instance without a key.
        let Some(signature) = request.signature else {
            assert!(name.starts_with("12-"), "{name}");
            continue;
        };
        assert!(fits("sekrit", request.body, signature), "{name}");
        assert!(!fits("secret", request.body, signature), "{name}");
        assert!(!fits("sekrit", &request.body[1..], signature), "{name}");
    }
}

#[test]
fn every_recorded_message_is_read() {
    let Some(folder) = messages() else { return };
    let mut read = std::collections::BTreeMap::new();
    for (name, bytes) in recorded(&folder) {
        let body = Recorded::split(&bytes).unwrap().body;
        let inventory = only(nanomdm::parse(body, AppLists::MayLeaveOut).unwrap());
        assert!(inventory.seen_at.is_some(), "{name}");
        read.insert(name[..2].to_owned(), inventory);
    }
    for number in ["01", "05", "12"] {
        let facts = &read[number].facts;
        assert_eq!(
            (facts.model.as_deref(), facts.os_version.as_deref()),
            (Some("iPhone14,5"), Some("18.0")),
            "{number}"
        );
    }
    assert_eq!(read["06"].facts.storage_encryption, Some(StorageEncryption::PerUser));
    assert_eq!(read["06"].facts.screen_lock, Some(true));
    for number in ["02", "08", "11"] {
        assert_eq!(read[number].facts, super::super::ManagedFacts::default(), "{number}");
    }
    let retired: Vec<_> = read.iter().filter(|(_, one)| one.retired).map(|(number, _)| number.as_str()).collect();
    assert_eq!(retired, ["11"]);
    assert_eq!(read["12"].device_ref, "7C0E1D5A-2B1C-4E7E-9E6C-0123456789AB");
    assert!(read.values().filter(|one| one.device_ref == UDID).count() == 6);
}

#[test]
fn the_samples_of_nanomdm_are_read() {
    let Some(folder) = messages() else { return };
    for (file, model) in [("nanomdm_Authenticate.2.json", Some("iMac14,2")), ("nanomdm_DeviceInformation.1.json", None)]
    {
        let inventory = only(nanomdm::parse(&fs::read(folder.join(file)).unwrap(), AppLists::MayLeaveOut).unwrap());
        assert_eq!((inventory.facts.model.as_deref(), inventory.seen_at), (model, None), "{file}");
    }
}

/// Every byte of the data folder.
fn stored(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { stored(&path, bytes) } else { bytes.extend(fs::read(&path).unwrap()) }
    }
}

#[tokio::test]
async fn no_stored_byte_holds_a_serial_number_an_imei_or_a_name() {
    let Some(folder) = messages() else { return };
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    for (name, bytes) in recorded(&folder) {
        let answer = rig.deliver("/v1/mdm/1/nanomdm", &key, Recorded::split(&bytes).unwrap().body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
    }
    for file in ["nanomdm_Authenticate.2.json", "nanomdm_DeviceInformation.1.json"] {
        rig.taken(&key, &fs::read(folder.join(file)).unwrap()).await;
    }
    rig.taken(&key, &event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[OTHER_APP, &business("26.38.74")])))
        .await;
    let mut bytes = Vec::new();
    stored(rig.server.store.path().parent().unwrap(), &mut bytes);
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(UDID) && holds("iPhone14,5"), "what is kept is found");
    for dropped in [
        "F2LX0000PEER",
        "35 000000 000000 0",
        "350000000000000",
        "C02MT66KFLHH",
        "Fruit",
        "fruit.example.com",
        "22A3354",
        "MLPF3LL/A",
        "com.apple.mgmt",
        "888CEB39",
        "dating",
        "Dating",
        "sekrit",
        &key,
    ] {
        assert!(!holds(dropped), "{dropped} is stored");
    }
}
