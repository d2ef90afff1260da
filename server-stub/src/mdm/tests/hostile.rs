//! Bytes that nobody's management sends.

use proptest::{prelude::*, sample::Index};

use super::{
    super::{amapi, apple_status, csv, nanomdm, shape},
    *,
};

fn with_payload(payload: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", "")).unwrap();
    let (before, after) = text.split_once("\"raw_payload\":\"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    format!("{before}\"raw_payload\":\"{}\"{after}", String::from_utf8_lossy(payload)).into_bytes()
}

fn refused(bytes: &[u8]) -> String {
    nanomdm::parse(bytes, AppLists::Whole).unwrap_err().to_string()
}

#[test]
fn a_payload_that_ends_too_early_says_where() {
    let whole = STANDARD.encode(plist(&security(true)));
    assert!(refused(&with_payload(&whole.as_bytes()[..whole.len() - 3])).starts_with("raw_payload: is not base64"));
    let cut = plist(&security(true));
    let cut = STANDARD.encode(&cut[..cut.len() / 2]);
    assert!(refused(&with_payload(cut.as_bytes())).starts_with("raw_payload: is not a property list"));
    for other in
        ["", "bplist00", "{ \"a\" = \"b\"; }", "<plist><array/></plist>", "<plist><dict><key>a</key></dict></plist>"]
    {
        assert!(refused(&with_payload(STANDARD.encode(other).as_bytes())).starts_with("raw_payload: "), "{other}");
    }
}

#[test]
fn a_payload_may_not_be_nested_deeper_than_any_device_nests() {
    // Deep enough that a reader that calls itself would end the process.
    for (open, close) in [("<array>", "</array>"), ("<dict><key>a</key>", "</dict>")] {
        let inside = format!("<key>SecurityInfo</key>{}{}", open.repeat(30_000), close.repeat(30_000));
        let bytes = event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &inside);
        assert!(refused(&bytes).contains("nested too deeply"), "{open}");
    }
    let hidden = format!("<key>a</key>{}", "<array><!--</array>-->".repeat(20_000));
    assert!(refused(&event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &hidden)).contains("nested too deeply"));
    let json = format!("{{\"topic\":\"mdm.Connect\",\"x\":{}", "[".repeat(200_000));
    assert!(!refused(json.as_bytes()).is_empty());
}

/// A binary list whose arrays each name the one before twice.
fn unfolding(times: u8) -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let mut places = Vec::new();
    for at in 0..times {
        places.push(u8::try_from(bytes.len()).unwrap());
        bytes.extend([0xa2, at + 1, at + 1]);
    }
    places.push(u8::try_from(bytes.len()).unwrap());
    bytes.push(0x09);
    let table = u64::try_from(bytes.len()).unwrap();
    bytes.extend(&places);
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for number in [u64::from(times) + 1, 0, table] {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}

#[test]
fn a_binary_payload_is_read_and_may_not_unfold_to_more_than_a_device_sends() {
    let list = plist(&security(true));
    let mut binary = Vec::new();
    ::plist::Value::from_reader_xml(list.as_bytes()).unwrap().to_writer_binary(&mut binary).unwrap();
    let read = |payload: &[u8]| nanomdm::parse(&with_payload(STANDARD.encode(payload).as_bytes()), AppLists::Whole);
    assert_eq!(only(read(&binary).unwrap()).facts, only(read(list.as_bytes()).unwrap()).facts);
    let told = |payload: &[u8]| read(payload).unwrap_err().to_string();
    assert!(told(&unfolding(3)).contains("and not a dictionary"), "{}", told(&unfolding(3)));
    for times in [20, 28, 60] {
        assert!(told(&unfolding(times)).contains("unfolds to more"), "{times}: {}", told(&unfolding(times)));
    }
    for end in 0..binary.len() {
        assert!(read(&binary[..end]).is_err(), "{end}");
    }
}

#[test]
fn what_is_wrong_is_told_without_what_was_sent() {
    let told = [
        refused(format!("{{\"topic\":\"{SERIAL}\",\"checkin_event\":\"{SERIAL}\"}}").as_bytes()),
        refused(format!("{{\"topic\":\"mdm.Connect\",\"checkin_event\":{{\"ids\":\"{SERIAL}\"}}}}").as_bytes()),
        refused(format!("{{\"{SERIAL}\"").as_bytes()),
        refused(&with_payload(STANDARD.encode(format!("<plist>{SERIAL}</plist>")).as_bytes())),
        amapi::parse(format!("{{\"name\":\"{SERIAL}\",\"deviceSettings\":\"{SERIAL}\"}}").as_bytes())
            .unwrap_err()
            .to_string(),
        apple_status::parse(format!("{{\"StatusItems\":\"{SERIAL}\"}}").as_bytes()).unwrap_err().to_string(),
    ];
    for told in told {
        assert!(!told.contains(SERIAL), "{told}");
    }
}

#[test]
fn what_is_longer_than_any_message_is_not_read() {
    let long = vec![b' '; nanomdm::LONGEST + 1];
    assert!(refused(&long).contains("longer than 1024 KiB"));
    assert!(apple_status::parse(&long).unwrap_err().to_string().contains("longer than"));
    let reference = "r".repeat(121);
    let named = event("mdm.CheckOut", &reference, "2026-11-24T08:00:00Z", "");
    assert!(refused(&named).starts_with("ids.id: "), "{}", refused(&named));
}

#[test]
fn the_number_of_a_person_is_no_version_however_it_is_parted() {
    for number in ["600123456", "600.123.456", "91.123.45.67", "612 345 678", "20190700", "12345678"] {
        let passed = [shape::os_version(number), shape::whatsapp_version(number), shape::security_patch(number)];
        assert_eq!(passed, [None, None, None], "{number}");
    }
    for (shape, version) in [
        (shape::os_version as fn(&str) -> Option<String>, "26.10.1 (a)"),
        (shape::os_version, "8.1.0"),
        (shape::whatsapp_version, "2.26.39.71"),
        (shape::whatsapp_version, "26.38.74"),
        (shape::whatsapp_version, "2.21.230"),
        (shape::whatsapp_version, "2.21.180.145"),
        (shape::security_patch, "2026-11-05"),
    ] {
        assert_eq!(shape(version).as_deref(), Some(version));
    }
}

#[test]
fn a_time_is_read_in_its_own_zone_or_not_at_all() {
    for (text, is) in [
        ("2026-11-24T10:00:00Z", Some("2026-11-24T10:00:00Z")),
        ("2026-11-24T10:00:00+01:00", Some("2026-11-24T09:00:00Z")),
        ("2026-11-24 10:00", Some("2026-11-24T10:00:00Z")),
        ("2026-11-24", Some("2026-11-24T00:00:00Z")),
        ("2026-11-24T10:00:00+01:00[Europe/Madrid]", Some("2026-11-24T09:00:00Z")),
        ("2026-11-24T10:00:00[Europe/Madrid]", Some("2026-11-24T09:00:00Z")),
        ("2026-07-24T10:00[Europe/Madrid]", Some("2026-07-24T08:00:00Z")),
        ("2026-11-24[America/Bogota]", Some("2026-11-24T05:00:00Z")),
        // A zone that contradicts the offset, and one that nobody knows.
        ("2026-11-24T10:00:00+05:00[Europe/Madrid]", None),
        ("2026-11-24T10:00:00[Europe/Nowhere]", None),
        ("2026-11-24T10:00:00+01:00[", None),
        ("0001-01-01T00:00:00Z", None),
    ] {
        assert_eq!(shape::moment(text), is.map(moment), "{text}");
    }
}

proptest! {
    /// Any text passes in its one form, or not at all.
    #[test]
    fn any_text_passes_in_its_form_or_not_at_all(text in prop_oneof!["\\PC{0,130}", "[0-9.() a-z-]{0,24}", ".{0,8}"]) {
        for shape in [shape::device_ref, shape::model, shape::os_version, shape::security_patch, shape::whatsapp_version] {
            if let Some(passed) = shape(&text) {
                prop_assert!(passed.chars().count() <= 120 && !passed.chars().any(char::is_control));
                prop_assert_eq!(shape(&passed), Some(passed));
            }
        }
        let _ = shape::moment(&text);
        let cell = text.replace('"', "");
        for field in csv::Field::ALL {
            let table = format!("device_ref\t{0}\nA-17\t\"{cell}\"\n", field.as_str());
            let _ = csv::parse(table.as_bytes(), &csv::Columns::default());
        }
    }
}

#[test]
fn random_changes_of_messages_never_panic() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/seeds/mdm");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut seeds: Vec<_> = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    seeds.sort();
    assert!(seeds.len() >= 7);
    for seed in seeds.iter().filter(|seed| seed[0] != b'r') {
        assert!(super::super::any_message(seed) > 0, "{}", String::from_utf8_lossy(seed));
    }
    proptest!(ProptestConfig::with_cases(3000), |(seed: Index, place: Index, gone in 0_usize..12, come in prop_oneof![
        "[-0-9a-zA-Z<>/\\[\\]{}\",:;. ]{0,6}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..4),
        Just(b"null".to_vec()), Just(b"<dict>".to_vec()), Just(b"</array>".to_vec()), Just(b"<![CDATA[".to_vec()),
        Just(b"9999-12-31".to_vec()), Just(b"1e999".to_vec()),
    ])| {
        let mut bytes = seed.get(&seeds).clone();
        let from = place.index(bytes.len());
        let to = (from + gone).min(bytes.len());
        bytes.splice(from..to, come);
        super::super::any_message(&bytes);
    });
}
