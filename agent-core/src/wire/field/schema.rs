//! The report's JSON Schema (2020-12), for whoever writes an agent or reads a report without this code.

use serde_json::{Map, Value, json};

use super::{FIELDS, Field, Shape};
use crate::judge::{Evidence, UnknownReason};

/// This version of the schema of a report's payload, made from the field table.
pub fn report_schema(version: u32) -> Value {
    let of = |prefix: &str, within: Value| object(version, prefix, within);
    let mut root = of(
        "",
        json!({
            "full": of("content.full.", json!({
                "facts": of("content.full.facts.", json!({
                    "whatsappBusiness": of("content.full.facts.whatsappBusiness.", json!({})),
                })),
            })),
            "unchanged": of("content.unchanged.", json!({})),
        }),
    );
    // A report tells one of the two.
    let content = |name: &str, schema: &Value| json!({ "type": "object", "properties": { name: schema }, "required": [name], "additionalProperties": false });
    let properties = root["properties"].as_object_mut().map(std::mem::take).unwrap_or_default();
    let (mut full, unchanged) = (properties["full"].clone(), &properties["unchanged"]);
    require(&mut full, "facts");
    let mut own: Map<String, Value> =
        properties.iter().filter(|(name, _)| !matches!(name.as_str(), "full" | "unchanged")).map(pair).collect();
    own.insert("content".into(), json!({ "oneOf": [content("full", &full), content("unchanged", unchanged)] }));
    root["properties"] = Value::Object(own);
    require(&mut root, "content");
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = format!("Atalaya report, version {version}").into();
    root["$defs"] = json!({
        "evidence": { "enum": Evidence::WORDS },
        "unknown": {
            "type": "object",
            "properties": { "unknown": { "enum": UnknownReason::WORDS } },
            "required": ["unknown"],
            "additionalProperties": false,
        },
    });
    root
}

fn pair((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn require(object: &mut Value, name: &str) {
    if let Some(required) = object["required"].as_array_mut() {
        required.push(name.into());
    }
}

/// The object of the rows directly beneath this prefix, and of these objects within.
fn object(version: u32, prefix: &str, within: Value) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in FIELDS.iter().filter(|field| field.since <= version) {
        let name = field.path.strip_prefix(prefix);
        let Some(name) = name.filter(|name| !name.contains('.')) else { continue };
        properties.insert(name.to_owned(), described(version, field));
        if field.required {
            required.push(Value::from(name));
        }
    }
    if let Value::Object(within) = within {
        properties.extend(within);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn described(version: u32, field: &Field) -> Value {
    let value = shape(version, &field.shape, field.path);
    let mut schema = if field.reading { reading(&value) } else { value };
    schema["description"] = field.en.into();
    schema
}

fn reading(value: &Value) -> Value {
    let known = json!({
        "type": "object",
        "properties": { "value": value, "evidence": { "$ref": "#/$defs/evidence" } },
        "required": ["value", "evidence"],
        "additionalProperties": false,
    });
    json!({ "oneOf": [known, { "$ref": "#/$defs/unknown" }] })
}

fn shape(version: u32, shape: &Shape, path: &str) -> Value {
    match shape {
        Shape::Version => json!({ "const": version }),
        Shape::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Text(longest) => json!({ "type": "string", "maxLength": longest }),
        Shape::Form(pattern) => json!({ "type": "string", "pattern": pattern }),
        Shape::Moment => json!({ "type": "string", "format": "date-time" }),
        Shape::Day => json!({ "type": "string", "format": "date" }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::List(most, Shape::Group) => {
            json!({ "type": "array", "maxItems": most, "items": object(version, &format!("{path}[]."), json!({})) })
        }
        Shape::List(most, item) => {
            json!({ "type": "array", "maxItems": most, "items": self::shape(version, item, path) })
        }
        Shape::Group => json!({ "anyOf": [object(version, &format!("{path}."), json!({})), { "type": "null" }] }),
    }
}
