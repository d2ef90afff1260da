//! What each command says and does.

use std::sync::{Arc, atomic::Ordering};

use super::{
    Desk,
    server::{FakeServer, SERVER, TOKEN},
};
use crate::{clock::FixedClock, host::enrol_and_report, judge::DeviceState};

#[test]
fn a_person_enrols_by_the_link_and_reads_what_will_be_read() {
    let desk = Desk::new();
    let said = desk.says(&["enrol", &format!("{SERVER}/enrol#{TOKEN}")]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("This machine is now enrolled at Clínica Levante.\n"), "{}", said.out);
    assert!(said.out.contains("  storageEncryption · ") && said.out.contains("  osVersion · "), "{}", said.out);
    assert!(!said.out.contains("screenLock") && !said.out.contains(TOKEN), "{}", said.out);
    assert!(desk.says(&["status"]).out.contains("the server has no report yet"));
}

#[test]
fn enrolling_again_sends_nothing_unless_it_is_wanted() {
    let desk = Desk::enrolled();
    let before = desk.server.held().requests;
    let said = desk.says(&["enrol", "--server", SERVER, "--token", TOKEN, "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&document["already"], desk.server.held().requests), (&true.into(), before));
    let said = desk.says(&["enrol", "--server", "https://other.example.com", "--token", TOKEN]);
    assert_eq!(said.code, 1);
    assert_eq!(said.err, format!("this machine is already enrolled at {SERVER}; to move it, repeat with --again\n"));
    assert_eq!(desk.says(&["enrol", "--server", SERVER, "--token", TOKEN, "--again"]).code, 0);
    assert!(desk.server.held().requests > before);
}

#[test]
fn a_token_that_is_not_taken_is_told_without_the_token() {
    let said = Desk::new().says(&["enrol", "--server", SERVER, "--token", &TOKEN.replace('V', "W"), "--lang", "es"]);
    assert_eq!(said.code, 1);
    assert!(said.err.starts_with("el servidor no lo aceptó"), "{}", said.err);
    assert!(!said.err.contains("ABCD"), "{}", said.err);
}

#[test]
fn a_report_waits_until_it_is_delivered_and_the_servers_verdict_is_told() {
    let desk = Desk::enrolled();
    let said = desk.says(&["report"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.starts_with("Report 1 is ready; nothing has left yet.\n"), "{}", said.out);
    assert_eq!(desk.server.held().reports.len(), 0);
    assert!(desk.says(&["status"]).out.contains("1, since 2026-11-24 12:00"));

    let said = desk.says(&["deliver", "--lang", "es"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let told = "El servidor tiene todo (1).\n\nHay algo que arreglar (1).\n\n✗ Cifrado · Falla\n  \
        Lo que guardas no está cifrado.\n";
    assert!(said.out.starts_with(told), "{}", said.out);
    let status = desk.says(&["status"]);
    assert!(status.out.contains("Not compliant") && status.out.contains("1, acknowledged on 2026-11-24 12:00"));
    assert_eq!(desk.says(&["deliver"]).out, "There was nothing to send; `atalaya-agent report` makes a report.\n");
    assert!(desk.says(&["report"]).out.contains("All is as in the last full report"));
}

#[test]
fn a_check_of_an_enrolled_machine_is_provisional() {
    let desk = Desk::enrolled();
    let said = desk.says(&["check"]);
    assert_eq!(said.code, 0, "in the grace of a new enrolment: {}", said.out);
    assert!(
        said.out.starts_with("There is something to fix, with time left (1).\n\n✗ Device encryption"),
        "{}",
        said.out
    );
    assert!(said.out.ends_with("what the server says of its report counts.\n"), "{}", said.out);
    assert_eq!(desk.says(&["check", "--at", "2026-12-24T11:00:00Z"]).code, 3, "the grace is over");
    assert!(said.out.contains("? Operating system"), "{}", said.out);
}

#[test]
fn the_ledger_shows_what_left_and_gives_its_very_bytes() {
    let desk = Desk::enrolled();
    desk.says(&["report"]);
    desk.says(&["deliver"]);
    let said = desk.says(&["ledger"]).out;
    assert!(said.contains("Report 1 · https://atalaya.example.com/v1/reports · "), "{said}");
    assert!(said.contains("acknowledged") && said.contains("Enrolment · "), "{said}");
    assert!(said.contains("\n  storageEncryption = inactive\n") && said.contains("\n  osVersion = 12\n"), "{said}");
    assert!(!said.contains("screenLock"), "{said}");
    assert!(!said.contains("no answer known"), "{said}");
    desk.says(&["report"]);
    desk.says(&["deliver"]);
    assert!(desk.says(&["ledger"]).out.contains("What report 1 says"), "report 2 only names it");
    assert_eq!(desk.says(&["ledger", "--raw", "1"]).out, desk.server.held().reports[0]);
    assert_eq!(desk.says(&["ledger", "--raw", "2"]).out, desk.server.held().reports[1]);
    let said = desk.says(&["ledger", "--raw", "3", "--lang", "es"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.starts_with("en el libro no hay ningún informe 3"), "{}", said.err);
}

#[test]
fn quiet_hours_hold_everything_but_a_persons_own_wish() {
    let desk = Desk::enrolled();
    desk.set("2026-11-24T20:30:00Z");
    let said = desk.says(&["report"]);
    assert_eq!(said.code, 0);
    assert!(
        said.out.starts_with("These are quiet hours until 2026-11-25 08:00: nothing was read.\nWith --now"),
        "{}",
        said.out
    );
    assert!(desk.says(&["report", "--now"]).out.starts_with("Report 1 is ready"));
    let before = desk.server.held().requests;
    let said = desk.says(&["deliver"]);
    assert!(said.out.starts_with("These are quiet hours until 2026-11-25 08:00: nothing was sent."), "{}", said.out);
    assert!(said.out.contains("Reports waiting: 1.") && desk.server.held().requests == before);
    assert!(desk.says(&["status", "--lang", "es"]).out.contains("Descanso"));
    assert!(desk.says(&["deliver", "--now"]).out.starts_with("The server has everything (1)."));
}

#[test]
fn without_a_network_the_report_waits_and_the_problem_is_told() {
    let desk = Desk::enrolled();
    desk.says(&["report"]);
    desk.server.offline.store(true, Ordering::Relaxed);
    let said = desk.says(&["deliver", "--lang", "es"]);
    assert_eq!(said.code, 1);
    assert_eq!(said.out, "no se llega al servidor; comprueba la red y la dirección\nInformes en espera: 1.\n");
    assert!(desk.says(&["status"]).out.contains("To be solved:"));
    let document: serde_json::Value = serde_json::from_str(&desk.says(&["deliver", "--now", "--json"]).out).unwrap();
    assert_eq!((&document["problem"]["code"], &document["waiting"]), (&"offline".into(), &1.into()));
    desk.server.offline.store(false, Ordering::Relaxed);
    assert_eq!(desk.says(&["deliver", "--now"]).code, 0);
}

#[test]
fn a_device_that_left_says_so_and_sends_nothing_more() {
    let desk = Desk::enrolled();
    desk.says(&["report"]);
    desk.server.held().left = true;
    assert!(desk.says(&["deliver"]).err.starts_with("this device has left the fleet"));
    let status = desk.says(&["status"]);
    assert!(status.out.starts_with("This machine has left Clínica Levante"), "{}", status.out);
    let before = desk.server.held().requests;
    assert_eq!(desk.says(&["deliver", "--now"]).code, 1);
    assert_eq!(desk.server.held().requests, before);
}

#[test]
fn a_device_that_was_closed_says_so_and_joins_again_with_another_key() {
    let desk = Desk::enrolled();
    desk.says(&["report"]);
    desk.server.held().closed = true;
    let said = desk.says(&["deliver"]);
    assert_eq!((said.code, said.err.starts_with("the company has closed this device's enrolment")), (1, true));
    assert!(desk.says(&["report", "--lang", "es"]).err.starts_with("la empresa cerró el alta de este equipo"));
    let status = desk.says(&["status"]).out;
    assert!(status.starts_with("Clínica Levante has closed this machine's enrolment"), "{status}");
    assert!(!status.contains("Next time"), "{status}");
    let document: serde_json::Value = serde_json::from_str(&desk.says(&["status", "--json"]).out).unwrap();
    let (enrolment, problem) = (&document["enrolment"], &document["problems"][0]["code"]);
    assert_eq!(
        (&enrolment["left"], &enrolment["closed"], problem),
        (&true.into(), &true.into(), &"device-closed".into())
    );
    let before = desk.server.held().requests;
    assert_eq!(desk.says(&["deliver", "--now"]).code, 1);
    assert_eq!(desk.server.held().requests, before);

    desk.server.held().closed = false;
    let old = desk.server.held().key.clone();
    assert_eq!(desk.says(&["enrol", "--server", SERVER, "--token", TOKEN]).code, 0);
    assert_ne!(desk.server.held().key, old, "no server takes the old key again");
    assert_eq!((desk.says(&["report"]).code, desk.says(&["deliver"]).code), (0, 0));
    assert!(desk.says(&["ledger"]).out.contains("refused (device-closed)"));
}

#[tokio::test]
async fn one_call_enrols_probes_reports_and_delivers() {
    let desk = Desk::new();
    let state = desk.folder.path().join("state");
    let (server, clock) = (Arc::<FakeServer>::clone(&desk.server), Arc::<FixedClock>::clone(&desk.clock));
    let (enrolment, delivery) = enrol_and_report(&state, SERVER, TOKEN, server, clock).await.unwrap();
    assert_eq!((enrolment.organisation.as_str(), delivery.acknowledged), ("Clínica Levante", 1));
    assert_eq!(delivery.last.map(|last| last.state), Some(DeviceState::NotCompliant));
}
