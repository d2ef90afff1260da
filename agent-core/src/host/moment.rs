//! Moments as people read them: in their own zone, to the minute.

use std::{env, fs, path::Path};

use jiff::{Timestamp, tz::TimeZone};

/// The zone of this machine: `TZ`, else what `/etc/localtime` links to, else UTC.
pub(super) fn zone() -> TimeZone {
    let named = env::var("TZ").ok().map(|name| name.trim_start_matches(':').to_owned());
    let linked = || {
        let link = fs::read_link("/etc/localtime").ok()?;
        let name = link.to_string_lossy().split_once("zoneinfo/")?.1.to_owned();
        Some(name)
    };
    let name = named.filter(|name| !name.is_empty() && !Path::new(name).is_absolute()).or_else(linked);
    name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC)
}

/// Such as `2026-11-24 19:00`; UTC says so.
pub(super) fn print(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    let utc = if *zone == TimeZone::UTC { " UTC" } else { "" };
    format!("{} {:02}:{:02}{utc}", local.date(), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_zone() {
        let at: Timestamp = "2026-11-24T18:00:59Z".parse().unwrap();
        assert_eq!(print(at, &TimeZone::get("Europe/Madrid").unwrap()), "2026-11-24 19:00");
        assert_eq!(print(at, &TimeZone::UTC), "2026-11-24 18:00 UTC");
    }
}
