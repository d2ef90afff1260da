//! How much memory a long answer takes.

#[cfg(target_os = "linux")]
use std::fmt::Write as _;

#[cfg(target_os = "linux")]
use crate::{feeds::Feeds, site::Site};

/// The most memory that this process has held, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Alone, because it measures the process: `cargo test --test releases -- --ignored --nocapture memory`.
#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "measures the whole process"]
async fn an_answer_of_ten_megabytes_takes_little_more_than_itself() {
    let site = Site::with(Feeds::start().await).await;
    let entry = r#"{"cve_identifiers":["CVE-2026-12345"],"asb_identifiers":["ASB-A-123456789"],"severity":"high","components":["system"]}"#;
    let mut feed = String::from("{\"vulnerabilities\":{");
    let mut month = 0;
    while feed.len() < 10 * 1024 * 1024 {
        let comma = if month > 0 { "," } else { "" };
        write!(feed, "{comma}\"{}-{:02}-01\":[{entry}", 2016 + month / 12, month % 12 + 1).unwrap();
        for _ in 0..700 {
            feed.push(',');
            feed.push_str(entry);
        }
        feed.push(']');
        month += 1;
    }
    feed.push_str("}}");
    site.feeds.body("android-patch/android_sdk_33.json", feed.as_bytes());
    let length = feed.len() / 1024;
    drop(feed);
    site.fetch(&["endoflife.date"]).await;
    let before = peak();
    let outcome = site.ask("android-patch", atalaya_server::releases::Limits::default()).await;
    let grown = peak().saturating_sub(before);
    println!("FIGURE peak memory grew by {grown} KiB for a feed of {length} KiB ({} claims)", outcome.claims);
    assert!(outcome.claims > 100, "{outcome:?}");
    assert!(grown < 5 * u64::try_from(length).unwrap(), "{grown} KiB for {length} KiB");
}
