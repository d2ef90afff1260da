//! Where claims come from: one adapter a file, behind one trait.

mod amapi;
mod android_patch;
mod apple_gdmf;
mod apple_lookup;
mod cisa_kev;
mod cve;
mod endoflife;
mod nvd;
mod sofa;
mod versions;

use std::time::Duration;

use agent_core::judge::catalogue::Confidence;
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::claim::{Claim, plain};
use crate::encoding::utf8;

/// Every source that answers over the network or by a saved answer, in the order in which they are asked: what one
/// says may tell the next what to ask for.
pub const ALL: &[&dyn Source] = &[
    &apple_gdmf::AppleGdmf,
    &apple_lookup::AppleLookup,
    &android_patch::AndroidPatch,
    &amapi::Amapi,
    &sofa::Sofa,
    &endoflife::EndOfLife,
    &cisa_kev::CisaKev,
    &nvd::Nvd,
    &cve::Cve,
];
/// The own fleet's name as a source.
pub const FLEET: &str = "fleet";
/// The administrator's file's usual name as a source.
pub const ADMINISTRATOR: &str = "administrator";
/// MDM inventory's name as a source; its claims are [`Claim::Seen`], as the fleet's.
pub const MDM_INVENTORY: &str = "mdm-inventory";
/// What is asked of nobody, because this server sees it itself.
pub const OBSERVED: [&str; 2] = [FLEET, MDM_INVENTORY];

/// How often most sources are asked.
const DAY: Duration = Duration::from_hours(24);
const MIB: usize = 1024 * 1024;
/// An answer never makes more claims than this.
const MOST_CLAIMS: usize = 5_000;
/// No version is for more models than this.
const MOST_MODELS: usize = 2_000;

/// One source: what to ask, how often, and how its answers are read.
pub trait Source: Sync {
    /// Its name in commands, claims and the catalogue.
    fn name(&self) -> &'static str;

    /// How far it can be believed.
    fn confidence(&self) -> Confidence;

    /// How often it is asked.
    fn every(&self) -> Duration {
        DAY
    }

    /// The longest answer that is read, in bytes.
    fn longest(&self) -> usize {
        2 * MIB
    }

    /// How long one answer may take in all.
    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// Whether every answer says something, so that an empty one must not take back what is known.
    fn always_speaks(&self) -> bool {
        false
    }

    /// What is asked; each answer is one part of what the source says. Empty for a source that only a file answers.
    fn addresses(&self, known: &Known) -> Vec<Address>;

    /// Which part of the source an answer is, from where it came or what it says. None: it cannot be told.
    fn part(&self, place: &str, bytes: &[u8]) -> Option<String>;

    /// What to do when [`Source::part`] cannot tell.
    fn part_remedy(&self) -> &'static str {
        "name the file as the source does"
    }

    /// Reads an answer. A pure function of part and bytes; it tolerates what it does not know.
    fn parse(&self, part: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError>;
}

/// What is known before a round: it tells a source what to ask for.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Vulnerabilities that other sources name for products that are judged.
    pub cves: Vec<String>,
}

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Which part of the source it is, such as a country.
    pub part: String,
    /// Where it is.
    pub url: String,
    /// The same below a mirror's address.
    pub mirrored: String,
    /// Where the same is found in an older form when the first fails.
    pub fallback: Option<(String, String)>,
    /// Whether it needs more than a plain question, so that only a mirror or a file can answer.
    pub only_mirrored: bool,
}

impl Address {
    fn new(part: &str, url: &str, mirrored: &str) -> Self {
        Self {
            part: part.to_owned(),
            url: url.to_owned(),
            mirrored: mirrored.to_owned(),
            fallback: None,
            only_mirrored: false,
        }
    }
}

/// An answer is not what its source sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ParseError {
    /// The JSON path, such as `results[0].version`; `.` for the whole.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
    /// Of which kind it is.
    pub cause: Cause,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It is no JSON at all.
    NotJson,
    /// It ends too early.
    Truncated,
    /// It is JSON of another shape.
    Shape,
}

impl ParseError {
    fn shape(place: &str, what: impl Into<String>) -> Self {
        Self::new(Cause::Shape, place, &what.into())
    }

    /// Both may repeat what came from outside.
    fn new(cause: Cause, place: &str, what: &str) -> Self {
        Self { place: plain(place, 120), what: plain(what, 400), cause }
    }
}

/// The source with this name.
pub fn named(name: &str) -> Option<&'static dyn Source> {
    ALL.iter().copied().find(|source| source.name() == name)
}

/// Every name that can be asked for.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|source| source.name()).chain(OBSERVED).collect()
}

/// How far what this source says can be believed; a name that nobody knows is only an observation.
pub fn confidence(name: &str) -> Confidence {
    named(name).map_or(Confidence::Observed, Source::confidence)
}

/// Reads an answer as it may come: claims in bounds, each once.
pub fn read(source: &dyn Source, part: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
    let mut claims = source.parse(part, bytes)?;
    if claims.len() > MOST_CLAIMS {
        let what = format!("more than {MOST_CLAIMS} entries; this is not an answer of {}", source.name());
        return Err(ParseError::shape(".", what));
    }
    for claim in &claims {
        if let Claim::Release { version, models, .. } = claim
            && models.len() > MOST_MODELS
        {
            return Err(ParseError::shape(".", format!("{version} is said to be for more than {MOST_MODELS} models")));
        }
    }
    if claims.is_empty() && source.always_speaks() {
        let what =
            "names nothing that is judged here; fetch it again, and check the proxy; what was known stays in force";
        return Err(ParseError::shape(".", what));
    }
    let mut seen = std::collections::HashSet::new();
    claims.retain(|claim| seen.insert((claim.line(), claim.kind(), claim.subject())));
    Ok(claims)
}

/// What must hold for any bytes, the first of which chooses the source: no panic, and claims that can be kept and read
/// again. The fuzzer and the tests call it.
#[doc(hidden)]
pub fn any_answer(bytes: &[u8]) {
    const PARTS: [(&str, &str); 10] = [
        ("apple-gdmf", "pmv"),
        ("apple-lookup", "es-bundle"),
        ("android-patch", "sdk-35"),
        ("amapi", "com.whatsapp.w4b"),
        ("sofa", "ios"),
        ("endoflife.date", "ios"),
        ("endoflife.date", "android"),
        ("cisa-kev", "list"),
        ("cve", ""),
        ("nvd", "whatsapp-business"),
    ];
    let Some((first, answer)) = bytes.split_first() else { return };
    let (name, part) = PARTS[usize::from(first.wrapping_sub(b'0')) % PARTS.len()];
    let Some(source) = named(name) else { return };
    let _ = source.part("answer.json", answer);
    let Ok(claims) = read(source, part, answer) else { return };
    assert!(claims.len() <= MOST_CLAIMS, "an answer is bounded");
    let text = serde_json::to_string(&claims).unwrap_or_default();
    let again: Vec<Claim> = serde_json::from_str(&text).unwrap_or_default();
    assert_eq!(again, claims, "what is kept is read again as the same");
    super::weigh_any(claims, name, part);
}

/// Reads JSON; every fault names its path.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParseError> {
    let bytes = &*utf8(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        fault(&place, bytes, error.inner())
    })?;
    reader.end().map_err(|error| fault(".", bytes, &error))?;
    Ok(read)
}

fn fault(place: &str, bytes: &[u8], error: &serde_json::Error) -> ParseError {
    let html = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let (cause, remedy) = match error.classify() {
        _ if html => (
            Cause::NotJson,
            "this is a web page, not the source's answer; a proxy or sign-in page stands between: open the address from this machine",
        ),
        serde_json::error::Category::Eof => {
            (Cause::Truncated, "the answer ends too early; fetch it again, and check the proxy")
        }
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            (Cause::NotJson, "this is no JSON; save the source's answer as it came")
        }
        serde_json::error::Category::Data => {
            (Cause::Shape, "the source has changed its form or this is another file; what was known stays in force")
        }
    };
    // The message may repeat what it found at any length; the remedy must not be cut off.
    ParseError::new(cause, place, &format!("{}; {remedy}", plain(&error.to_string(), 160)))
}

/// A day out of `2026-08-17` or `2026-08-17T00:00:00Z`; none for anything else.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// The last part of an address or path, without what is asked of it.
fn file_name(place: &str) -> &str {
    let end = place.find(['?', '#']).unwrap_or(place.len());
    place[..end].trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default()
}
