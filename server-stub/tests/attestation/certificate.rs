//! A certificate, part by part: what is not as it must be is refused with its place.

use atalaya_server::attestation::{Certificate, KeyKind};
use rcgen::{DnType, KeyPair};

use super::authority::{der, integer, octets, p256, params, sequence, tagged};

/// The items of these bytes.
fn items(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (start, length) = match usize::from(bytes[1]) {
            short @ 0..=0x80 => (2, short),
            0x81 => (3, usize::from(bytes[2])),
            _ => (4, usize::from(bytes[2]) * 256 + usize::from(bytes[3])),
        };
        found.push(bytes[..start + length].to_vec());
        bytes = &bytes[start + length..];
    }
    found
}

fn inside(item: &[u8]) -> Vec<Vec<u8>> {
    items(&item[if item[1] < 0x80 { 2 } else { 2 + usize::from(item[1] & 0x7f) }..])
}

/// A sound certificate: what is signed, the algorithm, the signature; and the parts of what is signed.
struct Parts {
    key: KeyPair,
    signed: Vec<Vec<u8>>,
    rest: Vec<Vec<u8>>,
}

impl Parts {
    fn new() -> Self {
        let key = p256();
        let whole = params(DnType::CommonName, "somebody", (2026, 2027), true).self_signed(&key).unwrap();
        let mut rest = inside(whole.der());
        let signed = inside(&rest.remove(0));
        // Version, serial, algorithm, issuer, dates, subject, key, extensions.
        assert_eq!(signed.len(), 8);
        Self { key, signed, rest }
    }

    fn whole(&self) -> Vec<u8> {
        sequence(&[vec![sequence(&self.signed)], self.rest.clone()].concat())
    }
}

fn refused(change: impl FnOnce(&mut Parts), why: &str) {
    let mut parts = Parts::new();
    assert!(Certificate::from_der(&parts.whole()).is_ok());
    change(&mut parts);
    let whole = parts.whole();
    let fault = Certificate::from_der(&whole).unwrap_err();
    assert!(fault.to_string().contains(why), "{fault} instead of {why}");
    assert!(fault.at <= whole.len());
}

#[test]
fn a_sound_certificate_says_what_was_written() {
    let parts = Parts::new();
    let read = Certificate::from_der(&parts.whole()).unwrap();
    assert_eq!((read.subject(), read.issuer()), ("CN=somebody".to_owned(), "CN=somebody".to_owned()));
    assert_eq!(read.key_kind(), KeyKind::P256);
    assert_eq!(read.key_bits(), parts.key.public_key_raw());
    assert_eq!(read.key_info(), parts.signed[6]);
    assert_eq!(read.not_before().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(read.not_after().to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(read.algorithm(), "ECDSA with SHA-256");
    assert!(read.is_signed_by(&read));
    assert_eq!(read.der(), parts.whole());
}

#[test]
fn a_serial_number_is_written_as_the_status_list_writes_it() {
    for (digits, text) in [(vec![0], "0"), (vec![0, 0x8f, 1], "8f01"), (vec![0x0a, 0xbc], "abc"), (vec![0, 0, 7], "7")]
    {
        let mut parts = Parts::new();
        parts.signed[1] = der(&[2], &digits);
        assert_eq!(Certificate::from_der(&parts.whole()).unwrap().serial(), text);
    }
}

#[test]
fn every_date_that_a_device_invents_is_read() {
    for (tag, written, text) in [
        (23, "600413202501Z", "1960-04-13T20:25:01Z"),
        (23, "500101000000Z", "1950-01-01T00:00:00Z"),
        (23, "491231235959Z", "2049-12-31T23:59:59Z"),
        (24, "19691231235959Z", "1969-12-31T23:59:59Z"),
        (24, "21060207062815Z", "2106-02-07T06:28:15Z"),
        (24, "99991231235959Z", "9999-12-30T22:00:00.999999999Z"),
    ] {
        let mut parts = Parts::new();
        parts.signed[4] = sequence(&[der(&[tag], written.as_bytes()), der(&[23], b"280523235959Z")]);
        assert_eq!(Certificate::from_der(&parts.whole()).unwrap().not_before().to_string(), text);
    }
    for (tag, written) in [
        (23, "260230000000Z"),
        (23, "2601010000Z"),
        (23, "260101000000+0100"),
        (23, "2601010000 0Z"),
        (23, "20260101000000Z"),
        (24, "260101000000Z"),
        (24, "20260101000000.5Z"),
        (24, "20260101246000Z"),
        (12, "260101000000Z"),
        (23, ""),
    ] {
        let dates = sequence(&[der(&[tag], written.as_bytes()), der(&[23], b"280523235959Z")]);
        refused(|parts| parts.signed[4] = dates, "is not a date");
    }
}

#[test]
fn what_is_signed_and_what_stands_outside_must_agree() {
    refused(|parts| parts.rest[0] = sequence(&[der(&[6], &[0x2a, 3])]), "not the one that was signed");
    refused(|parts| parts.signed[2] = sequence(&[der(&[6], &[0x2a, 3])]), "not the one that was signed");
    refused(|parts| parts.rest.push(vec![5, 0]), "bytes behind its end");
    refused(|parts| parts.signed.push(vec![5, 0]), "bytes behind its end");
    refused(|parts| drop(parts.rest.pop()), "the signature: is missing");
}

#[test]
fn every_part_must_have_its_form() {
    refused(|parts| parts.signed[0] = tagged(0, &integer(3)), "version 4");
    refused(|parts| drop(parts.signed.remove(0)), "not of version 3");
    refused(|parts| parts.signed[1] = der(&[2], &[]), "serial number is empty");
    refused(|parts| parts.signed[1] = octets(&[1]), "the serial number: is a OCTET STRING");
    refused(|parts| parts.signed[3] = sequence(&[integer(1)]), "not a SET");
    refused(|parts| parts.signed[4] = sequence(&[integer(1), integer(1)]), "is not a date");
    refused(|parts| parts.signed[4] = sequence(&[der(&[23], b"261301000000Z")]), "is not a date");
    refused(|parts| parts.signed[6] = sequence(&[sequence(&[]), der(&[3], &[0, 4])]), "the key's algorithm");
    let bits = |parts: &Parts| inside(&parts.signed[6])[0].clone();
    refused(|parts| parts.signed[6] = sequence(&[bits(parts), der(&[3], &[1, 4])]), "not whole bytes");
    refused(|parts| parts.signed[6] = sequence(&[bits(parts), der(&[3], &[])]), "not whole bytes");
    refused(|parts| parts.rest[1] = der(&[3], &[7, 0x80]), "not whole bytes");
    let extension = || sequence(&[der(&[6], &[0x55, 0x1d, 0x13]), octets(&[0x30, 0])]);
    refused(|parts| parts.signed[7] = tagged(3, &sequence(&[extension(), extension()])), "stands twice");
    let loud = || sequence(&[der(&[6], &[0x55, 0x1d, 0x13]), der(&[1], &[1]), octets(&[0x30, 0])]);
    refused(|parts| parts.signed[7] = tagged(3, &sequence(&[loud()])), "neither 00 nor FF");
}

#[test]
fn lengths_are_minimal_and_stated_and_nothing_follows() {
    let whole = Parts::new().whole();
    let wrong = |bytes: &[u8]| Certificate::from_der(bytes).unwrap_err().to_string();
    assert!(wrong(&[&whole[..], &[0]].concat()).contains("bytes behind its end"));
    assert!(wrong(&whole[..whole.len() - 1]).contains("not strict DER"));
    assert!(wrong(&[&[0x30, 0x80][..], &whole[4..], &[0, 0]].concat()).contains("not strict DER"));
    assert!(wrong(&[&[0x30, 0x83, 0], &whole[2..]].concat()).contains("not strict DER"));
    assert!(wrong(&[]).contains("is missing"));
    assert!(wrong(&vec![0x30; 20_000]).contains("16 KiB"));
}
