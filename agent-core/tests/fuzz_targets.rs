//! The fuzzer's targets on its seeds and on random changes of them: what a fuzzer looks for, in each test run.

#![cfg(feature = "yaml")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

use std::{fs, path::PathBuf};

use proptest::{prelude::*, sample::Index};

#[path = "../../tests/fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate exports them")]
mod targets;

/// A target and the name of its folder of seeds.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 6] = [
    ("envelope", targets::envelope),
    ("policy", targets::policy),
    ("catalogue", targets::catalogue),
    ("report", targets::report),
    ("facts", targets::facts),
    ("signature", targets::signature),
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/seeds").join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

/// One change: at a place, so many bytes go, and these come.
type Change = (Index, usize, Vec<u8>);

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (place, gone, come) in changes {
        let from = place.index(bytes.len() + 1);
        let to = (from + gone).min(bytes.len());
        bytes.splice(from..to, come.iter().copied());
    }
    bytes
}

fn come() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 1..4),
        "[0-9]{1,20}".prop_map(String::into_bytes),
        "[-a-zA-Z0-9_.:,{}\\[\\]\"' \n~|>&*!#]{1,6}".prop_map(String::into_bytes),
        prop::sample::select(vec!["null", "true", "{}", "[]", "\"\"", "-1", "1e999", "9999-12-31", "\u{202e}"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

#[test]
fn every_seed_holds() {
    for (name, target) in TARGETS {
        for seed in seeds(name) {
            target(&seed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_changed_seed_holds(
        target in 0..TARGETS.len(), seed: Index,
        changes in prop::collection::vec((any::<Index>(), 0_usize..6, come()), 1..4),
    ) {
        let (name, target) = TARGETS[target];
        let seeds = seeds(name);
        target(&changed(seed.get(&seeds).clone(), &changes));
    }

    #[test]
    fn any_bytes_hold(bytes in prop::collection::vec(any::<u8>(), 0..80), text in "\\PC{0,80}") {
        for (_, target) in TARGETS {
            target(&bytes);
            target(text.as_bytes());
        }
    }
}
