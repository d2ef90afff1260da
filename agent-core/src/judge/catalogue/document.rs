//! The written catalogue, `kind: Catalogue`: an administrator's file (strict) or what a server serves (lenient:
//! lines and entries that an older agent cannot read are left out, which can only make an answer unknown).

use jiff::Timestamp;

use super::{
    super::{
        check::Rule,
        document::{Entry, Faults, Node, Reader, find, join},
        facts::Platform,
        version::{Line, Version},
        words::words,
    },
    Catalogue, Confidence, Floor, LastVersion, Product, Provenance, Quarantine, Release, ReleaseLine, Support,
};

/// A catalogue that was read, with the document it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueDocument {
    /// What `evaluate` looks at.
    pub catalogue: Catalogue,
    /// The document as JSON, to be served.
    pub json: serde_json::Value,
}

words! {
    /// Which platform or distribution a line is for.
    Family {
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "ios",
        /// macOS.
        Macos = "macos",
        /// Windows.
        Windows = "windows",
        /// Debian.
        Debian = "debian",
        /// Ubuntu.
        Ubuntu = "ubuntu",
        /// Fedora.
        Fedora = "fedora",
    }
}

impl CatalogueDocument {
    /// Reads what an administrator wrote, YAML or JSON, strictly. `file` is only named in faults.
    #[cfg(feature = "yaml")]
    pub fn from_text(file: &str, text: &str) -> Result<Self, Faults> {
        read(file, &super::super::document::parse(file, text)?, true)
    }

    /// Reads what a server serves, leniently.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, Faults> {
        read("catalogue", &Node::from_json(value), false)
    }
}

fn read(file: &str, root: &Node, strict: bool) -> Result<CatalogueDocument, Faults> {
    let mut reader = Reader::default();
    let catalogue = catalogue(&mut reader, root, strict);
    Ok(CatalogueDocument { catalogue: reader.finish(file, catalogue)?, json: root.to_json() })
}

fn catalogue(reader: &mut Reader, root: &Node, strict: bool) -> Option<Catalogue> {
    let top = reader.map(root, "")?;
    if strict {
        reader.only(top, "", &["apiVersion", "kind", "metadata", "lines"]);
    }
    for (key, word) in [("apiVersion", "posture/v1"), ("kind", "Catalogue")] {
        match find(top, key) {
            Some(node) => drop(reader.word(node, key, &[(word, ())])),
            None => reader.fault(root.place, "", format_args!("`{key}` is missing")),
        }
    }
    let mut catalogue = Catalogue::default();
    match find(top, "metadata") {
        Some(node) => {
            let entries = reader.map(node, "metadata")?;
            if strict {
                reader.only(entries, "metadata", &["revision", "issued"]);
            }
            catalogue.revision =
                parsed(reader, node, entries, "metadata", "revision", "a whole number").unwrap_or_default();
            catalogue.issued = parsed(reader, node, entries, "metadata", "issued", MOMENT);
        }
        None => reader.fault(root.place, "", "`metadata` is missing"),
    }
    // A server writes these; a file that a person wrote may not, which the list of its keys says.
    for node in find(top, "quarantines").filter(|_| !strict).map_or(&[][..], |node| reader.list(node, "quarantines")) {
        // One that an older agent cannot read does not hold there: the heuristic weighs as the policy says.
        let (read, _) = reader.aside(|reader| quarantine(reader, node));
        catalogue.quarantines.extend(read);
    }
    for node in find(top, "lines").map_or(&[][..], |node| reader.list(node, "lines")) {
        let ((), faults) = reader.aside(|reader| line(reader, node, strict, &mut catalogue));
        if strict {
            reader.add(faults);
        }
    }
    Some(catalogue)
}

fn quarantine(reader: &mut Reader, node: &Node) -> Option<Quarantine> {
    const PATH: &str = "quarantines";
    let fields = reader.map(node, PATH)?;
    let text =
        |reader: &mut Reader, key: &str| find(fields, key).and_then(|node| reader.text(node, PATH)).map(str::to_owned);
    let rule = find(fields, "rule").and_then(|node| reader.word(node, PATH, &choices(Rule::ALL, Rule::as_str)))?;
    let platform =
        find(fields, "platform").and_then(|node| reader.word(node, PATH, &choices(Platform::ALL, Platform::as_str)))?;
    Some(Quarantine {
        rule,
        platform,
        os_version: text(reader, "osVersion")?,
        security_patch: text(reader, "securityPatch"),
        since: parsed(reader, node, fields, PATH, "since", MOMENT)?,
    })
}

const MOMENT: &str = "a moment such as 2026-11-24T09:00:00Z";
const DAY: &str = "a day such as 2026-11-24";
const LINE: &[&str] =
    &["product", "platform", "source", "fetchedAt", "confidence", "releases", "floors", "support", "models"];

fn line(reader: &mut Reader, node: &Node, strict: bool, catalogue: &mut Catalogue) {
    let Some(entries) = reader.map(node, "lines") else { return };
    if strict {
        reader.only(entries, "lines", LINE);
    }
    let word = |reader: &mut Reader, key: &str| {
        let found = find(entries, key);
        if found.is_none() {
            reader.fault(node.place, "lines", format_args!("`{key}` is missing"));
        }
        found
    };
    let product = word(reader, "product")
        .and_then(|node| reader.word(node, "lines.product", &choices(Product::ALL, Product::as_str)));
    let family = word(reader, "platform")
        .and_then(|node| reader.word(node, "lines.platform", &choices(Family::ALL, Family::as_str)));
    let source = word(reader, "source").and_then(|node| reader.text(node, "lines.source"));
    let confidence = word(reader, "confidence")
        .and_then(|node| reader.word(node, "lines.confidence", &choices(Confidence::ALL, Confidence::as_str)));
    let fetched_at = parsed(reader, node, entries, "lines", "fetchedAt", MOMENT);
    let (Some(product), Some(family), Some(source), Some(confidence), Some(fetched_at)) =
        (product, family, source, confidence, fetched_at)
    else {
        return;
    };
    let provenance = Provenance { source: source.to_owned(), fetched_at, confidence };
    if let Some(models) = find(entries, "models").filter(|_| product != Product::Os) {
        reader.fault(models.place, "lines.models", "only a line of product os has models");
    }
    match (product, family) {
        (Product::Os, Family::Android) => add(reader, entries, strict, &provenance, &mut catalogue.android_os),
        (Product::Os, Family::Ios) => add(reader, entries, strict, &provenance, &mut catalogue.ios_os),
        (Product::Os, host) => {
            let line = catalogue.host_os.entry(host.to_string()).or_default();
            add(reader, entries, strict, &provenance, line);
        }
        (Product::SecurityPatch, Family::Android) => {
            add(reader, entries, strict, &provenance, &mut catalogue.android_patch);
        }
        (Product::WhatsappBusiness, Family::Android) => {
            add(reader, entries, strict, &provenance, &mut catalogue.whatsapp_android);
        }
        (Product::WhatsappBusiness, Family::Ios) => {
            add(reader, entries, strict, &provenance, &mut catalogue.whatsapp_ios);
        }
        (product, family) => reader.fault(node.place, "lines", format_args!("there is no {product} on {family}")),
    }
}

fn choices<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|value| (name(*value), *value)).collect()
}

/// Adds what one source says of a line to what others said.
fn add<L: Line>(
    reader: &mut Reader,
    entries: &[Entry],
    strict: bool,
    provenance: &Provenance,
    line: &mut ReleaseLine<Version<L>>,
) {
    for node in find(entries, "releases").map_or(&[][..], |node| reader.list(node, "lines.releases")) {
        let path = "lines.releases";
        let Some(fields) = fields(reader, node, path, strict, &["version", "released"]) else { continue };
        let version = version(reader, node, fields, path, "version");
        let released = parsed(reader, node, fields, path, "released", DAY);
        if let (Some(version), Some(released)) = (version, released) {
            line.releases.push(Release { version, released, provenance: provenance.clone() });
        }
    }
    for node in find(entries, "floors").map_or(&[][..], |node| reader.list(node, "lines.floors")) {
        let path = "lines.floors";
        let keys = ["version", "affectedFrom", "cve", "exploited"];
        let Some(fields) = fields(reader, node, path, strict, &keys) else { continue };
        let lowest = version(reader, node, fields, path, "version");
        let affected_from =
            find(fields, "affectedFrom").and_then(|_| version(reader, node, fields, path, "affectedFrom"));
        let cve = find(fields, "cve").and_then(|node| reader.text(node, "lines.floors.cve"));
        let exploited = find(fields, "exploited")
            .and_then(|node| reader.word(node, "lines.floors.exploited", &[("true", true), ("false", false)]));
        match (lowest, cve) {
            (Some(version), Some(cve)) => line.floors.push(Floor {
                version,
                affected_from,
                cve: cve.to_owned(),
                exploited: exploited.unwrap_or(false),
                provenance: provenance.clone(),
            }),
            (_, None) => reader.fault(node.place, path, "`cve` is missing; name the vulnerability"),
            _ => {}
        }
    }
    for node in find(entries, "support").map_or(&[][..], |node| reader.list(node, "lines.support")) {
        let path = "lines.support";
        let Some(fields) = fields(reader, node, path, strict, &["cycle", "until"]) else { continue };
        let cycle = version(reader, node, fields, path, "cycle");
        let until = find(fields, "until").and_then(|node| reader.parsed(node, "lines.support.until", DAY));
        if let Some(cycle) = cycle {
            line.support.push(Support { cycle, until, provenance: provenance.clone() });
        }
    }
    for node in find(entries, "models").map_or(&[][..], |node| reader.list(node, "lines.models")) {
        let path = "lines.models";
        let Some(fields) = fields(reader, node, path, strict, &["model", "lastVersion", "released"]) else { continue };
        let last = version(reader, node, fields, path, "lastVersion");
        let released = find(fields, "released").and_then(|node| reader.parsed(node, "lines.models.released", DAY));
        match (last, find(fields, "model").and_then(|node| reader.text(node, "lines.models.model"))) {
            (Some(version), Some(model)) => {
                let provenance = provenance.clone();
                line.last_versions.push(LastVersion { model: model.to_owned(), version, released, provenance });
            }
            (_, None) => reader.fault(node.place, path, "`model` is missing; write it as the device prints it"),
            _ => {}
        }
    }
    line.releases.sort_by(|a, b| b.version.cmp(&a.version).then(a.released.cmp(&b.released)));
    line.floors.sort_by(|a, b| b.version.cmp(&a.version));
    line.support.sort_by(|a, b| b.cycle.cmp(&a.cycle));
}

fn fields<'n>(reader: &mut Reader, node: &'n Node, path: &str, strict: bool, keys: &[&str]) -> Option<&'n [Entry]> {
    let fields = reader.map(node, path)?;
    if strict {
        reader.only(fields, path, keys);
    }
    Some(fields)
}

fn version<L: Line>(reader: &mut Reader, node: &Node, entries: &[Entry], path: &str, key: &str) -> Option<Version<L>> {
    parsed(reader, node, entries, path, key, L::NAME)
}

fn parsed<T: std::str::FromStr>(
    reader: &mut Reader,
    node: &Node,
    entries: &[Entry],
    path: &str,
    key: &str,
    wanted: &str,
) -> Option<T> {
    let Some(found) = find(entries, key) else {
        reader.fault(node.place, path, format_args!("`{key}` is missing"));
        return None;
    };
    reader.parsed(found, &join(path, key), wanted)
}

/// The newest moment at which any line of this catalogue was fetched.
impl Catalogue {
    /// When the newest claim about any release was fetched.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        let hosts = self.host_os.values().filter_map(ReleaseLine::fetched_at);
        let own = [
            self.android_os.fetched_at(),
            self.ios_os.fetched_at(),
            self.android_patch.fetched_at(),
            self.whatsapp_android.fetched_at(),
            self.whatsapp_ios.fetched_at(),
        ];
        own.into_iter().flatten().chain(hosts).max()
    }
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use super::*;
    use crate::judge::Period;

    const EXAMPLE: &str = r#"{
      "apiVersion": "posture/v1", "kind": "Catalogue",
      "metadata": { "revision": 3, "issued": "2026-11-24T06:00:00Z" },
      "lines": [
        { "product": "whatsapp-business", "platform": "android", "source": "administrator",
          "fetchedAt": "2026-11-24T06:00:00Z", "confidence": "official",
          "releases": [ { "version": "2.26.39.71", "released": "2026-10-01" },
                        { "version": "2.26.41.75", "released": "2026-11-21" } ],
          "floors": [ { "version": "2.26.17.4", "cve": "CVE-2026-23871", "exploited": false } ] },
        { "product": "os", "platform": "debian", "source": "endoflife.date",
          "fetchedAt": "2026-11-20T06:00:00Z", "confidence": "curated",
          "support": [ { "cycle": "12", "until": "2028-06-30" } ] } ] }"#;

    #[test]
    fn the_newest_release_waits_for_the_hold_back_window() {
        let catalogue = CatalogueDocument::from_text("catalogue.json", EXAMPLE).unwrap().catalogue;
        let latest = |day: &str| {
            let now: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
            catalogue.whatsapp_android.effective_latest(Period::from_days(7), now).map(|one| one.version.to_string())
        };
        assert_eq!(latest("2026-11-24").as_deref(), Some("2.26.39.71"));
        assert_eq!(latest("2026-11-28").as_deref(), Some("2.26.41.75"));
        assert_eq!(catalogue.fetched_at(), "2026-11-24T06:00:00Z".parse().ok());
        assert!(catalogue.host_os.contains_key("debian"));
    }

    #[test]
    fn a_served_catalogue_reads_the_same_and_leaves_out_what_it_cannot_read() {
        let mut written = CatalogueDocument::from_text("catalogue.json", EXAMPLE).unwrap();
        assert_eq!(CatalogueDocument::from_json(&written.json).unwrap(), written);
        written.json["lines"][1]["platform"] = serde_json::json!("plan9");
        written.json["lines"][0]["releases"][0]["version"] = serde_json::json!("Varies with device");
        let read = CatalogueDocument::from_json(&written.json).unwrap().catalogue;
        assert!(read.host_os.is_empty());
        assert_eq!(read.whatsapp_android.releases.len(), 1);
    }

    #[test]
    fn the_last_version_of_a_model_is_read_and_only_for_systems() {
        let lines = |product: &str, models: &str| {
            let text = format!(
                r#"{{ "apiVersion": "posture/v1", "kind": "Catalogue",
                "metadata": {{ "revision": 1, "issued": "2026-11-24T06:00:00Z" }},
                "lines": [ {{ "product": "{product}", "platform": "android", "source": "administrator",
                "fetchedAt": "2026-11-24T06:00:00Z", "confidence": "official", "models": [ {models} ] }} ] }}"#
            );
            CatalogueDocument::from_text("catalogue.json", &text).map(|document| document.catalogue)
        };
        let two = r#"{ "model": "Pixel 4a", "lastVersion": "12" }, { "model": "Pixel 4a", "lastVersion": "13" }"#;
        let read = lines("os", two).unwrap();
        assert_eq!(read.android_os.last_version("Pixel 4a").map(|last| &last.version), "13".parse().ok().as_ref());
        let dated = r#"{ "model": "Pixel 4a", "lastVersion": "13", "released": "2022-08-15" }"#;
        let read = lines("os", dated).unwrap();
        let released = read.android_os.last_version("Pixel 4a").and_then(|last| last.released);
        assert_eq!(released, "2022-08-15".parse().ok());
        assert_eq!(read.android_os.last_version("Pixel 4"), None);
        for (product, models, told) in [
            ("whatsapp-business", two, "only a line of product os has models"),
            ("os", r#"{ "lastVersion": "13" }"#, "`model` is missing"),
            ("os", r#"{ "model": "Pixel 4a" }"#, "`lastVersion` is missing"),
            ("os", r#"{ "model": "Pixel 4a", "lastVersion": "Tiramisu" }"#, "is not Android version"),
            ("os", r#"{ "model": "Pixel 4a", "lastVersion": "13", "last": 1 }"#, "this key is not known"),
            ("os", r#"{ "model": "Pixel 4a", "lastVersion": "13", "released": "soon" }"#, "lines.models.released"),
        ] {
            let faults = lines(product, models).unwrap_err().to_string();
            assert!(faults.contains(told), "{faults}");
        }
    }

    #[test]
    fn a_quarantine_is_read_of_a_server_alone_and_one_of_a_newer_server_is_left_out() {
        let mut json = CatalogueDocument::from_text("catalogue.json", EXAMPLE).unwrap().json;
        let own = serde_json::json!({ "rule": "device-integrity.root-signs", "platform": "android", "osVersion": "17",
                                      "securityPatch": "2026-11-05", "since": "2026-11-24T09:00:00Z" });
        let newer = serde_json::json!({ "rule": "device-integrity.vibes", "platform": "android", "osVersion": "17",
                                        "since": "2026-11-24T09:00:00Z" });
        json["quarantines"] = serde_json::json!([newer, own, 7]);
        let read = CatalogueDocument::from_json(&json).unwrap().catalogue;
        assert_eq!(read.quarantines.len(), 1);
        assert_eq!(read.quarantines[0].rule, Rule::RootSigns);
        let written = CatalogueDocument::from_text("catalogue.json", &json.to_string()).unwrap_err().to_string();
        assert!(written.contains("quarantines") && written.contains("not known"), "{written}");
    }

    #[test]
    fn faults_name_their_place() {
        let text = EXAMPLE.replace("2.26.39.71", "Varies with device").replace("\"cve\"", "\"cev\"");
        let told = CatalogueDocument::from_text("catalogue.json", &text).unwrap_err().to_string();
        assert!(told.contains("catalogue.json:7:38: lines.releases.version: `Varies with device` is not"), "{told}");
        assert!(told.contains("did you mean `cve`?"), "{told}");
    }
}
