//! Bytes that nobody's management sends.

use proptest::{prelude::*, sample::Index};

use super::{
    super::{amapi, apple_status, csv, nanomdm},
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever becomes of a message on its way, it is read or refused.
    #[test]
    fn a_changed_message_is_read_or_refused(
        which in 0..4_usize, place: Index, gone in 0_usize..12, come in prop_oneof![
            Just("<dict>"), Just("</array>"), Just("\""), Just("]}"), Just("null"), Just("-1"), Just("\u{0}"), Just("é"), Just("<![CDATA[")
        ],
    ) {
        let seeds = [
            event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[&business("26.38.74"), OTHER_APP])),
            plist(&(security(true) + &apps(&[&business("26.38.74")]))).into_bytes(),
            br#"{"devices":[{"name":"enterprises/a/devices/b","applicationReports":[{"packageName":"com.whatsapp.w4b"}]}]}"#.to_vec(),
            br#"{"StatusItems":{"device":{"identifier":{"udid":"A"}},"app":{"managed":{"list":[]}}}}"#.to_vec(),
        ];
        let mut bytes = seeds[which].clone();
        let at = place.index(bytes.len());
        let end = (at + gone).min(bytes.len());
        bytes.splice(at..end, come.bytes());
        if which == 1 {
            bytes = with_payload(STANDARD.encode(&bytes).as_bytes());
        }
        let _ = nanomdm::parse(&bytes, AppLists::Whole);
        let _ = amapi::parse(&bytes);
        let _ = apple_status::parse(&bytes);
        let _ = csv::parse(&bytes, &csv::Columns::default());
        let _ = super::super::Recorded::split(&bytes);
    }
}
