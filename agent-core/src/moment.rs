//! Moments and days as messages and stored documents hold them, read without the reasons of the library that reads them:
//! which of a hundred ways a text is no moment helps nobody here, and their words are a thirtieth of a phone's library.

use std::{collections::BTreeMap, fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// Reads a moment or a day.
pub(crate) fn read<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    Plain::deserialize(deserializer).map(|Plain(read)| read)
}

/// Reads one that may be missing or `null`.
pub(crate) fn read_optional<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Plain<T>>::deserialize(deserializer)?.map(|Plain(read)| read))
}

/// Reads one under each key.
pub(crate) fn read_map<'de, D, K, T>(deserializer: D) -> Result<BTreeMap<K, T>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    T: FromStr,
{
    deserializer.deserialize_map(MapVisitor(PhantomData))
}

struct MapVisitor<K, T>(PhantomData<(K, T)>);

impl<'de, K: Deserialize<'de> + Ord, T: FromStr> Visitor<'de> for MapVisitor<K, T> {
    type Value = BTreeMap<K, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a moment under each key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<BTreeMap<K, T>, A::Error> {
        let mut read = BTreeMap::new();
        while let Some((key, Plain(value))) = members.next_entry()? {
            read.insert(key, value);
        }
        Ok(read)
    }
}

struct Plain<T>(T);

impl<'de, T: FromStr> Deserialize<'de> for Plain<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PlainVisitor(PhantomData))
    }
}

struct PlainVisitor<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for PlainVisitor<T> {
    type Value = Plain<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a moment such as 2026-11-24T09:00:00Z, or a day such as 2026-11-24")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Plain<T>, E> {
        text.parse().map(Plain).map_err(|_| E::custom("this is no moment such as 2026-11-24T09:00:00Z, and no day"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::Date};
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Kept {
        #[serde(deserialize_with = "read")]
        at: Timestamp,
        #[serde(default, deserialize_with = "read_optional")]
        on: Option<Date>,
        #[serde(default, deserialize_with = "read_map")]
        each: BTreeMap<String, Timestamp>,
    }

    #[test]
    fn moments_and_days_are_read_and_nothing_else_is() {
        let read = |json| serde_json::from_value::<Kept>(json).map_err(|error| error.to_string());
        let at: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let whole = read(json!({ "at": at, "on": "2026-11-24", "each": { "a": at } })).unwrap();
        assert_eq!((whole.at, whole.on), (at, "2026-11-24".parse().ok()));
        assert_eq!(whole.each, BTreeMap::from([("a".to_owned(), at)]));
        for empty in [json!({ "at": at }), json!({ "at": at, "on": null })] {
            assert_eq!(read(empty).unwrap(), Kept { at, on: None, each: BTreeMap::new() });
        }
        for bad in [
            json!({}),
            json!({ "at": null }),
            json!({ "at": 1_764_000_000 }),
            json!({ "at": "yesterday" }),
            json!({ "at": at, "on": "2026-13-01" }),
            json!({ "at": at, "each": { "a": "2026-11-24" } }),
        ] {
            let told = read(bad).unwrap_err();
            assert!(told.contains("moment") || told.contains("`at`"), "{told}");
        }
    }
}
