//! The real, recorded answers of public sources, where `ATALAYA_TEST_DATA` points (default `../shared` beside the
//! project): every version in them is read, and the demo's floors are those of the CVE records.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use agent_core::judge::{
    Catalogue,
    catalogue::document::CatalogueDocument,
    version::{AndroidOs, IosOs, WhatsappAndroid, WhatsappIos},
};
use serde_json::Value;

/// The folder of recorded feeds; says so where there is none.
fn feeds() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let feeds = std::env::var_os("ATALAYA_TEST_DATA").map_or_else(default, PathBuf::from).join("feeds");
    if !feeds.is_dir() {
        // Past the test runner's capture, so that the skip is seen.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED recorded feeds: {} is not there; set ATALAYA_TEST_DATA",
            feeds.display()
        );
        return None;
    }
    Some(feeds)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every text under this key, however deep.
fn texts(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == key => found.push(text.clone()),
                    _ => texts(member, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, found)),
        _ => {}
    }
}

fn under(value: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    texts(value, key, &mut found);
    found
}

#[test]
fn every_recorded_version_of_an_operating_system_is_read() {
    let Some(feeds) = feeds() else { return };
    let apple =
        [("gdmf_pmv.json", "ProductVersion"), ("sofa_v2_ios.json", "ProductVersion"), ("endoflife_ios.json", "latest")];
    for (file, key) in apple {
        let versions = under(&read(&feeds.join(file)), key);
        assert!(versions.len() > 5, "{file} holds versions under {key}");
        for version in versions {
            assert!(version.parse::<IosOs>().is_ok(), "{file}: {version}");
        }
    }
    let cycles = under(&read(&feeds.join("endoflife_android.json")), "cycle");
    assert!(cycles.len() > 5);
    for cycle in cycles {
        // `4.4w` is of the watches' line: unknown here, not old.
        assert_eq!(cycle.parse::<AndroidOs>().is_ok(), !cycle.ends_with('w'), "{cycle}");
    }
}

/// Whether the catalogue has this floor.
fn has_floor(catalogue: &Catalogue, product: &str, cve: &str, version: &str) -> bool {
    if product.ends_with("Android") {
        let version: WhatsappAndroid = version.parse().unwrap();
        catalogue.whatsapp_android.floors.iter().any(|floor| floor.cve == cve && floor.version == version)
    } else {
        let version: WhatsappIos = version.parse().unwrap();
        catalogue.whatsapp_ios.floors.iter().any(|floor| floor.cve == cve && floor.version == version)
    }
}

#[test]
fn the_demo_knows_every_recorded_flaw_of_whatsapp_business() {
    let Some(feeds) = feeds() else { return };
    let catalogue = CatalogueDocument::from_text("catalogue.yaml", include_str!("../src/demo/catalogue.yaml")).unwrap();
    let mut floors = 0;
    for entry in fs::read_dir(feeds.join("cve")).unwrap() {
        let record = read(&entry.unwrap().path());
        let cve = record["cveMetadata"]["cveId"].as_str().unwrap();
        for affected in record["containers"]["cna"]["affected"].as_array().unwrap() {
            let product = affected["product"].as_str().unwrap();
            if !matches!(product, "WhatsApp Business for Android" | "WhatsApp Business for iOS") {
                continue;
            }
            for version in under(affected, "lessThan") {
                assert!(has_floor(&catalogue.catalogue, product, cve, &version), "{cve}: {product} {version}");
                floors += 1;
            }
        }
    }
    assert!(floors > 3, "{floors} floors were compared");
}
