//! Modules use only those before them: `judge`, then `wire`, then `client`, then `host`; inside `judge` the pure
//! centre knows no clock, no file and no network.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{fs, path::Path};

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

fn forbidden(layer: &str, words: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer);
    let mut found = Vec::new();
    sources(&folder, &mut found);
    assert!(!found.is_empty());
    for (file, text) in found {
        for word in words {
            assert!(!text.contains(word), "{file} uses {word}");
        }
    }
}

#[test]
fn no_module_uses_one_that_comes_after_it() {
    forbidden(
        "judge",
        &["crate::wire", "crate::client", "crate::host", "crate::clock", "std::fs", "std::net", "std::env", "async fn"],
    );
    forbidden("wire", &["crate::client", "crate::host", "std::fs", "std::net", "std::env"]);
    forbidden("client", &["crate::host", "std::env"]);
}
