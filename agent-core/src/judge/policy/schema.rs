//! The policy's JSON Schema (2020-12), for editors: the keys are the reader's own, so that neither knows one that
//! the other does not.
//!
//! The reader says more than a schema can (a nudge before its failing, time zones that exist); what the schema
//! refuses, the reader refuses.

use serde_json::{Map, Value, json};

use super::{
    LONGEST_TEXT,
    conditions::{COMMON, TIMING, keys, platforms},
    evidence::{AppleEnvironment, AttestationDemand},
};
use crate::judge::{
    check::{Check, Severity, UnknownTreatment},
    facts::{Evidence, LockComplexity, RootSign},
};

/// A length of time, as [`crate::judge::Period`] reads it.
const PERIOD: &str = "^[0-9]+[smhdw]$";
/// A version as people print it, such as `14`, `16.5.1 (c)` or `2.26.39.71`.
const VERSION: &str = "^[0-9]+([.][0-9]+)*( [(][a-z0-9]+[)])?$";
/// A window of quiet hours, such as `Mon-Fri 19:00-08:00`.
const WINDOW: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)([-,](Mon|Tue|Wed|Thu|Fri|Sat|Sun))*\
    ( +[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])?$";

/// The schema of a policy as an administrator writes it.
pub fn policy_schema() -> Value {
    let checks: Map<String, Value> = Check::ALL.iter().map(|name| (name.to_string(), check(*name))).collect();
    let mut checks = object(Value::Object(checks), &[]);
    checks["minProperties"] = 1.into();
    let metadata = json!({
        "name": { "type": "string", "pattern": "^[a-z0-9-]{1,60}$" },
        "revision": { "type": "integer", "minimum": 1, "maximum": 1_u64 << 53 },
    });
    let quiet_hours = json!({
        "timezone": { "type": "string", "description": "A name such as Europe/Madrid." },
        "windows": one_or_more(&json!({ "type": "string", "pattern": WINDOW })),
        "holidays": one_or_more(&day()),
    });
    let exception = json!({
        "check": { "enum": Check::WORDS },
        "device": { "type": "string" },
        "until": day(),
        "reason": { "type": "string", "minLength": 1 },
    });
    let spec = json!({
        "stale": object(json!({ "after": period(), "notCompliantAfter": period() }), &[]),
        "enrolmentGrace": period(),
        "quietHours": object(quiet_hours, &["timezone"]),
        "releases": object(json!({ "holdBack": period(), "maxSourceAge": period() }), &[]),
        "notice": object(
            json!({ "version": whole(1), "givenElsewhere": { "type": "boolean" }, "text": own_text() }),
            &["version"],
        ),
        "evidence": evidence(),
        "quarantine": quarantine(),
        "checks": checks,
        "exceptions": { "type": "array", "items": object(exception, &["check", "until", "reason"]) },
    });
    let mut root = object(
        json!({
            "apiVersion": { "const": "posture/v1" },
            "kind": { "const": "Policy" },
            "metadata": object(metadata, &["name", "revision"]),
            "spec": object(spec, &["checks"]),
        }),
        &["apiVersion", "kind", "metadata", "spec"],
    );
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "Atalaya policy, posture/v1".into();
    root
}

fn evidence() -> Value {
    let digits =
        |least: u32, most: u32| json!({ "type": "string", "pattern": format!("^([0-9a-f]{{2}}){{{least},{most}}}$") });
    let text = json!({ "type": "string", "minLength": 1 });
    let app = object(json!({ "package": text, "signer": digits(32, 32) }), &["package", "signer"]);
    let boot_key = object(json!({ "name": text, "key": digits(1, 256) }), &["name", "key"]);
    let list = |item: Value| json!({ "type": "array", "items": item });
    let app_id = json!({ "type": "string", "pattern": "^[^.]{10}[.].+$" });
    object(
        json!({
            "attestation": { "enum": AttestationDemand::WORDS },
            "maxAge": period(),
            "inventoryMaxAge": period(),
            "android": object(json!({ "apps": list(app), "bootKeys": list(boot_key) }), &[]),
            "ios": object(
                json!({ "apps": one_or_more(&app_id), "environment": { "enum": AppleEnvironment::WORDS } }),
                &[],
            ),
        }),
        &[],
    )
}

fn quarantine() -> Value {
    let within = |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    object(
        json!({
            "minDevices": within(2, 100_000),
            "failRate": within(1, 100),
            "factor": within(2, 1_000),
            "newFor": period(),
        }),
        &[],
    )
}

/// A check's keys, and the same again under the name of each platform that it can be asked on.
fn check(check: Check) -> Value {
    let own = |general: bool| -> Map<String, Value> {
        // Versions of different platforms are not comparable: a minimum stands under its platform alone.
        let keys = keys(check).iter().filter(|key| !(general && **key == "min"));
        let common = COMMON.iter().map(|key| ((*key).to_owned(), common(key)));
        common.chain(keys.map(|key| ((*key).to_owned(), demand(check, key)))).collect()
    };
    let mut properties = own(true);
    for platform in platforms(check) {
        let own = object(Value::Object(own(false)), &[]);
        properties.insert(platform.to_string(), json!({ "anyOf": [own, { "enum": [false, "off"] }] }));
    }
    object(Value::Object(properties), &[])
}

fn common(key: &str) -> Value {
    match key {
        "severity" => json!({ "enum": Severity::WORDS }),
        "minEvidence" => json!({ "enum": Evidence::WORDS }),
        "unknown" => json!({ "enum": UnknownTreatment::WORDS }),
        "unknownGrace" | "grace" | "nudgeAfter" => period(),
        _ => Value::Bool(false),
    }
}

/// What a check's own key takes.
fn demand(check: Check, key: &str) -> Value {
    match (check, key) {
        (Check::AppAuthenticity, "signers") => one_or_more(&json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })),
        (Check::AppAuthenticity, "installers") => one_or_more(&json!({ "type": "string", "minLength": 1 })),
        (Check::DeviceIntegrity, "allowSelfSigned") => on_off(),
        (Check::DeviceIntegrity, "rootSigns") => {
            any(&[on_off(), timed(json!({ "mute": one_or_more(&json!({ "enum": RootSign::WORDS })) }), &[])])
        }
        (Check::UsageRules, "version") => whole(1),
        (Check::UsageRules, "text") => own_text(),
        (Check::ScreenLock, "complexity") => {
            let band = json!({ "enum": LockComplexity::WORDS });
            any(&[band.clone(), timed(json!({ "band": band }), &["band"])])
        }
        (Check::SecurityPatch, "maxAge") => period(),
        (Check::Declarations, _) => any(&[on_off(), timed(json!({ "maxAge": period() }), &[])]),
        (_, "min") => {
            let version = json!({ "type": ["string", "number"], "pattern": VERSION });
            any(&[version.clone(), timed(json!({ "version": version }), &["version"])])
        }
        (_, "behindLatest") => {
            let mut behind = timed(json!({ "releases": whole(0), "days": whole(0) }), &[]);
            behind["anyOf"] = json!([{ "required": ["releases"] }, { "required": ["days"] }]);
            any(&[json!({ "const": false }), behind])
        }
        (
            _,
            "boundToLock" | "floor" | "supported" | "required" | "ownApp" | "verifiedBoot" | "developerOptions" | "adb",
        ) => any(&[on_off(), timed(json!({}), &[])]),
        _ => Value::Bool(false),
    }
}

fn whole(least: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": u32::MAX })
}

/// A company's own words: characters are counted here, bytes by the reader.
fn own_text() -> Value {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT });
    let mut texts = object(json!({ "es": text, "en": text }), &[]);
    texts["minProperties"] = 1.into();
    texts
}

/// A rule's own keys beside those of its timing.
fn timed(own: Value, required: &[&str]) -> Value {
    let mut properties: Map<String, Value> = TIMING.iter().map(|key| ((*key).to_owned(), common(key))).collect();
    if let Value::Object(own) = own {
        properties.extend(own);
    }
    object(Value::Object(properties), required)
}

fn object(properties: Value, required: &[&str]) -> Value {
    let mut object = Map::new();
    object.insert("type".into(), "object".into());
    object.insert("properties".into(), properties);
    object.insert("required".into(), json!(required));
    object.insert("additionalProperties".into(), false.into());
    Value::Object(object)
}

fn any(choices: &[Value]) -> Value {
    json!({ "anyOf": choices })
}

/// A list; a single value is a list of one.
fn one_or_more(item: &Value) -> Value {
    any(&[item.clone(), json!({ "type": "array", "items": item })])
}

fn on_off() -> Value {
    json!({ "enum": [true, false, "enforce"] })
}

fn period() -> Value {
    json!({ "type": "string", "pattern": PERIOD })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use super::{super::document::PolicyDocument, *};
    use crate::fits::fits;

    /// Whether the schema and the strict reader take a policy whose spec is this.
    fn both(spec: &Value) -> (bool, bool) {
        static SCHEMA: std::sync::LazyLock<Value> = std::sync::LazyLock::new(policy_schema);
        let document = json!({ "apiVersion": "posture/v1", "kind": "Policy",
            "metadata": { "name": "test", "revision": 1 }, "spec": spec });
        let read = PolicyDocument::from_text("policy.json", &document.to_string());
        (fits(&document, &SCHEMA), read.is_ok())
    }

    fn spec(check: Check, body: Value) -> Value {
        let mut checks = Map::new();
        checks.insert(check.to_string(), body);
        json!({ "checks": checks })
    }

    /// Values of every sort that a key may or may not take.
    fn values() -> Vec<Value> {
        vec![
            json!(true),
            json!(false),
            json!("enforce"),
            json!("off"),
            json!("7d"),
            json!("7 moons"),
            json!("fail"),
            json!("count"),
            json!("os-reported"),
            json!("medium"),
            json!("14.1"),
            json!(13),
            json!(0),
            json!(-1),
            json!(null),
            json!([]),
            json!(["com.android.vending"]),
            json!("ab".repeat(32)),
            json!(["ab".repeat(32)]),
            json!({}),
            json!({ "grace": "7d", "severity": "nudge" }),
            json!({ "version": "14.1" }),
            json!({ "version": "14.1", "grace": "7d" }),
            json!({ "band": "medium", "nudgeAfter": "1d" }),
            json!({ "releases": 1 }),
            json!({ "days": 30, "grace": "7d" }),
            json!({ "mute": ["test-keys"] }),
            json!({ "mute": ["drums"] }),
            json!({ "maxAge": "180d" }),
            json!({ "frequency": "often" }),
            json!({ "es": "Léelo." }),
            json!({ "es": "Léelo.", "en": "Read it." }),
            json!({ "fr": "Lisez-le." }),
            json!({ "en": "x".repeat(20_000) }),
        ]
    }

    #[test]
    fn each_key_of_each_check_has_its_schema_and_takes_what_the_reader_takes() {
        let mut taken = 0;
        for name in Check::ALL {
            for key in keys(*name).iter().chain(COMMON) {
                let platform = platforms(*name)[0].as_str();
                for value in values() {
                    for body in [json!({ *key: value }), json!({ platform: { *key: value } })] {
                        let mut body = body;
                        if *name == Check::UsageRules && body.get("version").is_none() {
                            body["version"] = 1.into();
                        }
                        let (schema, reader) = both(&spec(*name, body.clone()));
                        // The reader takes every scalar as its text: a quoted truth, an installer named `true`.
                        let quoted = reader && !schema && (value.is_string() || *key == "installers");
                        // How many parts a version has is its line's to say.
                        let version = *key == "min" && schema && !reader;
                        assert!(schema == reader || quoted || version, "{name}: {body}: {schema}, {reader}");
                        taken += usize::from(schema);
                    }
                }
            }
        }
        assert!(taken > 200, "{taken}");
    }

    #[test]
    fn the_rest_of_a_policy_takes_what_the_reader_takes() {
        let with = |key: &str, value: Value| {
            let mut spec = json!({ "checks": { "screen-lock": {} } });
            spec[key] = value;
            both(&spec)
        };
        let exception = |change: &dyn Fn(&mut Value)| {
            let mut one = json!({ "check": "screen-lock", "until": "2027-01-31", "reason": "lab" });
            change(&mut one);
            with("exceptions", json!([one]))
        };
        for (taken, answer) in [
            (true, with("stale", json!({ "after": "3d", "notCompliantAfter": "14d" }))),
            (false, with("stale", json!({ "afer": "3d" }))),
            (false, with("stale", json!({ "after": "3 days" }))),
            (true, with("enrolmentGrace", json!("24h"))),
            (false, with("enrolmentGrace", json!({}))),
            (true, with("releases", json!({ "holdBack": "7d", "maxSourceAge": "2w" }))),
            (true, with("quietHours", json!({ "timezone": "Europe/Madrid" }))),
            (true, with("quietHours", json!({ "timezone": "UTC", "windows": "Sat", "holidays": ["2026-12-25"] }))),
            (true, with("quietHours", json!({ "timezone": "UTC", "windows": ["Mon-Fri 19:00-08:00", "Sat,Sun"] }))),
            (false, with("quietHours", json!({ "windows": ["Sat"] }))),
            (false, with("quietHours", json!({ "timezone": "UTC", "windows": ["Saturday"] }))),
            (false, with("quietHours", json!({ "timezone": "UTC", "holidays": ["Christmas"] }))),
            (false, with("mood", json!("sunny"))),
            (true, with("notice", json!({ "version": 2 }))),
            (true, with("notice", json!({ "version": 2, "givenElsewhere": true, "text": { "es": "Léelo." } }))),
            (false, with("notice", json!({ "givenElsewhere": true }))),
            (false, with("notice", json!({ "version": 0 }))),
            (false, with("notice", json!({ "version": 1, "givenElsewhere": "perhaps" }))),
            (false, with("notice", json!({ "version": 1, "text": {} }))),
            (false, with("notice", json!({ "version": 1, "text": { "es": "" } }))),
            (false, with("notice", json!({ "version": 1, "text": { "en": "x".repeat(20_000) } }))),
            (false, with("notice", json!({ "version": 1, "mood": "sunny" }))),
            (true, exception(&|_| {})),
            (true, exception(&|one| one["device"] = "01J".into())),
            (false, exception(&|one| one["check"] = "mood".into())),
            (false, exception(&|one| one["until"] = "someday".into())),
            (false, exception(&|one| one["reason"] = Value::Null)),
            (false, both(&json!({ "checks": {} }))),
            (false, both(&json!({ "checks": { "biometrics": {} } }))),
            (false, both(&json!({}))),
            (false, both(&spec(Check::SecurityPatch, json!({ "ios": { "maxAge": "30d" } })))),
            (true, both(&spec(Check::OsVersion, json!({ "ios": "off", "android": false })))),
        ] {
            assert_eq!(answer, (taken, taken));
        }
    }
}
