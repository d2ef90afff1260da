//! endoflife.date: when major versions came and when their support ends, in its new and its old form.
//! <https://endoflife.date/docs/api/v1/>

use agent_core::judge::catalogue::Confidence;
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, release, short},
    Address, Known, ParseError, Source, day, file_name, json,
};

/// endoflife.date.
pub(super) struct EndOfLife;

#[derive(Deserialize)]
struct New {
    result: Product,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    name: String,
    releases: Vec<NewCycle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewCycle {
    name: String,
    release_date: Option<String>,
    is_eol: Option<bool>,
    eol_from: Option<String>,
    latest: Option<Latest>,
}

#[derive(Deserialize)]
struct Latest {
    /// None before the first release of a version that is announced.
    name: Option<String>,
    date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldCycle {
    cycle: Word,
    release_date: Option<String>,
    eol: Option<Ends>,
    latest: Option<Word>,
    latest_release_date: Option<String>,
}

/// A version that somebody wrote as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(serde_json::Number),
}

/// The old form mixes "whether" and "when" in one field.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ends {
    Whether(bool),
    On(String),
}

/// A major version, from either form.
struct Cycle {
    name: String,
    released: Option<Date>,
    ended: Option<bool>,
    ends: Option<Date>,
    latest: Option<(String, Option<Date>)>,
}

impl Source for EndOfLife {
    fn name(&self) -> &'static str {
        "endoflife.date"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Curated
    }

    fn always_speaks(&self) -> bool {
        true
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        let address = |product: &str| {
            let old =
                (format!("https://endoflife.date/api/{product}.json"), format!("endoflife.date/{product}-old.json"));
            let url = format!("https://endoflife.date/api/v1/products/{product}/");
            Address { fallback: Some(old), ..Address::new(product, &url, &format!("endoflife.date/{product}.json")) }
        };
        ["ios", "android"].map(address).to_vec()
    }

    fn part(&self, place: &str, bytes: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            result: Name,
        }
        #[derive(Deserialize)]
        struct Name {
            name: String,
        }
        let said = json::<Named>(bytes).ok().map(|named| named.result.name);
        let name = said.unwrap_or_else(|| file_name(place).to_ascii_lowercase());
        ["android", "ios"].iter().find(|product| name.contains(**product)).map(|product| (*product).to_owned())
    }

    fn part_remedy(&self) -> &'static str {
        "the file does not say which product it is of; name it android.json or ios.json"
    }

    fn parse(&self, part: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let line = if part == "android" { Line::ANDROID } else { Line::IOS };
        let mut claims = Vec::new();
        for cycle in cycles(part, bytes)? {
            if cycle.released.is_some() {
                claims.push(release(line, &cycle.name, cycle.released));
            }
            if let Some((latest, date)) = &cycle.latest {
                claims.push(release(line, latest, *date));
            }
            // An end without its day: support lasted at least until the last release.
            let last = cycle.latest.as_ref().and_then(|(_, date)| *date);
            let until = match (cycle.ended, cycle.ends) {
                (_, Some(day)) => Some(Some(day)),
                (Some(true), None) => last.map(Some),
                (Some(false), None) => Some(None),
                (None, None) => None,
            };
            if let Some(until) = until {
                claims.push(Claim::Support { line, cycle: short(&cycle.name), until });
            }
        }
        Ok(claims)
    }
}

fn cycles(part: &str, bytes: &[u8]) -> Result<Vec<Cycle>, ParseError> {
    // The first sign decides which form is read, so that a fault is told with its place in that form.
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if is_list {
        let old: Vec<OldCycle> = json(bytes)?;
        return Ok(old.into_iter().map(Cycle::from).collect());
    }
    let new: New = json(bytes)?;
    if !new.result.name.is_empty() && new.result.name != part {
        let name = short(&new.result.name);
        return Err(ParseError::shape("result.name", format!("is `{name}`, and {part} was asked for")));
    }
    Ok(new.result.releases.into_iter().map(Cycle::from).collect())
}

impl From<NewCycle> for Cycle {
    fn from(cycle: NewCycle) -> Self {
        Self {
            name: cycle.name,
            released: cycle.release_date.as_deref().and_then(day),
            ended: cycle.is_eol,
            ends: cycle.eol_from.as_deref().and_then(day),
            latest: cycle.latest.and_then(|latest| Some((latest.name?, latest.date.as_deref().and_then(day)))),
        }
    }
}

impl From<OldCycle> for Cycle {
    fn from(cycle: OldCycle) -> Self {
        let (ended, ends) = match cycle.eol {
            Some(Ends::Whether(ended)) => (Some(ended), None),
            // A day that cannot be read is not an end.
            Some(Ends::On(text)) => (None, day(&text)),
            None => (None, None),
        };
        let latest = cycle.latest.map(|latest| (latest.text(), cycle.latest_release_date.as_deref().and_then(day)));
        Self { name: cycle.cycle.text(), released: cycle.release_date.as_deref().and_then(day), ended, ends, latest }
    }
}

impl Word {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}
