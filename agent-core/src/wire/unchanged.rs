//! An `unchanged` report has one canonical form, so a server can keep its columns and the signature's 64 bytes in
//! place of the envelope, and still show the very bytes that the device signed.

use jiff::Timestamp;

use super::{
    envelope::{self, Kind},
    id::{Audience, DeviceId},
    key::VerifyingKey,
    report::{Content, Report, Unchanged},
};

/// What a server keeps of an `unchanged` report beside its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnchangedColumns {
    /// The schema's version.
    pub schema: u32,
    /// Whom it was for.
    pub audience: Audience,
    /// Whose it is.
    pub device: DeviceId,
    /// Its number.
    pub sequence: u64,
    /// The challenge that it answered.
    pub challenge: String,
    /// When it was made, by the device's clock; a report tells it to the millisecond.
    pub at: Timestamp,
    /// The agent's version.
    pub agent_version: String,
    /// The policy that it was judged by.
    pub policy_revision: u64,
    /// The catalogue that it was judged by.
    pub catalogue_revision: u64,
    /// How many reports before it were given up.
    pub dropped: u32,
    /// The hash of the full report that it names.
    pub report_hash: String,
}

impl UnchangedColumns {
    /// The columns of a report; none for a full one.
    pub fn of(report: &Report) -> Option<Self> {
        let Content::Unchanged(Unchanged { report_hash }) = &report.content else { return None };
        Some(Self {
            schema: report.schema,
            audience: report.audience.clone(),
            device: report.device,
            sequence: report.sequence,
            challenge: report.challenge.clone(),
            at: report.at,
            agent_version: report.agent_version.clone(),
            policy_revision: report.policy_revision,
            catalogue_revision: report.catalogue_revision,
            dropped: report.dropped,
            report_hash: report_hash.clone(),
        })
    }

    /// The report.
    pub fn report(&self) -> Report {
        Report {
            schema: self.schema,
            audience: self.audience.clone(),
            device: self.device,
            sequence: self.sequence,
            challenge: self.challenge.clone(),
            at: self.at,
            agent_version: self.agent_version.clone(),
            policy_revision: self.policy_revision,
            catalogue_revision: self.catalogue_revision,
            dropped: self.dropped,
            content: Content::Unchanged(Unchanged { report_hash: self.report_hash.clone() }),
        }
    }

    /// The envelope that the device with this key sealed with this signature.
    ///
    /// A device may have written the same report in another form (spaces, another order): before a server lets go of
    /// a received envelope it must see that this gives the same text, and keep the envelope whole if not.
    pub fn envelope(&self, key: &VerifyingKey, signature: &[u8; 64]) -> String {
        envelope::rebuild(Kind::Report, key.algorithm(), key.thumbprint(), &unchanged_payload(self), signature)
    }
}

/// The exact payload of an `unchanged` report.
pub fn unchanged_payload(columns: &UnchangedColumns) -> Vec<u8> {
    // A report has text keys and plain values alone: writing it cannot fail.
    serde_json::to_vec(&columns.report()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{
            envelope::{Unverified, hash, hex, seal},
            key::Algorithm,
            software_key::SoftwareKey,
        },
        *,
    };

    prop_compose! {
        fn columns()(
            organisation: u32, random: [u8; 12], sequence in 1..1_u64 << 53, challenge in "\\PC{0,60}",
            millisecond in -377_705_116_800_000_i64..253_402_207_200_000, agent_version in "[0-9.a-z+-]{0,12}",
            revisions in (0..1_u64 << 53, 0..1_u64 << 53), dropped: u32, named: [u8; 32],
        ) -> UnchangedColumns {
            UnchangedColumns {
                schema: 1,
                audience: Audience::new("k7", organisation),
                device: DeviceId::new(organisation, random),
                sequence,
                challenge,
                at: Timestamp::from_millisecond(millisecond).unwrap(),
                agent_version,
                policy_revision: revisions.0,
                catalogue_revision: revisions.1,
                dropped,
                report_hash: hex(&named),
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_rebuilt_byte_for_byte(columns in columns(), es256: bool) {
            let key = SoftwareKey::generate(if es256 { Algorithm::Es256 } else { Algorithm::EdDsa }).unwrap();
            let sealed = seal(Kind::Report, &columns.report(), &key).unwrap();
            let ready = VerifyingKey::try_from(&key.public_key()).unwrap();
            let verified = Unverified::parse(&sealed).unwrap().verify(Kind::Report, &ready).unwrap();
            let read = UnchangedColumns::of(&verified.read().unwrap()).unwrap();
            prop_assert_eq!(&read, &columns);
            prop_assert_eq!(&unchanged_payload(&read)[..], verified.payload());
            let rebuilt = read.envelope(&ready, verified.signature());
            prop_assert_eq!(hash(&rebuilt), hash(&sealed));
            prop_assert_eq!(rebuilt, sealed);
        }
    }

    #[test]
    fn a_report_in_another_form_is_not_taken_for_the_canonical_one() {
        let key = SoftwareKey::from_seed(&[7; 32]).unwrap();
        let ready = VerifyingKey::try_from(&key.public_key()).unwrap();
        let columns = UnchangedColumns {
            schema: 1,
            audience: Audience::new("k7", 1),
            device: DeviceId::new(1, [1; 12]),
            sequence: 2,
            challenge: "c".into(),
            at: "2026-11-24T09:00:00Z".parse().unwrap(),
            agent_version: "0.1.0".into(),
            policy_revision: 1,
            catalogue_revision: 0,
            dropped: 0,
            report_hash: "ab".repeat(32),
        };
        // The same members in the order of the alphabet.
        let sorted = serde_json::to_value(columns.report()).unwrap();
        let sealed = seal(Kind::Report, &sorted, &key).unwrap();
        let verified = Unverified::parse(&sealed).unwrap().verify(Kind::Report, &ready).unwrap();
        let read = UnchangedColumns::of(&verified.read().unwrap()).unwrap();
        assert_eq!(read, columns);
        assert_ne!(read.envelope(&ready, verified.signature()), sealed);
    }

    #[test]
    fn a_report_tells_its_time_to_the_millisecond() {
        let at = "2026-11-24T09:00:00.123456789Z".parse().unwrap();
        let device = DeviceId::new(1, [1; 12]);
        let columns = UnchangedColumns {
            schema: 1,
            audience: Audience::new("k7", 1),
            device,
            sequence: 2,
            challenge: String::new(),
            at,
            agent_version: String::new(),
            policy_revision: 1,
            catalogue_revision: 0,
            dropped: 0,
            report_hash: "ab".repeat(32),
        };
        let written = String::from_utf8(unchanged_payload(&columns)).unwrap();
        assert!(written.contains(r#""at":"2026-11-24T09:00:00.123Z""#), "{written}");
    }
}
