//! The fuzzer's targets of evidence on its seeds and on random changes of them, where no fuzzer is installed.
//! `ATALAYA_BLESS=1 cargo test -p server-stub --test attestation fuzz_targets` makes the seeds anew, from authorities of our
//! own.

use std::{env, fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::{prelude::*, sample::Index};

use super::{
    apple_authority::{Apple, Said, assertion, system, tail},
    authority::{Authority, Description, enumerated, integer, octets, sequence, set, tagged},
};

#[path = "../../../tests/fuzz/src/evidence.rs"]
#[expect(
    unreachable_pub,
    clippy::expect_used,
    reason = "the fuzzer's crate exports them, and may stop where it stands"
)]
mod evidence;

/// A target, and the name of its folder of seeds.
type Target = (&'static str, fn(&[u8]) -> bool);

const TARGETS: [Target; 4] = [
    ("key-description", evidence::key_description),
    ("android-chain", evidence::android_chain),
    ("app-attestation", evidence::app_attestation),
    ("app-assertion", evidence::app_assertion),
];

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/seeds").join(target)
}

/// The seeds of a target: each goes all the way.
fn made(target: &str) -> Vec<(&'static str, Vec<u8>)> {
    match target {
        "key-description" => {
            let odd = vec![tagged(3, &integer(256)), tagged(9999, &octets(&[1])), tagged(705, &integer(160_000))];
            let software = sequence(&[enumerated(0), octets(&[]), set(&[integer(1)])]);
            vec![
                ("sound.der", Description::default().to_der()),
                ("odd.der", Description { more_hardware: odd, ..Description::default() }.to_der()),
                ("unlocked.der", Description { root: Some((vec![0; 32], 0, 2)), ..Description::default() }.to_der()),
                (
                    "software.der",
                    Description { levels: (0, 0), root: None, version: 3, ..Description::default() }.to_der(),
                ),
                (
                    "unknown-content.der",
                    Description { more_hardware: vec![tagged(9998, &software)], ..Description::default() }.to_der(),
                ),
            ]
        }
        "android-chain" => {
            let der = |authority: &Authority| -> Vec<Vec<u8>> {
                let chain = authority.chain(&Description::default().to_der());
                chain.iter().map(|certificate| certificate.der().to_vec()).collect()
            };
            let (remote, factory, rsa) =
                (der(&Authority::remote()), der(&Authority::factory()), der(&Authority::factory_rsa()));
            let pem = |der: &Vec<u8>| {
                format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
            };
            let json: Vec<String> = factory.iter().map(|der| STANDARD.encode(der)).collect();
            vec![
                ("remote.der", remote.concat()),
                ("remote.pem", remote.iter().map(pem).collect::<String>().into_bytes()),
                ("factory.json", serde_json::to_vec(&json).unwrap()),
                ("factory-rsa.der", rsa.concat()),
            ]
        }
        "app-attestation" => {
            let of = |said: Said| Apple::new().attest(&Said { certificates: 3, ..said }).0;
            vec![
                ("before-ios-27.cbor", of(Said { system: Some(system("17.2.1", "21C66")), ..Said::default() })),
                ("from-ios-27.cbor", of(Said { tail: tail(), ..Said::default() })),
            ]
        }
        _ => {
            let (_, key) = Apple::new().attest(&Said::default());
            let of = |tail: &[u8]| [key.public_key_raw(), &assertion(&key, 7, tail, false)].concat();
            vec![("before-ios-27.bin", of(&[])), ("from-ios-27.bin", of(&tail()))]
        }
    }
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn every_seed_goes_all_the_way() {
    for (name, target) in TARGETS {
        if env::var_os("ATALAYA_BLESS").is_some() {
            fs::create_dir_all(folder(name)).unwrap();
            for (file, bytes) in made(name) {
                fs::write(folder(name).join(file), bytes).unwrap();
            }
        }
        let seeds = seeds(name);
        assert!(seeds.len() > 1, "{name}");
        for (file, seed) in seeds {
            assert!(target(&seed), "{}", file.display());
        }
        for (file, seed) in made(name) {
            assert!(target(&seed), "{name}/{file} as it would be made today");
        }
    }
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_changed_seed_holds(
        target in 0..TARGETS.len(), seed: Index,
        changes in prop::collection::vec((any::<Index>(), 0_usize..3, prop::collection::vec(any::<u8>(), 0..3)), 1..3),
    ) {
        let (name, target) = TARGETS[target];
        let seeds = seeds(name);
        target(&changed(seed.get(&seeds).1.clone(), &changes));
    }

    #[test]
    fn any_bytes_hold(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        for (_, target) in TARGETS {
            prop_assert!(!target(&bytes));
        }
    }
}
