//! The tables of `docs/attestation.md` are what the code says. `ATALAYA_BLESS=1 cargo test -p server-stub --test attestation
//! published` writes them anew.

use std::{env, fs, path::PathBuf};

use agent_core::judge::text::Language;
use atalaya_server::attestation::{Reason, Unusual, android::tag::TAGS};

fn reasons() -> String {
    let row = |reason: &Reason| {
        format!("| `{}` | {} | {} |\n", reason.code(), reason.words(Language::En), reason.remedy(Language::En))
    };
    let rows: String = Reason::ALL.iter().map(row).collect();
    format!("| code | what it means | what to do |\n|---|---|---|\n{rows}")
}

fn oddities() -> String {
    let row = |unusual: &Unusual| format!("| `{}` | {} |\n", unusual.code(), unusual.words(Language::En));
    format!("| code | what it means |\n|---|---|\n{}", Unusual::ALL.iter().map(row).collect::<String>())
}

fn tags() -> String {
    let row = |tag: &atalaya_server::attestation::android::tag::Tag| {
        format!("| {} | `{}` | {:?} |\n", tag.number, tag.name, tag.shape)
    };
    format!("| tag | name | holds |\n|---|---|---|\n{}", TAGS.iter().map(row).collect::<String>())
}

#[test]
fn the_tables_are_those_of_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/attestation.md");
    let found = fs::read_to_string(&path).unwrap();
    let mut wanted = found.clone();
    for (name, table) in [("reasons", reasons()), ("oddities", oddities()), ("tags", tags())] {
        let marks = [format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->")];
        let (before, rest) = wanted.split_once(&marks[0]).unwrap();
        let (_, after) = rest.split_once(&marks[1]).unwrap();
        wanted = format!("{before}{}{table}{}{after}", marks[0], marks[1]);
    }
    if env::var_os("ATALAYA_BLESS").is_some() {
        fs::write(&path, &wanted).unwrap();
        return;
    }
    assert!(found == wanted, "docs/attestation.md is not what the code says; run this test with ATALAYA_BLESS=1");
}
