//! What the company tells and asks, and what a person says to it.

use super::{Desk, server::SERVER};

#[test]
fn a_person_reads_acknowledges_and_declares() {
    let desk = Desk::asking();
    let notice = desk.says(&["notice", "--lang", "es"]);
    assert!(
        notice.out.starts_with("Qué se mira de este dispositivo (versión 2)\n\nMiramos el cifrado.\n"),
        "{}",
        notice.out
    );
    assert!(notice.out.contains("acknowledge notice --version 2"), "{}", notice.out);
    let rules = desk.says(&["rules"]);
    assert!(rules.out.starts_with("Rules for using WhatsApp at work (version 3)\n"), "{}", rules.out);
    assert!(rules.out.contains("  linked-devices  linked devices reviewed: not answered yet\n"), "{}", rules.out);

    let old = desk.says(&["acknowledge", "rules", "--version", "2"]);
    assert_eq!((old.code, old.err.contains("not the version in force, 3")), (1, true), "{}", old.err);
    let said = desk.says(&["acknowledge", "rules", "--version", "3"]);
    assert_eq!((said.code, said.out.as_str()), (0, "The server has what you said (1).\n"));
    assert!(desk.says(&["rules"]).out.contains("Acknowledged on 2026-11-24."));
    assert_eq!(desk.says(&["declare", "linked-devices", "--no"]).code, 0);
    assert!(desk.says(&["rules"]).out.contains("linked devices reviewed: not so, 2026-11-24"));
    assert_eq!(desk.says(&["declare", "away-message"]).code, 1, "nobody asks it");
    assert_eq!(desk.server.held().statements.len(), 2);
    // What was said stands in the machine's own judgement and in its report.
    assert!(desk.says(&["check"]).out.contains("✓ Rules of use"), "{}", desk.says(&["check"]).out);
    assert!(desk.says(&["ledger"]).out.contains("what you said, number 2"));
}

#[test]
fn what_cannot_be_told_now_waits() {
    let desk = Desk::asking();
    desk.server.offline.store(true, std::sync::atomic::Ordering::Relaxed);
    let said = desk.says(&["declare", "linked-devices", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["delivery"]["statementsWaiting"]), (1, &1.into()));
    desk.server.offline.store(false, std::sync::atomic::Ordering::Relaxed);
    let later = desk.says(&["acknowledge", "notice", "--version", "2", "--later"]);
    assert_eq!(later.out, "It is written down; the next `atalaya-agent deliver` sends it.\n");
    assert!(desk.says(&["deliver", "--now"]).out.starts_with("The server has what you said (2).\n"));
}

#[test]
fn a_pause_holds_everything_back_and_can_end_early() {
    let desk = Desk::asking();
    let said = desk.says(&["pause", "--until", "2026-11-27"]);
    assert!(said.out.starts_with("You are away from 2026-11-24 12:00 until 2026-11-27 00:00"), "{}", said.out);
    assert_eq!(desk.says(&["pause", "--until", "2026-11-20"]).code, 1);
    desk.set("2026-11-25T11:00:00Z");
    assert!(
        desk.says(&["deliver"]).out.contains("You are away until 2026-11-27 08:00"),
        "{}",
        desk.says(&["deliver"]).out
    );
    assert!(desk.says(&["status"]).out.contains("Away"), "{}", desk.says(&["status"]).out);
    assert!(desk.says(&["pause", "--end"]).out.starts_with("Welcome back"));
    assert!(!desk.says(&["deliver"]).out.contains("away"));
    assert_eq!(desk.server.held().statements.len(), 2);
}

#[test]
fn whoever_withdraws_leaves_nothing_behind_but_the_ledger() {
    let desk = Desk::asking();
    let said = desk.says(&["withdraw", "--yes"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("You have left") && said.out.lines().count() == 1, "{}", said.out);
    assert_eq!(desk.says(&["status"]).code, 1);
    assert!(desk.says(&["ledger"]).out.contains(&format!("{SERVER}/v1/statements")));
    assert!(!desk.folder.path().join("state/enrolment.json").exists());
}

#[test]
fn whoever_withdraws_is_told_whether_the_company_knows() {
    let desk = Desk::asking();
    desk.server.held().closed = true;
    assert!(desk.says(&["withdraw", "--yes"]).out.contains("nobody needs to be told"));
    let desk = Desk::asking();
    desk.server.held().closed = true;
    let document: serde_json::Value = serde_json::from_str(&desk.says(&["withdraw", "--yes", "--json"]).out).unwrap();
    assert_eq!(document, serde_json::json!({ "withdrawn": true, "told": false, "closed": true }));
    assert_eq!(desk.says(&["status"]).code, 1);
}
