//! The report's JSON Schema (2020-12), for whoever writes an agent or reads a report without this code.

use serde_json::{Map, Value, json};

use super::{super::message::SCHEMA_VERSION, FIELDS, Field, Shape};
use crate::judge::{Evidence, UnknownReason};

/// The schema of a report's payload, made from the field table.
pub fn report_schema() -> Value {
    let mut root = object(
        &[""],
        json!({
            "full": object(&["content.full."], json!({
                "facts": object(&["content.full.facts."], json!({
                    "whatsappBusiness": object(&["content.full.facts.whatsappBusiness."], json!({})),
                })),
            })),
            "unchanged": object(&["content.unchanged."], json!({})),
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
    root["title"] = format!("Atalaya report, version {SCHEMA_VERSION}").into();
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

/// The object of the rows directly beneath these prefixes, and of these objects within.
fn object(prefixes: &[&str], within: Value) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in FIELDS {
        let name = prefixes.iter().find_map(|prefix| field.path.strip_prefix(prefix));
        let Some(name) = name.filter(|name| !name.contains('.')) else { continue };
        properties.insert(name.to_owned(), described(field));
        if field.required {
            required.push(Value::from(name));
        }
    }
    if let Value::Object(within) = within {
        properties.extend(within);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn described(field: &Field) -> Value {
    let value = shape(&field.shape, field.path);
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

fn shape(shape: &Shape, path: &str) -> Value {
    match shape {
        Shape::Version => json!({ "const": SCHEMA_VERSION }),
        Shape::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Text(longest) => json!({ "type": "string", "maxLength": longest }),
        Shape::Form(pattern) => json!({ "type": "string", "pattern": pattern }),
        Shape::Moment => json!({ "type": "string", "format": "date-time" }),
        Shape::Day => json!({ "type": "string", "format": "date" }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::List(most, Shape::Group) => {
            json!({ "type": "array", "maxItems": most, "items": object(&[&format!("{path}[].")], json!({})) })
        }
        Shape::List(most, item) => json!({ "type": "array", "maxItems": most, "items": self::shape(item, path) }),
        Shape::Group => json!({ "anyOf": [object(&[&format!("{path}.")], json!({})), { "type": "null" }] }),
    }
}
