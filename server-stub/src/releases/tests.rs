//! The own fleet and the own inventory as sources, and devices that are newer than every source.

use agent_core::judge::{DeviceFacts, Reading, facts::Presence};

use super::{Fetcher, Round, claim::Line, explain, fetch, source::OBSERVED};
use crate::{
    fleet::{ReleaseLineView, releases::releases},
    judging::{catalogues::import_catalogue, rules::apply_policy},
    mdm::{self, AppLists, Found, Inventory, Kind, ManagedApp, ManagedFacts},
    rig::{Rig, rig, verdict},
};

const PLAY: &str = "com.android.vending";
const OWN: &str = "aa";

/// A phone with this WhatsApp Business.
fn phone(version: &str, installer: &str, signer: &str) -> DeviceFacts {
    let mut facts = crate::rig::facts(true);
    facts.whatsapp_business.presence = Reading::reported(Presence::Installed);
    facts.whatsapp_business.version = Reading::reported(version.to_owned());
    facts.whatsapp_business.installer = Reading::reported(installer.to_owned());
    facts.whatsapp_business.signers = Reading::reported(vec![signer.repeat(32)]);
    facts
}

const POLICY: &str = "apiVersion: posture/v1
kind: Policy
metadata: { name: strict, revision: 7 }
spec:
  checks:
    os-version: { behindLatest: { releases: 0 }, supported: true }
    whatsapp-business: { required: true, behindLatest: { releases: 0 } }
    app-authenticity: { signers: [] }
";

async fn site() -> Rig {
    site_with(POLICY.to_owned()).await
}

async fn site_with(policy: String) -> Rig {
    let rig = rig().await;
    let (scope, now) = (rig.scope, rig.server.now());
    let applied = rig.server.store.write(move |conn| {
        Ok(apply_policy(conn, scope, "default", ("policy.yaml", &policy), "", now).map_err(|error| error.to_string()))
    });
    applied.await.unwrap().unwrap();
    rig
}

impl Rig {
    async fn report_all(&self, fleet: &[(&str, &str, &str)]) {
        for (version, installer, signer) in fleet {
            let mut device = self.enrol().await;
            self.send(&mut device, phone(version, installer, signer)).await;
        }
    }

    async fn look(&self) -> Round {
        fetch(&self.server, &Fetcher::default(), &[self.scope], &OBSERVED, &mut |_| {}).await.unwrap()
    }

    /// What management says of iPhones and their WhatsApp Business, each under its reference.
    async fn inventoried(&self, source: &'static str, kind: Kind, fleet: &[(&str, &str, &str)]) {
        let inventories = fleet.iter().map(|(device_ref, model, version)| {
            let app = ManagedApp {
                presence: Presence::Installed,
                version: Some((*version).to_owned()),
                has_update_available: None,
                external_version_id: None,
            };
            let facts = ManagedFacts {
                model: Some((*model).to_owned()),
                os_version: Some("26.1".to_owned()),
                whatsapp_business: Some(app),
                ..ManagedFacts::default()
            };
            Inventory { device_ref: (*device_ref).to_owned(), seen_at: None, retired: false, facts }
        });
        let found = Found { inventories: inventories.collect(), ..Found::default() };
        let (scope, now) = (self.scope, self.server.now());
        let added = self.server.store.write(move |conn| {
            mdm::add(conn, scope, (source, kind), Some(AppLists::MayLeaveOut), now).map_err(|error| panic!("{error}"))
        });
        added.await.unwrap();
        self.server.store.write(move |conn| mdm::take_in(conn, scope, source, found, now)).await.unwrap();
    }

    async fn line(&self, line: Line) -> Option<ReleaseLineView> {
        let (scope, now) = (self.scope, self.server.now());
        let lines = self.server.store.read(move |conn| releases(conn, scope, now)).await.unwrap();
        lines.into_iter().find(|one| one.product == line.product.as_str() && one.platform == line.platform.as_str())
    }

    async fn fate(&self, line: Line, subject: &str) -> Option<String> {
        let (scope, now) = (self.scope, self.server.now());
        let explained = self.server.store.read(move |conn| explain(conn, scope, line, None, now)).await.unwrap();
        let claims = explained.into_iter().flat_map(|explained| explained.claims);
        claims.into_iter().find(|claim| claim.subject == subject).map(|claim| claim.fate)
    }
}

#[tokio::test]
async fn what_enough_devices_run_is_latest_and_a_testers_phone_is_not() {
    let rig = site().await;
    rig.report_all(&[("2.26.39.71", PLAY, OWN); 3]).await;
    rig.report_all(&[("2.26.44.1", PLAY, OWN); 2]).await;
    rig.look().await;
    let line = rig.line(Line::BUSINESS_ANDROID).await.unwrap();
    assert_eq!(line.newest.as_deref(), Some("2.26.39.71"));
    assert_eq!(line.releases[0].confidence, "observed");
    assert_eq!(rig.fate(Line::BUSINESS_ANDROID, "2.26.44.1").await.as_deref(), Some("too-few-devices"));
    // The third phone: from today on, and not since the testers had it.
    rig.clock.advance(jiff::SignedDuration::from_hours(24 * 10));
    rig.report_all(&[("2.26.44.1", PLAY, OWN)]).await;
    rig.look().await;
    let line = rig.line(Line::BUSINESS_ANDROID).await.unwrap();
    assert_eq!(line.newest.as_deref(), Some("2.26.44.1"));
    assert_eq!(line.releases[0].released.to_string(), "2026-12-04");
    assert_eq!(line.effective_latest.as_deref(), Some("2.26.39.71"), "held back");
}

#[tokio::test]
async fn what_was_side_loaded_or_signed_by_others_never_counts() {
    let rig = site().await;
    rig.report_all(&[("2.26.39.71", PLAY, OWN); 4]).await;
    rig.report_all(&[("2.26.45.1", "", OWN); 3]).await;
    rig.report_all(&[("2.26.46.1", PLAY, "bb"); 3]).await;
    rig.look().await;
    assert_eq!(rig.line(Line::BUSINESS_ANDROID).await.unwrap().newest.as_deref(), Some("2.26.39.71"));
    assert_eq!(rig.fate(Line::BUSINESS_ANDROID, "2.26.45.1").await, None);
    // A policy that pins the other signer says whom to believe.
    let rig = site_with(POLICY.replace("signers: []", &format!("signers: [\"{}\"]", "bb".repeat(32)))).await;
    rig.report_all(&[("2.26.39.71", PLAY, OWN); 4]).await;
    rig.report_all(&[("2.26.46.1", PLAY, "bb"); 3]).await;
    rig.look().await;
    assert_eq!(rig.line(Line::BUSINESS_ANDROID).await.unwrap().newest.as_deref(), Some("2.26.46.1"));
}

#[tokio::test]
async fn a_device_newer_than_every_source_is_never_failed_and_its_version_is_kept_as_first_seen() {
    const KNOWN: &str = "apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: 2026-11-24T06:00:00Z }
lines:
  - product: os
    platform: android
    source: administrator
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: official
    releases: [ { version: \"16\", released: 2025-06-10 } ]
    support: [ { cycle: \"16\" }, { cycle: \"12\", until: 2025-03-03 } ]
  - product: whatsapp-business
    platform: android
    source: administrator
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: official
    releases: [ { version: 2.26.39.71, released: 2026-10-01 } ]
";
    let rig = site().await;
    let (scope, now) = (rig.scope, rig.server.now());
    let import = move |conn: &rusqlite::Connection| {
        Ok(import_catalogue(conn, scope, "administrator", ("c.yaml", KNOWN), now).map_err(|error| error.to_string()))
    };
    rig.server.store.write(import).await.unwrap().unwrap();
    let mut device = rig.enrol().await;
    let mut facts = phone("2.26.48.2", PLAY, OWN);
    facts.os_version = Reading::reported("18".to_owned());
    let posture = rig.send(&mut device, facts.clone()).await;
    assert_eq!(verdict(&posture, "os-version"), "pass");
    assert_eq!(verdict(&posture, "whatsapp-business"), "pass");
    // One that is older than what is known fails: the check can.
    facts.os_version = Reading::reported("12".to_owned());
    let mut old = rig.enrol().await;
    assert_eq!(verdict(&rig.send(&mut old, facts).await, "os-version"), "fail");
    rig.look().await;
    assert_eq!(rig.fate(Line::ANDROID, "18").await.as_deref(), Some("sighting"));
    // Only one device runs it, and the administrator's file speaks: what is latest stays.
    assert_eq!(rig.line(Line::ANDROID).await.unwrap().newest.as_deref(), Some("16"));
    let first = rig.count("SELECT first_seen_at FROM release_claims WHERE subject = '18'").await;
    assert_eq!(first, now.as_millisecond());
    rig.clock.advance(jiff::SignedDuration::from_hours(48));
    rig.look().await;
    assert_eq!(rig.count("SELECT first_seen_at FROM release_claims WHERE subject = '18'").await, first);
}

#[tokio::test]
async fn a_device_that_leaves_withdraws_nothing() {
    let rig = site().await;
    rig.report_all(&[("2.26.39.71", PLAY, OWN); 3]).await;
    rig.look().await;
    let org = rig.scope.org();
    let left = move |conn: &rusqlite::Connection| {
        Ok(conn.execute("UPDATE device_states SET left_at = 0 WHERE org = ?1", [org]).map(drop)?)
    };
    rig.server.store.write(left).await.unwrap();
    rig.clock.advance(jiff::SignedDuration::from_hours(24 * 9));
    rig.look().await;
    assert_eq!(rig.line(Line::BUSINESS_ANDROID).await.unwrap().effective_latest.as_deref(), Some("2.26.39.71"));
}

#[tokio::test]
async fn the_inventory_speaks_for_whatsapp_on_iphones() {
    let rig = site().await;
    // A device that two sources manage is one device, a computer is no phone, and two are too few.
    rig.inventoried("console", Kind::Csv, &[("A", "iPhone14,5", "26.38.74"), ("d", "iPhone14,5", "26.38.74")]).await;
    rig.inventoried("console", Kind::Csv, &[("e", "Mac15,3", "26.38.74"), ("f", "iPhone17,1", "26.38.74")]).await;
    rig.clock.advance(jiff::SignedDuration::from_hours(1));
    let old = [("a", "iPhone14,5", "26.36.70"), ("b", "iPhone14,5", "26.36.70"), ("c", "iPad13,4", "26.36.70")];
    rig.inventoried("nanomdm", Kind::Nanomdm, &old).await;
    rig.look().await;
    assert_eq!(rig.line(Line::BUSINESS_IOS).await.unwrap().newest.as_deref(), Some("26.36.70"));
    assert_eq!(rig.fate(Line::BUSINESS_IOS, "26.38.74").await.as_deref(), Some("too-few-devices"));
    assert_eq!(rig.fate(Line::IOS, "26.1").await.as_deref(), Some("sighting"));
    rig.inventoried("nanomdm", Kind::Nanomdm, &[("g", "iPhone17,1", "26.38.74")]).await;
    rig.look().await;
    let line = rig.line(Line::BUSINESS_IOS).await.unwrap();
    assert_eq!((line.newest.as_deref(), line.releases[0].confidence.as_str()), (Some("26.38.74"), "observed"));
    assert_eq!(line.effective_latest, None, "nothing has settled yet");
    // On Android it does not know from where an app came.
    rig.inventoried(
        "google",
        Kind::Amapi,
        &[("x", "Pixel", "2.26.9"), ("y", "Pixel", "2.26.9"), ("z", "Pixel", "2.26.9")],
    )
    .await;
    rig.look().await;
    assert!(rig.line(Line::BUSINESS_ANDROID).await.is_none());
}
