//! As much of JSON Schema (2020-12) as the published schemas use, for the tests that hold them to the readers.

use serde_json::Value;

/// Whether a value fits a schema. Panics on a keyword that it does not know, so that none is skipped.
pub(crate) fn fits(value: &Value, schema: &Value) -> bool {
    one(value, schema, schema)
}

fn one(value: &Value, schema: &Value, root: &Value) -> bool {
    let Value::Object(keywords) = schema else { return schema == &Value::Bool(true) };
    keywords.iter().all(|(keyword, wanted)| holds(value, keyword, wanted, schema, root))
}

fn holds(value: &Value, keyword: &str, wanted: &Value, schema: &Value, root: &Value) -> bool {
    // The bounds of our schemas are whole numbers, and so is what they bound.
    let number = |bound: &dyn Fn(i128, i128) -> bool| {
        whole(value).is_none_or(|number| whole(wanted).is_some_and(|wanted| bound(number, wanted)))
    };
    let count = |length: Option<usize>, bound: &dyn Fn(u64, u64) -> bool| {
        length.is_none_or(|length| bound(length as u64, wanted.as_u64().unwrap()))
    };
    let members = value.as_object();
    let fitting = || wanted.as_array().unwrap().iter().filter(|choice| one(value, choice, root)).count();
    match keyword {
        "$schema" | "$defs" | "title" | "description" => true,
        "$ref" => one(value, root.pointer(&wanted.as_str().unwrap()[1..]).unwrap(), root),
        "type" => match wanted {
            Value::Array(types) => types.iter().any(|name| is_of(value, name)),
            name => is_of(value, name),
        },
        "const" => value == wanted,
        "enum" => wanted.as_array().unwrap().contains(value),
        "oneOf" => fitting() == 1,
        "anyOf" => fitting() > 0,
        "minimum" => number(&|number, wanted| number >= wanted),
        "maximum" => number(&|number, wanted| number <= wanted),
        "minLength" => count(value.as_str().map(|text| text.chars().count()), &|length, least| length >= least),
        "maxLength" => count(value.as_str().map(|text| text.chars().count()), &|length, most| length <= most),
        "maxItems" => count(value.as_array().map(Vec::len), &|length, most| length <= most),
        "minProperties" => count(members.map(serde_json::Map::len), &|length, least| length >= least),
        "pattern" => value.as_str().is_none_or(|text| matches(text, wanted.as_str().unwrap())),
        "format" => value.as_str().is_none_or(|text| match wanted.as_str().unwrap() {
            "date" => text.parse::<jiff::civil::Date>().is_ok(),
            "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
            other => panic!("the format {other} is not known here"),
        }),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| one(item, wanted, root))),
        "required" => members.is_none_or(|members| {
            wanted.as_array().unwrap().iter().all(|name| members.contains_key(name.as_str().unwrap()))
        }),
        "properties" => members.is_none_or(|members| {
            members.iter().all(|(name, member)| wanted.get(name).is_none_or(|schema| one(member, schema, root)))
        }),
        "additionalProperties" => {
            assert_eq!(wanted, false);
            members.is_none_or(|members| members.keys().all(|name| schema["properties"].get(name).is_some()))
        }
        other => panic!("the keyword {other} is not known here"),
    }
}

fn whole(value: &Value) -> Option<i128> {
    value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from))
}

fn is_of(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known here"),
    }
}

fn matches(text: &str, pattern: &str) -> bool {
    let machine = regex_automata::nfa::thompson::pikevm::PikeVM::new(pattern).unwrap();
    machine.is_match(&mut machine.create_cache(), text)
}
