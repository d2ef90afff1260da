//! The merged catalogue and the administrator's file in it.

use atalaya_server::releases::claim::Line;

use crate::site::{EVERY, Site, versions};

pub(crate) const FILE: &str = "apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: 2026-11-24T06:00:00Z }
lines:
  - product: whatsapp-business
    platform: android
    source: it-desk
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: curated
    releases: [ { version: 2.26.39.71, released: 2026-10-01 } ]
    floors: [ { version: 2.26.20.1, cve: CVE-2026-23871 } ]
  - product: os
    platform: ios
    source: it-desk
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: curated
    support: [ { cycle: \"16\" } ]
";

#[tokio::test]
async fn the_administrators_file_wins_for_what_it_names_and_for_nothing_else() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    site.import("it-desk", "releases.yaml", FILE.as_bytes().to_vec()).await;
    let android = site.line(Line::BUSINESS_ANDROID).await;
    assert_eq!(versions(&android), ["2.26.39.71"]);
    assert_eq!(android.floors.len(), 1);
    assert_eq!((android.floors[0].version.as_str(), android.floors[0].exploited), ("2.26.20.1", false));
    assert_eq!(site.fate(Line::BUSINESS_ANDROID, "amapi", "2.26.41.75").await, "beaten");
    let ios = site.line(Line::IOS).await;
    let cycle = |name: &str| ios.cycles.iter().find(|one| one.cycle == name).unwrap();
    assert_eq!((cycle("16").until, cycle("16").source.as_str()), (None, "it-desk"));
    assert_eq!(cycle("9").source, "endoflife.date");
    assert_eq!(ios.newest.as_deref(), Some("26.1"), "its releases are not named");
    // A new file replaces the old one.
    let without = FILE.replace("    releases: [ { version: 2.26.39.71, released: 2026-10-01 } ]\n", "");
    site.import("it-desk", "releases.yaml", without.into_bytes()).await;
    assert_eq!(site.line(Line::BUSINESS_ANDROID).await.newest.as_deref(), Some("2.26.41.75"));
}

#[tokio::test]
async fn without_any_claim_the_administrators_file_alone_is_in_force() {
    let site = Site::new().await;
    assert_eq!(site.import("administrator", "releases.yaml", FILE.as_bytes().to_vec()).await, 1);
    assert_eq!(site.catalogue().await.revision, 1);
    assert_eq!(site.lines().await.len(), 2);
    let explained = site.explain(Line::BUSINESS_ANDROID).await;
    assert!(explained.claims.iter().all(|claim| claim.fate == "used" && claim.why.contains("administrator")));
}

#[tokio::test]
async fn only_a_merge_that_changes_anything_is_a_revision() {
    let site = Site::new().await;
    let first = site.fetch(&EVERY).await.merged[0].1.revision.unwrap();
    assert_eq!(site.fetch(&EVERY).await.merged, []);
    let rejudged = site.server.settle().await.unwrap();
    assert_eq!(rejudged.rejudged, 0, "no devices yet");
    site.feeds.changed("apple-gdmf/pmv.json", "\"26.1\"", "\"26.1.1\"");
    let second = site.fetch(&["apple-gdmf"]).await.merged[0].1.revision.unwrap();
    assert_eq!(second, first + 1);
    let org = site.scope.org();
    let changes = site.server.store.read(move |conn| {
        Ok(conn.query_row("SELECT count(*) FROM rejudgements WHERE org = ?1", [org], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(changes.await.unwrap(), 2, "the fleet is judged again for each revision");
}

#[tokio::test]
async fn the_merged_catalogue_is_one_that_a_person_could_have_written() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    let org = site.scope.org();
    let text = site.server.store.read(move |conn| {
        Ok(conn.query_row("SELECT document FROM catalogues WHERE org = ?1", [org], |row| row.get::<_, String>(0))?)
    });
    let text = text.await.unwrap();
    agent_core::judge::catalogue::document::CatalogueDocument::from_text("merged.json", &text).unwrap();
    assert!(text.len() < 32 * 1024, "{} bytes", text.len());
}
