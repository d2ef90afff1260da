//! Draws every page of the fleet view with invented values into a folder, for looking at them and for the
//! browser's tests: `cargo run -p server-stub --example gallery -- FOLDER`.
//!
//! One file per page, language and theme, such as `device-es-dark.html`, and the assets beside them.

#![expect(clippy::too_many_lines, reason = "invented values are long lists")]

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use agent_core::{
    judge::{Check, DeviceState, Evidence, Platform, Verdict, facts::BootState},
    wire::id::DeviceId,
};
use atalaya_server::{
    evidence::{Attested, Gap, KeptEvidence, Values},
    fleet::{
        Cursor, Device, DeviceFilter, DevicePage, DeviceRow, ReleaseLineView, Span, Summary,
        adoption::Adoption,
        attention::Attention,
        counts::{CheckCounts, GradeCount, StateCounts},
        device::{DeviceCheck, Finding, Level, ReceivedReport, View},
        releases::{FloorView, ReleaseView},
        row::Why,
        standing::VersionStanding,
        statements::ReceivedStatement,
        summary::PolicyMark,
        trend::TrendDay,
    },
    judging::quarantine::QuarantineView,
    mdm::{Coverage, Record, Told, ToldFacts},
    pages::{self, Chrome, Language, Theme, Viewer, problem::Problem},
    releases::{SourceState, SourceView, Spoken},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

type Params = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for (name, text) in pages::asset::all() {
        fs::write(folder.join("assets").join(name), text)?;
    }
    for language in [Language::Es, Language::En] {
        for theme in [Theme::Light, Theme::Dark] {
            for (name, html) in draw(language, theme)? {
                let file = format!("{name}-{}-{}.html", language.as_str(), theme.as_str());
                fs::write(folder.join(file), html.replace("\"/assets/", "\"assets/"))?;
            }
        }
    }
    Ok(())
}

/// Every page by name.
fn draw(language: Language, theme: Theme) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let chrome = |path: &str| -> Result<Chrome, Box<dyn Error>> {
        Ok(Chrome {
            language,
            theme,
            organisation: "Clínica Levante".into(),
            viewer: Some(Viewer { name: "Marta V.".into(), role: "owner".into(), csrf: "c5rf".into() }),
            path: path.into(),
            now: now()?,
            zone: TimeZone::get("Europe/Madrid")?,
        })
    };
    let outside = |path: &str| -> Result<Chrome, Box<dyn Error>> {
        Ok(Chrome { viewer: None, organisation: String::new(), ..chrome(path)? })
    };
    let (lines, rows) = (lines()?, rows()?);
    let page = DevicePage { devices: rows.clone(), total: 460, next: Some(Cursor::Device { device: rows[0].id }) };
    let groups = ["clinic", "direction", "reception", "sales-es"].map(String::from);
    let filtered = DeviceFilter {
        q: Some("galaxy".into()),
        state: Some(DeviceState::Stale),
        whatsapp: Some("2.26.31.70".into()),
        ..DeviceFilter::default()
    };
    let nothing = DevicePage { devices: Vec::new(), total: 0, next: None };
    let empty = Summary {
        states: StateCounts::default(),
        states_week_ago: None,
        next_deadline: None,
        policy_revision: 0,
        catalogue_fetched_at: None,
        ..summary()?
    };
    let no_inventory = Coverage { managed: 0, matched: 0, unmanaged: 460, missing: Vec::new() };
    Ok(vec![
        ("overview", pages::overview::render(&summary()?, &lines, &chrome("/")?).0),
        ("overview-empty", pages::overview::render(&empty, &[], &chrome("/")?).0),
        ("devices", pages::devices::render(&page, &DeviceFilter::default(), &groups, &chrome("/devices")?).0),
        ("devices-none", pages::devices::render(&nothing, &filtered, &groups, &chrome("/devices?state=stale")?).0),
        ("devices-empty", pages::devices::render(&nothing, &DeviceFilter::default(), &[], &chrome("/devices")?).0),
        ("device", pages::device::render(&device(&rows[0])?, true, &chrome("/devices/k4f92m")?).0),
        ("coverage", pages::coverage::render(&coverage()?, &chrome("/devices/coverage")?).0),
        ("coverage-empty", pages::coverage::render(&no_inventory, &chrome("/devices/coverage")?).0),
        ("releases", pages::releases::render(&lines, &sources()?, (&[quarantine()?], true), &chrome("/releases")?).0),
        ("releases-empty", pages::releases::render(&[], &[], (&[], true), &chrome("/releases")?).0),
        ("enrol-help", pages::enrol::help(&chrome("/devices/enrol")?).0),
        ("enrol", pages::enrol::landing("https://atalaya.example", &outside("/enrol")?).0),
        ("sign-in", pages::sign_in::password(false, "", "/", "c5rf", &outside("/sign-in")?).0),
        ("sign-in-refused", pages::sign_in::password(true, "marta@example", "/", "c5rf", &outside("/sign-in")?).0),
        ("sign-in-link", pages::sign_in::link("/sign-in/link", "t0ken", "c5rf", &outside("/sign-in/link")?).0),
        (
            "account",
            pages::account::render("marta@example", true, Some(pages::account::Said::Wrong), &chrome("/account")?).0,
        ),
        ("problem", pages::problem::render(Problem::NotFound, &chrome("/nowhere")?).0),
    ])
}

/// Devices of management, two of which never enrolled.
fn coverage() -> Result<Coverage, Box<dyn Error>> {
    let at = ago(40)?;
    let told = |text: &str| Some(Told { value: text.to_owned(), at });
    let missing = |device_ref: &str, facts| -> Result<Record, Box<dyn Error>> {
        Ok(Record {
            source: "nanomdm".into(),
            device_ref: device_ref.into(),
            facts,
            first_seen_at: ago(9 * 24 * 60)?,
            seen_at: Some(at),
            retired_at: None,
            heard_at: at,
            device: None,
            matched_by: None,
            candidates: 0,
        })
    };
    let phone = ToldFacts { model: told("iPhone14,5"), os_version: told("26.1"), ..ToldFacts::default() };
    let missing = vec![missing("00008110-000A1B2C3D4E501E", phone)?, missing("A-0017", ToldFacts::default())?];
    Ok(Coverage { managed: 214, matched: 212, unmanaged: 248, missing })
}

/// Sources of every state.
fn sources() -> Result<Vec<SourceView>, Box<dyn Error>> {
    use SourceState::{Current, Failing, Never, Stale};

    let later = |minutes: i64| -> Result<Timestamp, Box<dyn Error>> {
        Ok(now()?.checked_add(SignedDuration::from_mins(minutes))?)
    };
    let on = |product: &str, platform: &str, claims| Spoken {
        product: Some(product.into()),
        platform: Some(platform.into()),
        claims,
    };
    let whole = |name: &str, host: &str, confidence: &str, minutes: i64| -> Result<SourceView, Box<dyn Error>> {
        Ok(SourceView {
            source: name.into(),
            confidence: confidence.into(),
            state: Current,
            host: Some(host.into()),
            asked_at: Some(ago(minutes)?),
            fetched_at: Some(ago(minutes)?),
            age_hours: Some(minutes / 60),
            oldest_at: Some(ago(minutes)?),
            parts: 1,
            failing: 0,
            last_error: None,
            last_fault: None,
            next_at: Some(later(DAY - minutes)?),
            speaks_for: Vec::new(),
        })
    };
    let none = SourceView {
        asked_at: None,
        fetched_at: None,
        age_hours: None,
        oldest_at: None,
        next_at: None,
        parts: 0,
        ..whole("amapi", "androidmanagement.googleapis.com", "official", 0)?
    };
    Ok(vec![
        SourceView {
            speaks_for: vec![on("os", "ios", 14)],
            ..whole("apple-gdmf", "gdmf.apple.com", "official", 180)?
        },
        SourceView {
            state: Failing,
            parts: 10,
            failing: 2,
            last_error: Some("mx-bundle: the source was asked too often (429 Too Many Requests); it asks for 120 s of rest".into()),
            last_fault: Some("too-often".into()),
            next_at: Some(later(9)?),
            speaks_for: vec![on("whatsapp-business", "ios", 10)],
            ..whole("apple-lookup", "itunes.apple.com", "official", 6)?
        },
        SourceView {
            speaks_for: vec![on("security-patch", "android", 61)],
            ..whole("android-patch", "storage.googleapis.com", "official", 95)?
        },
        SourceView { state: Never, ..none },
        SourceView {
            state: Failing,
            failing: 1,
            asked_at: Some(ago(12)?),
            last_error: Some("ios: .: expected value at line 1 column 1; this is a web page, not the source's answer; a proxy or sign-in page stands between: open the address from this machine".into()),
            last_fault: Some("not-json".into()),
            next_at: Some(later(31)?),
            speaks_for: vec![on("os", "ios", 40)],
            ..whole("sofa", "sofafeed.macadmins.io", "curated", 3 * DAY)?
        },
        SourceView {
            state: Stale,
            next_at: Some(ago(8 * DAY)?),
            parts: 2,
            speaks_for: vec![on("os", "android", 17), on("os", "ios", 22)],
            ..whole("endoflife.date", "endoflife.date", "curated", 9 * DAY)?
        },
        SourceView {
            speaks_for: vec![Spoken { product: None, platform: None, claims: 1402 }],
            ..whole("cisa-kev", "www.cisa.gov", "official", 300)?
        },
        SourceView {
            speaks_for: vec![Spoken { product: None, platform: None, claims: 31 }],
            ..whole("nvd", "services.nvd.nist.gov", "official", 305)?
        },
        SourceView {
            parts: 7,
            speaks_for: vec![on("os", "ios", 4), on("whatsapp-business", "android", 2), on("whatsapp-business", "ios", 2)],
            ..whole("cve", "cveawg.mitre.org", "official", 310)?
        },
        SourceView {
            host: None,
            next_at: Some(later(22)?),
            speaks_for: vec![on("os", "android", 6), on("os", "ios", 5), on("whatsapp-business", "android", 4)],
            ..whole("fleet", "", "observed", 38)?
        },
        SourceView {
            host: None,
            next_at: Some(later(31)?),
            speaks_for: vec![on("os", "ios", 5), on("whatsapp-business", "ios", 3)],
            ..whole("mdm-inventory", "", "observed", 29)?
        },
        SourceView {
            host: None,
            next_at: None,
            speaks_for: vec![on("whatsapp-business", "android", 2)],
            ..whole("it-desk", "", "curated", 2 * DAY)?
        },
    ])
}

fn quarantine() -> Result<QuarantineView, Box<dyn Error>> {
    Ok(QuarantineView {
        number: 3,
        rule: "device-integrity.root-signs".into(),
        platform: "android".into(),
        os_version: "17".into(),
        security_patch: "2026-11-05".into(),
        since: ago(3 * DAY)?,
        devices: 14,
        failing: 6,
        other_devices: 322,
        other_failing: 9,
        ended_at: None,
        ended_by: None,
    })
}

fn now() -> Result<Timestamp, Box<dyn Error>> {
    Ok("2026-11-24T08:42:00Z".parse()?)
}

/// This many minutes ago.
fn ago(minutes: i64) -> Result<Timestamp, Box<dyn Error>> {
    Ok(now()?.checked_sub(SignedDuration::from_mins(minutes))?)
}

const DAY: i64 = 24 * 60;

fn params<const N: usize>(pairs: [(&str, &str); N]) -> Params {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn summary() -> Result<Summary, Box<dyn Error>> {
    use VersionStanding::{Behind, Current, Unknown, Vulnerable};

    let first: Date = "2026-08-27".parse()?;
    let mut trend = Vec::new();
    for day in 0..90_u64 {
        // A slow climb, a fall when the floor came, and a slower climb.
        let base = if day < 38 { 344 + day * 5 / 6 } else { 346 + (day - 38) * 13 / 10 };
        let compliant = base + day * day * 7 % 5;
        let not_compliant = if day < 38 { 40 - day / 2 } else { 58 - (day - 38) * 86 / 100 };
        let states = StateCounts {
            compliant,
            not_compliant,
            unknown: 8,
            stale: 9,
            in_grace: 430_u64.saturating_sub(compliant + not_compliant + 17),
        };
        let hours = SignedDuration::from_hours(24 * i64::try_from(day)?);
        trend.push(TrendDay { day: first.checked_add(hours)?, states });
    }
    let check =
        |check, fail, in_grace, nudge, unknown| CheckCounts { check, fail, in_grace, nudge, unknown, pass: 400 };
    let version = |platform, version: &str, devices, standing| Adoption {
        platform,
        version: version.to_owned(),
        devices,
        standing,
    };
    Ok(Summary {
        at: now()?,
        organisation: "Clínica Levante".into(),
        zone: "Europe/Madrid".into(),
        rejudging: None,
        policy_revision: 7,
        catalogue_fetched_at: Some(ago(180)?),
        states: StateCounts { compliant: 412, in_grace: 21, not_compliant: 14, unknown: 6, stale: 7 },
        states_week_ago: Some(StateCounts { compliant: 408, in_grace: 20, not_compliant: 19, unknown: 6, stale: 7 }),
        next_deadline: Some("2026-11-25T08:00:00Z".parse()?),
        checks: vec![
            check(Check::WhatsappBusiness, 9, 0, 12, 6),
            check(Check::SecurityPatch, 2, 12, 5, 0),
            check(Check::WhatsappConsumer, 0, 0, 11, 0),
            check(Check::UsageRules, 0, 8, 0, 0),
            check(Check::ScreenLock, 3, 0, 0, 0),
            check(Check::DeviceEncryption, 1, 0, 0, 0),
        ],
        evidence: [(Evidence::HardwareAttested, 402), (Evidence::OsReported, 1130), (Evidence::UserDeclared, 240)]
            .map(|(evidence, answers)| GradeCount { evidence, answers })
            .to_vec(),
        os_versions: vec![
            version(Platform::Android, "16", 188, Current),
            version(Platform::Android, "15", 104, Current),
            version(Platform::Android, "14", 38, Behind),
            version(Platform::Android, "12", 4, Vulnerable),
            version(Platform::Ios, "26.6.1", 81, Unknown),
            version(Platform::Ios, "26.5", 40, Unknown),
            version(Platform::Ios, "18.7.2", 3, Vulnerable),
            version(Platform::Linux, "12", 1, Unknown),
        ],
        whatsapp_versions: vec![
            version(Platform::Android, "2.26.41.75", 38, Current),
            version(Platform::Android, "2.26.39.71", 219, Current),
            version(Platform::Android, "2.26.38.74", 56, Behind),
            version(Platform::Android, "2.26.31.70", 12, Behind),
            version(Platform::Android, "2.26.14.2", 9, Vulnerable),
            version(Platform::Ios, "26.38.74", 118, Unknown),
            version(Platform::Ios, "", 6, Unknown),
        ],
        trend,
        policy_marks: vec![PolicyMark {
            at: "2026-10-04T07:00:00Z".parse()?,
            revision: 7,
            note: "WhatsApp floor 2.26.17.4".into(),
        }],
        attention: vec![
            Attention {
                state: DeviceState::NotCompliant,
                code: "whatsapp-business.below-floor".into(),
                check: Some(Check::WhatsappBusiness),
                devices: 9,
                params: params([("floor", "2.26.17.4"), ("cve", "CVE-2026-23871"), ("found", "2.26.14.2")]),
                query: "state=not-compliant&reason=whatsapp-business.below-floor".into(),
            },
            Attention {
                state: DeviceState::InGrace,
                code: "deadline-near".into(),
                check: Some(Check::SecurityPatch),
                devices: 12,
                params: params([("deadline", "2026-11-25T08:00:00Z")]),
                query: "state=in-grace&check=security-patch".into(),
            },
            Attention {
                state: DeviceState::Unknown,
                code: "quarantined".into(),
                check: Some(Check::DeviceIntegrity),
                devices: 6,
                params: params([
                    ("platform", "android"),
                    ("build", "17 2026-11-05"),
                    ("since", "2026-11-21T06:10:00Z"),
                    ("rate", "42"),
                    ("others", "3"),
                ]),
                query: "check=device-integrity&os=17".into(),
            },
            Attention {
                state: DeviceState::Stale,
                code: "gone-stale".into(),
                check: None,
                devices: 7,
                params: Params::new(),
                query: "state=stale".into(),
            },
            Attention {
                state: DeviceState::Unknown,
                code: "source-silent".into(),
                check: None,
                devices: 0,
                params: params([("source", "apple-lookup"), ("days", "8")]),
                query: String::new(),
            },
        ],
    })
}

fn rows() -> Result<Vec<DeviceRow>, Box<dyn Error>> {
    use DeviceState::{Compliant, InGrace, NotCompliant, Stale, Unknown};
    use Evidence::{HardwareAttested, MdmConfirmed, OsReported};
    use Platform::{Android, Ios};
    let why = |check, code: &str, params: Params, deadline: Option<Timestamp>| {
        Some(Why { check, code: code.to_owned(), params, deadline })
    };
    let floor = params([("found", "2.26.14.2"), ("floor", "2.26.17.4"), ("cve", "CVE-2026-23871")]);
    let patch = |level: &str, days: &str| params([("level", level), ("days", days), ("allowed", "120")]);
    let soon = Some("2026-11-25T08:00:00Z".parse()?);
    let table = [
        (
            NotCompliant,
            Android,
            "Pixel 8",
            "16",
            "2026-10-05",
            "sales-es",
            HardwareAttested,
            9 * DAY,
            12,
            why(Check::WhatsappBusiness, "whatsapp-business.below-floor", floor, None),
        ),
        (
            NotCompliant,
            Android,
            "Galaxy A35",
            "15",
            "2026-06-01",
            "sales-es",
            HardwareAttested,
            2 * DAY,
            31,
            why(Check::ScreenLock, "screen-lock.not-set", Params::new(), None),
        ),
        (
            InGrace,
            Android,
            "Galaxy A35",
            "15",
            "2026-07-05",
            "clinic",
            HardwareAttested,
            13 * DAY,
            8,
            why(Check::SecurityPatch, "security-patch.old", patch("2026-07-05", "142"), soon),
        ),
        (
            InGrace,
            Android,
            "Moto G84",
            "14",
            "2026-07-01",
            "clinic",
            OsReported,
            16 * DAY,
            130,
            why(Check::SecurityPatch, "security-patch.old", patch("2026-07-01", "146"), soon),
        ),
        (
            Unknown,
            Ios,
            "iPhone 14",
            "26.6.1",
            "",
            "clinic",
            OsReported,
            DAY,
            70,
            why(Check::WhatsappBusiness, "whatsapp-business.version-needs-mdm", Params::new(), None),
        ),
        (Stale, Ios, "iPhone 13", "26.5", "", "reception", OsReported, DAY, 4 * DAY, None),
        (Compliant, Android, "Pixel 9a", "16", "2026-11-05", "clinic", HardwareAttested, 41 * DAY, 3, None),
        (Compliant, Ios, "iPhone 15", "26.6.1", "", "direction", MdmConfirmed, 12 * DAY, 26, None),
        (Compliant, Android, "Galaxy S24", "16", "2026-11-01", "sales-es", HardwareAttested, 63 * DAY, 44, None),
        (Compliant, Android, "Fairphone 5", "15", "2026-11-05", "clinic", OsReported, 30 * DAY, 66, None),
        (
            Compliant,
            Android,
            "Pixel 8 · GrapheneOS",
            "16",
            "2026-11-05",
            "direction",
            HardwareAttested,
            88 * DAY,
            61,
            None,
        ),
    ];
    let mut rows = Vec::new();
    for (place, (state, platform, model, os, patch, group, evidence, since, last, why)) in table.into_iter().enumerate()
    {
        let seed = u8::try_from(place)?;
        let id = DeviceId::new(
            1,
            std::array::from_fn(|byte| {
                seed.wrapping_mul(37).wrapping_add(u8::try_from(byte).unwrap_or(0).wrapping_mul(29))
            }),
        );
        rows.push(DeviceRow {
            id,
            label: id.label(),
            state,
            state_since: ago(since)?,
            platform,
            model: model.into(),
            os_version: os.into(),
            security_patch: patch.into(),
            whatsapp_version: "2.26.39.71".into(),
            group: group.into(),
            why,
            evidence: Some(evidence),
            hardware: None,
            last_report: Some(ago(last)?),
            left_at: None,
            closed: None,
        });
    }
    Ok(rows)
}

/// Spans that follow on each other; the last one's reason is `code`.
fn spans(parts: &[(i64, &str, bool)], code: &str) -> Result<Vec<Span>, Box<dyn Error>> {
    let mut out: Vec<Span> = Vec::new();
    for (days, word, in_grace) in parts {
        let since = ago(days * DAY)?;
        if let Some(before) = out.last_mut() {
            before.until = Some(since);
        }
        let word = (*word).to_owned();
        out.push(Span {
            since,
            until: None,
            word,
            in_grace: *in_grace,
            code: String::new(),
            params: Params::new(),
            policy_revision: 7,
        });
    }
    if let Some(last) = out.last_mut() {
        code.clone_into(&mut last.code);
    }
    Ok(out)
}

fn device(row: &DeviceRow) -> Result<Device, Box<dyn Error>> {
    use Evidence::{HardwareAttested, OsReported, UserDeclared};
    use Verdict::{Fail, Nudge, Pass, Unknown};
    let check =
        |check, verdict, code: &str, params, evidence, history: &[(i64, &str, bool)]| -> Result<_, Box<dyn Error>> {
            let history = spans(history, code)?;
            let since = history.last().map_or(now()?, |span| span.since);
            Ok(DeviceCheck {
                check,
                verdict,
                in_grace: false,
                code: code.to_owned(),
                params,
                since,
                deadline: None,
                quarantined_since: (check == Check::DeviceIntegrity).then(|| ago(3 * DAY)).transpose()?,
                evidence,
                history,
            })
        };
    let floor = params([("found", "2.26.14.2"), ("floor", "2.26.17.4"), ("cve", "CVE-2026-23871")]);
    let mut rules = check(
        Check::UsageRules,
        Fail,
        "usage-rules.outdated",
        params([("found", "2"), ("required", "3")]),
        Some(UserDeclared),
        &[(83, "pass", false), (3, "fail", true)],
    )?;
    rules.in_grace = true;
    rules.deadline = Some("2026-11-27T08:00:00Z".parse()?);
    let checks = vec![
        check(
            Check::DeviceEncryption,
            Pass,
            "device-encryption.bound",
            params([("kind", "per-user")]),
            Some(OsReported),
            &[(120, "pass", false)],
        )?,
        check(
            Check::ScreenLock,
            Pass,
            "screen-lock.good-enough",
            params([("found", "high"), ("required", "medium")]),
            Some(OsReported),
            &[(95, "fail", false), (86, "pass", false)],
        )?,
        check(
            Check::OsVersion,
            Pass,
            "os-version.good",
            params([("found", "16")]),
            Some(HardwareAttested),
            &[(88, "pass", false)],
        )?,
        check(
            Check::SecurityPatch,
            Pass,
            "security-patch.recent",
            params([("level", "2026-10-05"), ("days", "50")]),
            Some(HardwareAttested),
            &[(120, "pass", false), (51, "nudge", false), (44, "pass", false)],
        )?,
        check(
            Check::WhatsappBusiness,
            Fail,
            "whatsapp-business.below-floor",
            floor,
            Some(OsReported),
            &[(110, "pass", false), (25, "fail", true), (9, "fail", false)],
        )?,
        check(
            Check::WhatsappConsumer,
            Nudge,
            "whatsapp-consumer.installed",
            Params::new(),
            Some(OsReported),
            &[(120, "pass", false), (22, "nudge", false)],
        )?,
        check(
            Check::AppAuthenticity,
            Unknown,
            "app-authenticity.signer-not-pinned",
            params([("found", "3987d043")]),
            Some(OsReported),
            &[(100, "unknown", false)],
        )?,
        check(
            Check::DeviceIntegrity,
            Pass,
            "device-integrity.good",
            Params::new(),
            Some(HardwareAttested),
            &[(88, "pass", false)],
        )?,
        rules,
    ];
    let payload = "{\n  \"audience\": \"https://atalaya.example/1\",\n  \"sequence\": 1204,\n  \"facts\": {\n    \"platform\": \"android\",\n    \"osVersion\": { \"value\": \"16\", \"evidence\": \"hardware-attested\" }\n  }\n}";
    Ok(Device {
        row: row.clone(),
        enrolled_at: ago(120 * DAY)?,
        agent_version: "0.1.0".into(),
        key_thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into(),
        silent: false,
        checks,
        history: spans(&[(120, "compliant", false), (25, "in-grace", false), (9, "not-compliant", false)], "")?,
        levels: vec![
            Level { fact: "vendorPatch".into(), value: Some("2026-09-05".into()), code: None },
            Level { fact: "kernelVersion".into(), value: None, code: Some("unknown.probe-failed".into()) },
        ],
        last_report: Some(ReceivedReport {
            sequence: 1204,
            received_at: ago(12)?,
            made_at: ago(12)?,
            clock_skew: 2,
            fresh: true,
            hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            algorithm: "ES256".into(),
            signature_verifies: true,
            payload: payload.into(),
        }),
        attestations: attestations()?,
        attested_until: Some(ago(-10 * DAY)?),
        statements: statements()?,
        paused_until: None,
        views: vec![
            View { at: ago(3 * DAY)?, role: "owner".into() },
            View { at: ago(8 * DAY)?, role: "api-token".into() },
        ],
        gaps: 0,
        findings: vec![Finding {
            at: ago(9 * DAY)?,
            kind: "patch-backwards".into(),
            sequence: 1170,
            detail: serde_json::json!({ "before": { "value": "2026-10-05" }, "after": { "value": "2026-09-05" } }),
        }],
        closed: None,
        enrolled_again_as: vec![DeviceId::new(1, [12; 12])],
    })
}

fn attestations() -> Result<Vec<KeptEvidence>, Box<dyn Error>> {
    let judged = |days: i64, gaps: Vec<Gap>, values: Values| -> Result<_, Box<dyn Error>> {
        let at = ago(days * DAY)?;
        Ok(Some(Attested {
            kind: "android".into(),
            received_at: at,
            challenged_at: Some(at),
            asserted: None,
            gaps,
            values,
            basis: "0".into(),
        }))
    };
    let key = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    let proved = Values {
        os_version: Some("16".into()),
        security_patch: Some("2026-10-05".into()),
        vendor_patch: Some("2026-10-05".into()),
        boot_patch: Some("2026-10-05".into()),
        boot_state: Some(BootState::Verified),
        boot_system: Some("GrapheneOS".into()),
        app_genuine: Some(true),
        key_level: Some("strong-box".into()),
        advisory_os_version: None,
    };
    let unlocked = Values {
        boot_state: Some(BootState::Unlocked),
        key_level: Some("trusted-environment".into()),
        ..Values::default()
    };
    let gap = |reason: &str, detail: Option<&str>| Gap {
        reason: reason.into(),
        certificate: None,
        detail: detail.map(str::to_owned),
    };
    let gaps = vec![gap("not-locked", None), gap("boot-not-verified", Some("unverified"))];
    let one =
        |number, current, proved, judged| KeptEvidence { number, thumbprint: key.into(), current, proved, judged };
    Ok(vec![one(2, true, true, judged(20, Vec::new(), proved)?), one(1, false, false, judged(120, gaps, unlocked)?)])
}

fn statements() -> Result<Vec<ReceivedStatement>, Box<dyn Error>> {
    let one = |number, kind: &str, about: Option<&str>, minutes| -> Result<_, Box<dyn Error>> {
        Ok(ReceivedStatement {
            number,
            kind: kind.into(),
            about: about.map(str::to_owned),
            version: None,
            language: None,
            text_hash: None,
            affirmed: None,
            from: None,
            until: None,
            received_at: ago(minutes)?,
            made_at: ago(minutes)?,
            hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            algorithm: "ES256".into(),
            signature_verifies: true,
            payload: format!("{{\n  \"number\": {number}\n}}"),
        })
    };
    let hash = Some("b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9".to_owned());
    let acknowledged = |statement| ReceivedStatement {
        version: Some(3),
        language: Some("es".into()),
        text_hash: hash.clone(),
        ..statement
    };
    Ok(vec![
        ReceivedStatement { from: Some(ago(-20 * DAY)?), until: Some(ago(-34 * DAY)?), ..one(4, "pause", None, DAY)? },
        ReceivedStatement { affirmed: Some(true), ..one(3, "declaration", Some("linked-devices"), 3 * DAY)? },
        ReceivedStatement {
            version: Some(2),
            ..acknowledged(one(2, "acknowledgement", Some("usage-rules"), 100 * DAY)?)
        },
        acknowledged(one(1, "acknowledgement", Some("notice"), 120 * DAY)?),
    ])
}

fn lines() -> Result<Vec<ReleaseLineView>, Box<dyn Error>> {
    let release = |version: &str,
                   released: &str,
                   settled,
                   until: Option<&str>,
                   source: &str,
                   confidence: &str,
                   devices|
     -> Result<_, Box<dyn Error>> {
        Ok(ReleaseView {
            version: version.into(),
            released: released.parse()?,
            settled,
            supported_until: until.map(str::parse).transpose()?,
            source: source.into(),
            confidence: confidence.into(),
            devices: Some(devices),
        })
    };
    Ok(vec![
        ReleaseLineView {
            product: "whatsapp-business".into(),
            platform: "android".into(),
            effective_latest: Some("2.26.39.71".into()),
            newest: Some("2.26.41.75".into()),
            fetched_at: Some(ago(120)?),
            stale: false,
            releases: vec![
                release("2.26.41.75", "2026-11-21", false, None, "own-fleet", "observed", 38)?,
                release("2.26.39.71", "2026-11-08", true, None, "administrator", "curated", 219)?,
                release("2.26.38.74", "2026-10-30", true, None, "administrator", "curated", 56)?,
            ],
            floors: vec![FloorView {
                version: "2.26.17.4".into(),
                cve: "CVE-2026-23871".into(),
                exploited: true,
                source: "cve.org".into(),
                devices_below: Some(9),
            }],
            cycles: Vec::new(),
        },
        ReleaseLineView {
            product: "os".into(),
            platform: "android".into(),
            effective_latest: Some("16".into()),
            newest: Some("16".into()),
            fetched_at: Some(ago(180)?),
            stale: false,
            releases: vec![
                release("16", "2025-06-10", true, None, "endoflife.date", "curated", 188)?,
                release("15", "2024-09-03", true, None, "endoflife.date", "curated", 104)?,
                release("14", "2023-10-04", true, None, "endoflife.date", "curated", 38)?,
                release("12", "2021-10-04", true, Some("2025-03-31"), "endoflife.date", "curated", 4)?,
            ],
            floors: Vec::new(),
            cycles: Vec::new(),
        },
        ReleaseLineView {
            product: "os".into(),
            platform: "ios".into(),
            effective_latest: None,
            newest: Some("26.6.1".into()),
            fetched_at: Some(ago(31 * 60)?),
            stale: true,
            releases: vec![
                release("26.6.1", "2026-10-14", true, None, "apple-gdmf", "official", 81)?,
                release("26.5", "2026-09-02", true, None, "apple-gdmf", "official", 40)?,
                release("18.7.2", "2025-11-05", true, Some("2026-12-31"), "endoflife.date", "curated", 3)?,
            ],
            floors: Vec::new(),
            cycles: Vec::new(),
        },
    ])
}
