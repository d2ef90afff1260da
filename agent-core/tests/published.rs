//! What is published beside the code is what the code says: JSON Schemas and the tables in `docs/privacy.md`.
//! `ATALAYA_BLESS=1 cargo test -p agent-core --test published` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{env, fs, path::PathBuf};

use agent_core::{
    judge::policy::schema::policy_schema,
    wire::field::{privacy_table, report_schema, statements_table},
};

fn holds(file: &str, wanted: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file);
    if env::var_os("ATALAYA_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/{file} is not what the code says; run this test with ATALAYA_BLESS=1");
}

#[test]
fn the_schemas_are_those_of_the_code() {
    for (file, schema) in [
        ("schemas/report-v1.json", report_schema(1)),
        ("schemas/report-v2.json", report_schema(2)),
        ("schemas/policy-v1.json", policy_schema()),
    ] {
        holds(file, &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
    }
}

#[test]
fn the_lists_of_fields_are_those_of_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/privacy.md");
    let mut wanted = fs::read_to_string(path).unwrap();
    for (name, table) in [("fields", privacy_table()), ("statements", statements_table())] {
        let marks = [format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->")];
        let (before, rest) = wanted.split_once(&marks[0]).unwrap();
        let (_, after) = rest.split_once(&marks[1]).unwrap();
        wanted = format!("{before}{}{table}{}{after}", marks[0], marks[1]);
    }
    holds("privacy.md", &wanted);
}
