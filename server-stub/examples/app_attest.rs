//! An authority like Apple's for tests of shells: `cargo run --example app_attest`. Line by line it answers what a device's
//! App Attest would, in base64; the first line is the root that a server is to trust (`atalaya trust import apple-roots`).
//!
//! ```text
//! attest NAME HASH            makes a key of this name, and attests it over these 32 bytes in hexadecimal
//! assert NAME HASH COUNTER    uses it once more
//! ```

#[path = "../tests/attestation/apple_authority.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "shared with tests, which may stop where they stand and need more")]
mod apple_authority;
#[path = "../tests/attestation/authority.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "shared with tests, which may stop where they stand and need more")]
mod authority;

use std::{
    collections::HashMap,
    error::Error,
    io::{BufRead as _, Write as _, stdin, stdout},
};

use atalaya_server::attestation::unhex;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use apple_authority::{APP, Apple, Said, assertion_over, tail};

fn main() -> Result<(), Box<dyn Error>> {
    let apple = Apple::new();
    let mut keys = HashMap::new();
    let say = |bytes: &[u8]| -> std::io::Result<()> {
        writeln!(stdout(), "{}", STANDARD.encode(bytes))?;
        stdout().flush()
    };
    say(apple.root().der())?;
    for line in stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let hash: Option<[u8; 32]> = words.get(2).and_then(|hash| unhex(hash)?.try_into().ok());
        let hash = hash.ok_or("32 bytes in hexadecimal")?;
        match words[..] {
            ["attest", name, _] => {
                let said = Said { hash: hash.to_vec(), years: (2020, 2045), tail: tail(), ..Said::default() };
                let (object, key) = apple.attest(&said);
                keys.insert(name.to_owned(), key);
                say(&object)?;
            }
            ["assert", name, _, counter] => {
                let key = keys.get(name).ok_or("no such key")?;
                say(&assertion_over(key, (APP, hash), counter.parse()?, &tail(), false))?;
            }
            _ => return Err(format!("neither `attest` nor `assert`: {line}").into()),
        }
    }
    Ok(())
}
