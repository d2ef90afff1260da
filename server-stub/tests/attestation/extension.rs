//! The extension, tag by tag and byte by byte.

use atalaya_server::attestation::android::{
    extension::{Application, KeyDescription, RootOfTrust, Value},
    tag::{Shape, TAGS, Tag},
};

use super::authority::{Description, der, enumerated, integer, octets, sequence, set, tagged};

/// A value of this tag that no other tag has, and how it is written.
fn written(tag: Tag, has_hash: bool) -> (Value, Vec<u8>) {
    // An origin has no more than five values.
    let number = if tag.number == 702 { 4 } else { u64::from(tag.number) };
    let text = tag.name.as_bytes().to_vec();
    match tag.shape {
        Shape::Integer => (Value::Integer(number), integer(number)),
        Shape::Integers => (Value::Integers(vec![1, number]), set(&[integer(1), integer(number)])),
        Shape::Flag => (Value::Flag, vec![5, 0]),
        Shape::Bytes | Shape::Text => (Value::Bytes(text.clone()), octets(&text)),
        Shape::RootOfTrust => {
            let boot_hash = has_hash.then(|| vec![3; 32]);
            let mut parts = vec![octets(&[7; 32]), der(&[1], &[0xff]), enumerated(0)];
            parts.extend(boot_hash.as_deref().map(octets));
            let root = RootOfTrust { boot_key: vec![7; 32], device_locked: true, boot_state: 0, boot_hash };
            (Value::RootOfTrust(root), sequence(&parts))
        }
        Shape::Application => {
            let packages = set(&[sequence(&[octets(&text), integer(number)])]);
            let told = Application { packages: vec![(text, number)], signers: vec![vec![9; 32]] };
            (Value::Application(told), octets(&sequence(&[packages, set(&[octets(&[9; 32])])])))
        }
    }
}

fn whole(version: u64, software: &[Vec<u8>], hardware: &[Vec<u8>]) -> Vec<u8> {
    let head = [integer(version), enumerated(1), integer(version), enumerated(2), octets(b"challenge"), octets(b"id")];
    sequence(&[head.concat(), sequence(software), sequence(hardware)])
}

#[test]
fn every_tag_of_every_version_says_what_was_written() {
    for version in [1, 2, 3, 4, 100, 200, 300, 400, 500] {
        let said: Vec<_> = TAGS.iter().map(|tag| (tag, written(*tag, version >= 3))).collect();
        let list: Vec<_> = said.iter().map(|(tag, (_, der))| tagged(u16::try_from(tag.number).unwrap(), der)).collect();
        // Each list alone, so that neither is read for the other.
        for is_hardware in [false, true] {
            let (software, hardware) = if is_hardware { (&[][..], &list[..]) } else { (&list[..], &[][..]) };
            let told = KeyDescription::parse(&whole(version, software, hardware), 0).unwrap();
            assert_eq!((told.attestation_version, told.keymint_version), (version, version));
            assert_eq!((told.attestation_level, told.keymint_level), (1, 2));
            assert_eq!((told.challenge.as_slice(), told.unique_id.as_slice()), (&b"challenge"[..], &b"id"[..]));
            assert_eq!(told.oddities, []);
            let (full, empty) =
                if is_hardware { (told.hardware, told.software) } else { (told.software, told.hardware) };
            assert_eq!(empty.entries().count(), 0);
            assert!(full.ordered);
            assert_eq!(full.entries().count(), TAGS.len());
            for (tag, (value, _)) in &said {
                assert_eq!(full.get(tag.number), Some(value), "version {version}, {}", tag.name);
            }
        }
    }
}

#[test]
fn numbers_up_to_64_bits_are_read_and_no_more() {
    for number in [0, 1, 127, 128, 255, 256, u64::from(u32::MAX), u64::MAX] {
        let told = KeyDescription::parse(&whole(4, &[tagged(701, &integer(number))], &[]), 0).unwrap();
        assert_eq!(told.software.integer(701), Some(number));
    }
    let above = der(&[2], &[1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(KeyDescription::parse(&whole(4, &[tagged(701, &above)], &[]), 0).is_err());
}

/// What is refused, and the words that say why.
fn refused(bytes: &[u8], why: &str) {
    let fault = KeyDescription::parse(bytes, 0).unwrap_err();
    assert!(fault.what.contains(why), "{fault} instead of {why}");
    assert!(fault.at <= bytes.len(), "{fault} in {} bytes", bytes.len());
}

#[test]
fn what_is_not_strict_der_is_refused_with_its_place() {
    let with = |item: Vec<u8>| whole(4, &[], &[item]);
    let root =
        |locked: &[u8]| tagged(704, &sequence(&[octets(&[7; 32]), der(&[1], locked), enumerated(0), octets(&[3; 32])]));
    assert!(KeyDescription::parse(&with(root(&[0xff])), 0).is_ok());
    refused(&with(root(&[1])), "neither 00 nor FF");
    refused(&with(root(&[])), "neither 00 nor FF");
    refused(&with(root(&[0xff, 0xff])), "neither 00 nor FF");
    refused(&with(tagged(705, &[2, 0])), "without digits");
    refused(&with(tagged(705, &[2, 2, 0, 1])), "not minimal");
    refused(&with(tagged(705, &[2, 1, 0x80])), "negative");
    refused(&with(tagged(503, &[5, 1, 0])), "NULL with content");
    refused(&with(tagged(705, &[integer(1), integer(1)].concat())), "bytes behind its end");
    refused(&with(tagged(705, &[])), "is empty");
    refused(&with(vec![0xbf, 0x85, 0x41, 0x80, 2, 1, 1, 0, 0]), "not strict DER");
    refused(&with(vec![0xbf, 0x85, 0x41, 0x81, 3, 2, 1, 1]), "not strict DER");
    refused(&with(vec![0xbf, 0x80, 0x85, 0x41, 3, 2, 1, 1]), "not strict DER");
    refused(&with(octets(&[1])), "no tag");
    let sound = Description::default().to_der();
    assert!(KeyDescription::parse(&sound, 0).is_ok());
    refused(&[&sound[..], &[0]].concat(), "bytes behind its end");
    refused(&sound[..sound.len() - 1], "not strict DER");
    refused(&[], "is missing");
    // A whole that has no stated end, and one with a ninth part.
    assert_eq!(sound[1], 0x81);
    let inner = &sound[3..];
    refused(&[&[0x30, 0x80][..], inner, &[0, 0]].concat(), "not strict DER");
    refused(&sequence(&[inner.to_vec(), vec![5, 0]]), "bytes behind its end");
}

#[test]
fn a_list_without_end_is_refused() {
    let many = |count| whole(4, &[], &vec![tagged(9999, &[5, 0]); count]);
    assert!(KeyDescription::parse(&many(128), 0).is_ok());
    refused(&many(129), "more than 128 tags");
    let purposes = |count| whole(4, &[], &[tagged(1, &set(&vec![integer(2); count]))]);
    assert!(KeyDescription::parse(&purposes(256), 0).is_ok());
    refused(&purposes(257), "more than 256 values");
}
