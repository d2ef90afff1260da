//! Every source as it answers on good days.

use atalaya_server::releases::{
    Known,
    claim::{Claim, Line},
    source::{self, named},
};
use serde_json::json;

use crate::{
    feeds::{Answer, Feeds, fixture, recorded},
    site::{EVERY, Site, versions},
};

#[tokio::test]
async fn every_source_is_read_over_http_and_merged() {
    let site = Site::new().await;
    let round = site.fetch(&EVERY).await;
    for outcome in &round.outcomes {
        assert_eq!((outcome.outcome, outcome.answered, &outcome.reason), ("ok", outcome.asked, &None), "{outcome:?}");
    }
    assert_eq!(round.outcomes.len(), EVERY.len());
    let ios = site.line(Line::IOS).await;
    // Watches and televisions are not phones: 26.9 is theirs.
    assert_eq!(ios.newest.as_deref(), Some("26.1"));
    assert_eq!(ios.effective_latest.as_deref(), Some("26.1"));
    // 18.7.2 is for one old model only: no other can be behind it.
    assert!(!versions(&ios).contains(&"18.7.2") && versions(&ios).contains(&"18.7.1"), "{:?}", versions(&ios));
    let cycles: Vec<_> =
        ios.cycles.iter().map(|one| (one.cycle.as_str(), one.until.map(|day| day.to_string()))).collect();
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(cycles, [("26", None), ("16", day("2025-03-31")), ("9", day("2019-07-22"))]);
    assert_eq!(site.line(Line::BUSINESS_IOS).await.effective_latest.as_deref(), Some("26.38.74"));
    // What testers get is not everyone's.
    let android = site.line(Line::BUSINESS_ANDROID).await;
    assert_eq!(android.newest.as_deref(), Some("2.26.41.75"));
    // A level that names only drivers is none of the system's.
    assert_eq!(versions(&site.line(Line::PATCH).await), ["2026-10-01", "2026-09-01"]);
    let system = site.line(Line::ANDROID).await;
    assert_eq!(system.newest.as_deref(), Some("17"));
    let ends: Vec<_> = system.cycles.iter().map(|one| (one.cycle.as_str(), one.until.is_some())).collect();
    assert_eq!(ends, [("17", false), ("16", true), ("13", true)]);
    // A model without the newest system gets none any more.
    let catalogue = site.catalogue().await;
    assert_eq!(
        catalogue.ios_os.last_version("iPhone11,8").map(|last| last.version.to_string()).as_deref(),
        Some("18.7.2")
    );
    assert_eq!(catalogue.ios_os.last_version("iPhone14,5"), None);
}

#[tokio::test]
async fn a_floor_never_crosses_platforms() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    let floors = |line: &atalaya_server::fleet::ReleaseLineView| {
        line.floors.iter().map(|one| (one.cve.clone(), one.version.clone(), one.exploited)).collect::<Vec<_>>()
    };
    let android = floors(&site.line(Line::BUSINESS_ANDROID).await);
    let ios = floors(&site.line(Line::BUSINESS_IOS).await);
    // One by its record's own mark, one by the list of exploited vulnerabilities.
    assert_eq!(android, [("CVE-2026-23871".to_owned(), "2.26.17.4".to_owned(), true)]);
    assert_eq!(ios, [("CVE-2026-4242".to_owned(), "2.26.30.10".to_owned(), true)]);
    let catalogue = site.catalogue().await;
    assert_eq!(
        catalogue.whatsapp_ios.floors[0].affected_from.as_ref().map(ToString::to_string).as_deref(),
        Some("2.22.25.2")
    );
    assert!(catalogue.android_os.floors.is_empty() && catalogue.ios_os.floors.is_empty());
}

/// Most flaws are mended before anybody exploits them, so no list of exploited ones names them.
#[tokio::test]
async fn a_flaw_that_nobody_exploits_is_found_by_name_and_its_record_makes_the_floor() {
    const RECORD: &str = r#"{"cveMetadata": {"cveId": "CVE-2026-7101", "state": "PUBLISHED"}, "containers": {"cna": {"affected": [
        {"vendor": "Facebook", "product": "WhatsApp Business for iOS", "versions": [
            {"status": "affected", "version": "2.25.1.1", "lessThan": "2.26.35.10"}]}]}}}"#;
    let site = Site::new().await;
    site.feeds.body("cve/CVE-2026-7101.json", RECORD.as_bytes());
    site.fetch(&["cve"]).await;
    assert_eq!(site.feeds.asked("cve/CVE-2026-7101.json"), 0, "nobody named it yet");
    site.fetch(&["nvd", "cve"]).await;
    let floors = site.line(Line::BUSINESS_IOS).await.floors;
    assert!(floors.iter().any(|one| one.cve == "CVE-2026-7101" && one.version == "2.26.35.10" && !one.exploited));
    let asked = ["CVE-2026-7102", "CVE-2026-7103"].map(|cve| site.feeds.asked(&format!("cve/{cve}.json")));
    assert_eq!(asked, [0, 0], "neither one that was taken back nor one of another product");
    // What the list no longer names was named: its record stays in force.
    site.feeds.body("nvd/whatsapp-business.json", br#"{"totalResults":0,"vulnerabilities":[]}"#);
    site.days_pass(1);
    site.fetch(&["nvd", "cve"]).await;
    assert!(site.line(Line::BUSINESS_IOS).await.floors.iter().any(|one| one.cve == "CVE-2026-7101"));
    assert_eq!(site.feeds.asked("cve/CVE-2026-7101.json"), 2);
}

#[test]
fn a_list_of_flaws_that_is_cut_or_names_no_flaw_is_refused_and_a_long_one_gives_the_newest() {
    let nvd = named("nvd").unwrap();
    let read = |text: &str| source::read(nvd, "whatsapp-business", text.as_bytes());
    let told = |text: &str| read(text).unwrap_err().to_string();
    let cut = told(r#"{"totalResults":2001,"vulnerabilities":[]}"#);
    assert!(cut.starts_with("totalResults: is 2001"), "{cut}");
    let wrong = told(r#"{"totalResults":1,"vulnerabilities":[{"cve":{"id":"CVE-1"}}]}"#);
    assert!(wrong.starts_with("vulnerabilities[0].cve.id: is no CVE id"), "{wrong}");
    let entry = |number: usize| {
        format!(
            r#"{{"cve":{{"id":"CVE-2026-{number}","descriptions":[{{"lang":"en","value":"in WhatsApp Business"}}]}}}}"#
        )
    };
    let many: Vec<String> = (9000..11000).map(entry).collect();
    let claims = read(&format!(r#"{{"totalResults":2000,"vulnerabilities":[{}]}}"#, many.join(","))).unwrap();
    assert_eq!(claims.len(), 500);
    assert_eq!(claims[0].subject(), "CVE-2026-10999", "by number and not by letters");
}

#[tokio::test]
async fn a_system_that_is_mended_in_two_major_versions_has_a_floor_in_each() {
    let site = Site::new().await;
    site.import("cve", "CVE-2026-7001.json", fixture("cve-apple")).await;
    let catalogue = site.catalogue().await;
    let floors: Vec<_> = catalogue
        .ios_os
        .floors
        .iter()
        .map(|floor| (floor.version.to_string(), floor.affected_from.as_ref().map(ToString::to_string)))
        .collect();
    // 18.7.2 is mended, though it is lower than 26.1.
    assert_eq!(floors, [("26.1".to_owned(), Some("19".to_owned())), ("18.7.2".to_owned(), None)]);
}

/// Apple writes an entry for each fix, and one for tablets alone where only those are still mended.
#[test]
fn fixes_that_stand_in_entries_of_their_own_each_speak_for_their_major_versions() {
    let floors = |entries: &[(&str, &str)]| {
        let entry = |(product, fixed): &(&str, &str)| {
            json!({"vendor": "Apple", "product": product, "versions": [
                {"version": "unspecified", "status": "affected", "lessThan": fixed, "versionType": "custom"}]})
        };
        let record = json!({"cveMetadata": {"cveId": "CVE-2026-7003", "state": "PUBLISHED"},
            "containers": {"cna": {"affected": entries.iter().map(entry).collect::<Vec<_>>()}}});
        let claims = source::read(named("cve").unwrap(), "CVE-2026-7003", record.to_string().as_bytes()).unwrap();
        let floor = |claim| match claim {
            Claim::Floor { version, affected_from, .. } => (version, affected_from.unwrap_or_default()),
            other => panic!("{other:?}"),
        };
        claims.into_iter().map(floor).collect::<Vec<_>>()
    };
    let told =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let all = "iOS and iPadOS";
    assert_eq!(floors(&[(all, "17.4"), (all, "16.7.6")]), told(&[("16.7.6", ""), ("17.4", "17")]));
    // Nothing of 17 is mended, so what runs it must go on to 18.
    assert_eq!(floors(&[(all, "18.6.2"), (all, "16.7.12")]), told(&[("16.7.12", ""), ("18.6.2", "17")]));
    assert_eq!(floors(&[(all, "18.6.2"), ("iPadOS", "17.7.10")]), told(&[("17.7.10", ""), ("18.6.2", "18")]));
    assert_eq!(floors(&[(all, "17.5"), (all, "17.4")]), told(&[("17.4", ""), ("17.5", "17.4")]));
    // A flaw of tablets is none of phones.
    assert_eq!(floors(&[("iPadOS", "17.7.10")]), []);
    assert_eq!(floors(&[(all, "17.4"), ("iPadOS", "17.4.1"), ("iPadOS", "18.1")]), told(&[("17.4", "")]));
}

#[test]
fn a_record_that_tells_what_is_good_from_where_on_makes_a_floor() {
    let floors = |versions: serde_json::Value| {
        let record = json!({"cveMetadata": {"cveId": "CVE-2026-7004", "state": "PUBLISHED"}, "containers": {"cna":
            {"affected": [{"vendor": "Meta", "product": "WhatsApp Business for iOS", "defaultStatus": "affected",
                "versions": versions}]}}});
        let claims = source::read(named("cve").unwrap(), "CVE-2026-7004", record.to_string().as_bytes()).unwrap();
        claims.iter().map(Claim::subject).collect::<Vec<_>>()
    };
    for end in ["*", "unspecified"] {
        let good = json!([{"version": "2.26.30.10", "lessThan": end, "status": "unaffected", "versionType": "semver"}]);
        assert_eq!(floors(good), ["CVE-2026-7004 2.26.30.10"]);
    }
    // What ends somewhere says nothing of what comes after.
    let old = json!([{"version": "2.20.1", "lessThan": "2.22.1.1", "status": "unaffected", "versionType": "semver"}]);
    assert_eq!(floors(old), [""; 0]);
}

/// Records of before 2022: a `v` before each version, iPhones by their name, and ranges that end nowhere.
#[tokio::test]
async fn a_record_of_the_older_manner_makes_its_floors_too() {
    const RECORD: &str = r#"{"cveMetadata": {"cveId": "CVE-2021-7002", "state": "PUBLISHED"}, "containers": {"cna": {"affected": [
        {"vendor": "Facebook", "product": "WhatsApp Business for iPhone", "versions": [
            {"status": "affected", "version": "2.21.230"},
            {"status": "affected", "version": "unspecified", "lessThan": "v2.21.230"},
            {"status": "unaffected", "version": "v2.21.230", "lessThan": "unspecified"}]},
        {"vendor": "Meta", "product": "WhatsApp Business for Android", "versions": [
            {"status": "affected", "version": "V2.20.1", "lessThan": "v2.21.23"}]},
        {"vendor": "Facebook", "product": "WhatsApp for Android", "versions": [
            {"status": "affected", "version": "0", "lessThan": "v9.9.9"}]}]}}}"#;
    let site = Site::new().await;
    site.import("cve", "CVE-2021-7002.json", RECORD.into()).await;
    let catalogue = site.catalogue().await;
    let ios: Vec<_> = catalogue.whatsapp_ios.floors.iter().map(|floor| floor.version.to_string()).collect();
    assert_eq!(ios, ["2.21.230"]);
    let android = &catalogue.whatsapp_android.floors;
    assert_eq!((android.len(), android[0].version.to_string().as_str()), (1, "2.21.23"));
    assert_eq!(android[0].affected_from.as_ref().map(ToString::to_string).as_deref(), Some("2.20.1"));
}

#[tokio::test]
async fn an_answer_that_has_not_changed_confirms_what_is_known() {
    let site = Site::new().await;
    assert!(site.fetch(&["sofa"]).await.merged[0].1.revision.is_some());
    site.days_pass(1);
    let again = site.fetch(&["sofa"]).await;
    assert_eq!(again.outcomes[0].outcome, "unchanged");
    assert!(site.feeds.headers("sofa/v2.json")[1].contains_key("if-none-match"));
    assert_eq!(again.merged, [], "the fleet is not judged again");
    assert_eq!(site.source("sofa").await.age_hours, Some(0));
    // The age in force is renewed before it is too old to say what is latest.
    for _ in 0..9 {
        site.days_pass(1);
        site.fetch(&["sofa"]).await;
        assert!(!site.line(Line::IOS).await.stale);
    }
    assert!(site.catalogue().await.revision <= 4, "{}", site.catalogue().await.revision);
}

#[tokio::test]
async fn sofa_is_asked_as_who_we_are_and_in_its_first_form_when_the_second_fails() {
    let site = Site::new().await;
    site.feeds.set("sofa/v2.json", Answer::Status(500, None));
    site.feeds.body("sofa/v1.json", &fixture("sofa-old"));
    assert_eq!(site.fetch(&["sofa"]).await.outcomes[0].outcome, "ok");
    let agent = site.feeds.headers("sofa/v1.json")[0]["user-agent"].to_str().unwrap().to_owned();
    assert!(agent.starts_with("atalaya/"), "{agent}");
    // The placeholder is kept, shown and not used.
    assert_eq!(site.fate(Line::IOS, "sofa", "27.0").await, "suspicious");
    assert_eq!(site.line(Line::IOS).await.newest.as_deref(), Some("26.0"));
}

#[tokio::test]
async fn stores_that_disagree_are_kept_and_the_lowest_is_latest() {
    let site = Site::new().await;
    site.feeds.changed("apple-lookup/us-id.json", "26.38.74", "26.40.70");
    site.fetch(&["apple-lookup"]).await;
    assert_eq!(site.fate(Line::BUSINESS_IOS, "apple-lookup", "26.40.70").await, "disputed");
    assert_eq!(site.line(Line::BUSINESS_IOS).await.newest.as_deref(), Some("26.38.74"));
    assert_eq!(site.feeds.asked("apple-lookup/es-bundle.json"), 1);
    assert_eq!(site.feeds.asked("apple-lookup/es-id.json"), 1);
    // A store that does not offer the app says nothing.
    site.feeds.body("apple-lookup/us-id.json", br#"{"resultCount":0,"results":[]}"#);
    let round = site.fetch(&["apple-lookup"]).await;
    assert_eq!(round.outcomes[0].reason, None);
}

#[tokio::test]
async fn both_forms_of_endoflife_are_read() {
    let feeds = Feeds::start().await;
    feeds.body("endoflife.date/android-old.json", &fixture("endoflife-old"));
    feeds.body("endoflife.date/ios.json", &fixture("endoflife-new"));
    let site = Site::with(feeds).await;
    let round = site.fetch(&["endoflife.date"]).await;
    assert_eq!(round.outcomes[0].reason, None, "the old form stands in");
    let android = site.line(Line::ANDROID).await;
    assert_eq!(android.releases.len(), 3);
    // A watch's version is none of a phone's.
    assert_eq!(site.fate(Line::ANDROID, "endoflife.date", "4.4w").await, "suspicious");
}

#[test]
fn a_major_version_without_any_release_hides_no_other() {
    let cycle = |name: &str, latest: serde_json::Value| {
        json!({"name": name, "releaseDate": "2026-09-14", "isEol": false, "eolFrom": null,
            "latest": {"name": latest, "date": null, "link": null}})
    };
    let answer =
        json!({"result": {"name": "ios", "releases": [cycle("27", json!(null)), cycle("26", json!("26.6.1"))]}});
    let claims = source::read(named("endoflife.date").unwrap(), "ios", answer.to_string().as_bytes()).unwrap();
    let told: Vec<_> = claims.iter().map(|claim| (claim.kind(), claim.subject())).collect();
    let expected = [("release", "27"), ("support", "27"), ("release", "26"), ("release", "26.6.1"), ("support", "26")];
    assert_eq!(told, expected.map(|(kind, subject)| (kind, subject.to_owned())));
}

#[tokio::test]
async fn two_organisations_hear_one_answer_and_keep_it_apart() {
    let site = Site::new().await;
    let other = site.server.create_organisation("Otra").await.unwrap();
    let both = [site.scope, other];
    let fetcher = site.fetcher();
    let round = atalaya_server::releases::fetch(&site.server, &fetcher, &both, &["sofa"], &mut |_| {}).await.unwrap();
    assert_eq!(round.merged.len(), 2);
    assert_eq!(site.feeds.asked("sofa/v2.json"), 1);
    let third = site.server.create_organisation("Tercera").await.unwrap();
    let all = [site.scope, other, third];
    atalaya_server::releases::fetch(&site.server, &fetcher, &all, &["sofa"], &mut |_| {}).await.unwrap();
    assert!(!site.feeds.headers("sofa/v2.json")[1].contains_key("if-none-match"), "one of them knows nothing yet");
}

#[test]
fn what_is_asked_by_itself_is_reached_securely() {
    let mut asked = 0;
    for source in source::ALL {
        let known = Known { cves: vec!["CVE-2026-1000".to_owned(), "../../etc".to_owned()] };
        for address in source.addresses(&known) {
            assert!(address.url.starts_with("https://"), "{}", address.url);
            assert!(address.mirrored.starts_with(source.name()), "{}", address.mirrored);
            assert!(!address.url.contains(".."), "{}", address.url);
            assert!(source.part(&address.mirrored, b"{}").is_none_or(|part| part == address.part), "{}", address.part);
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
}

#[tokio::test]
async fn recorded_answers_of_real_feeds_are_read_and_merged() {
    let Some(folder) = recorded() else { return };
    let feeds = Feeds::start().await;
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    for (to, from) in [
        ("apple-gdmf/pmv.json", "gdmf_pmv.json"),
        ("sofa/v2.json", "sofa_v2_ios.json"),
        ("endoflife.date/ios-old.json", "endoflife_ios.json"),
        ("endoflife.date/android-old.json", "endoflife_android.json"),
    ] {
        feeds.body(to, &read(from));
    }
    for entry in std::fs::read_dir(folder.join("cve")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        feeds.body(&format!("cve/{name}"), &std::fs::read(path).unwrap());
    }
    let site = Site::with(feeds).await;
    let round = site.fetch(&["apple-gdmf", "sofa", "endoflife.date", "cve"]).await;
    assert!(round.outcomes.iter().all(|one| one.outcome == "ok"), "{round:?}");
    let ios = site.line(Line::IOS).await;
    assert_eq!(ios.newest.as_deref(), Some("26.6.1"));
    // The facts of that day: models that can run 26 were given 18.7.8, the others 18.7.10.
    let newest_18 = versions(&ios).into_iter().find(|version| version.starts_with("18.")).unwrap().to_owned();
    assert_eq!(newest_18, "18.7.8");
    assert_eq!(site.fate(Line::IOS, "apple-gdmf", "18.7.10").await, "disputed");
    let catalogue = site.catalogue().await;
    assert_eq!(
        catalogue.ios_os.last_version("iPhone11,8").map(|last| last.version.to_string()).as_deref(),
        Some("18.7.10")
    );
    assert_eq!(catalogue.ios_os.last_version("iPhone14,5"), None);
    let last = catalogue.ios_os.last_version("iPhone11,8").unwrap();
    assert!(last.released.is_some(), "Apple names the day");
    let floors = &catalogue.whatsapp_ios.floors;
    let exploited: Vec<_> = floors.iter().filter(|floor| floor.exploited).map(|floor| floor.cve.as_str()).collect();
    assert_eq!((floors.len(), exploited), (4, vec!["CVE-2025-55177"]));
    assert_eq!(catalogue.whatsapp_android.floors.len(), 2);
    assert!(catalogue.android_os.support.len() > 10);
}

#[tokio::test]
async fn without_apples_list_sources_that_disagree_come_to_the_lowest() {
    let Some(folder) = recorded() else { return };
    let feeds = Feeds::start().await;
    feeds.body("endoflife.date/ios-old.json", &std::fs::read(folder.join("endoflife_ios.json")).unwrap());
    let site = Site::with(feeds).await;
    // SOFA's first form as it stood then: 18.7.9, without models.
    let old = String::from_utf8(fixture("sofa-old"))
        .unwrap()
        .replace("\"27.0\",\"Build\":\"26A000\"", "\"18.7.9\",\"Build\":\"22H355\"");
    site.feeds.body("sofa/v1.json", old.as_bytes());
    site.fetch(&["sofa", "endoflife.date"]).await;
    assert_eq!(site.fate(Line::IOS, "endoflife.date", "18.7.10").await, "disputed");
    assert_eq!(site.fate(Line::IOS, "sofa", "18.7.9").await, "used");
}

#[test]
fn random_changes_of_answers_never_panic() {
    use proptest::{prelude::*, sample::Index};
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/seeds/feed");
    let mut seeds: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    seeds.sort();
    assert!(seeds.len() > 9);
    for seed in &seeds {
        source::any_answer(seed);
    }
    proptest!(ProptestConfig::with_cases(2000), |(seed: Index, place: Index, gone in 0_usize..8, come in prop_oneof![
        "[-0-9a-zA-Z\\[\\]{}\",:. ]{0,6}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..4),
        Just(b"null".to_vec()), Just(b"9999-12-31".to_vec()), Just(b"1e999".to_vec()),
    ])| {
        let mut bytes = seed.get(&seeds).clone();
        let from = place.index(bytes.len());
        let to = (from + gone).min(bytes.len());
        bytes.splice(from..to, come);
        source::any_answer(&bytes);
    });
}

/// Saved answers of many stores are each of their own store: none takes another back.
#[tokio::test]
async fn saved_answers_of_many_stores_come_to_what_all_of_them_have() {
    let site = Site::new().await;
    let answer = |country: &str, version: &str| {
        let link = format!("https://apps.apple.com/{country}/app/whatsapp-business/id1386412985?uo=4");
        json!({"resultCount": 1, "results": [{"bundleId": "net.whatsapp.WhatsAppSMB", "trackId": 1_386_412_985_u64,
            "version": version, "currentVersionReleaseDate": "2026-10-01T08:00:00Z", "trackViewUrl": link}]})
    };
    for (file, country, version) in
        [("a.json", "us", "26.40.70"), ("b.json", "fr", "26.38.74"), ("c.json", "jp", "26.38.74")]
    {
        site.import("apple-lookup", file, answer(country, version).to_string().into_bytes()).await;
    }
    let line = site.line(Line::BUSINESS_IOS).await;
    assert_eq!(line.effective_latest.as_deref(), Some("26.38.74"));
    assert_eq!(site.fate(Line::BUSINESS_IOS, "apple-lookup", "26.40.70").await, "disputed");
}

#[test]
fn a_file_tells_which_part_it_is_or_is_refused_with_the_remedy() {
    for (name, file, part) in [
        ("android-patch", "feeds/android_sdk_35.json", Some("sdk-35")),
        ("android-patch", "https://example.com/v1/android_sdk_26.json?x=1", Some("sdk-26")),
        ("android-patch", "android_sdk_25.json", None),
        ("android-patch", "patches.json", None),
        ("endoflife.date", "endoflife_android.json", Some("android")),
        ("endoflife.date", "windows.json", None),
        ("apple-lookup", "mx-id.json", Some("mx-id")),
        ("apple-lookup", "anything.json", Some("file")),
    ] {
        let source = named(name).unwrap();
        assert_eq!(source.part(file, b"[]").as_deref(), part, "{file}");
        assert!(!source.part_remedy().is_empty());
    }
    assert_eq!(named("cve").unwrap().part("x", &fixture("cve-ios")).as_deref(), Some("CVE-2026-4242"));
}
