//! Apple's lookup service: what the App Store of a country offers now.
//! <https://performance-partners.apple.com/search-api>

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, release},
    Address, Known, MIB, ParseError, Source, day, file_name, json,
};

const BUNDLE: &str = "net.whatsapp.WhatsAppSMB";
const TRACK: u64 = 1_386_412_985;
/// Stores that are asked. Few, because the service wants no more than some twenty questions a minute.
const COUNTRIES: [&str; 5] = ["es", "us", "mx", "br", "de"];

/// Apple's lookup service.
pub(super) struct AppleLookup;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    result_count: u64,
    results: Vec<App>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct App {
    version: String,
    current_version_release_date: Option<String>,
    bundle_id: Option<String>,
    track_id: Option<u64>,
}

/// The country of the store that an answer links to: `https://apps.apple.com/fr/app/…`.
fn store(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Linking {
        results: Vec<Linked>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Linked {
        track_view_url: String,
    }
    let linking: Linking = json(bytes).ok()?;
    let (_, path) = linking.results.first()?.track_view_url.split_once(".apple.com/")?;
    let country = path.split('/').next()?;
    (country.len() == 2 && country.bytes().all(|sign| sign.is_ascii_lowercase())).then(|| country.to_owned())
}

impl Source for AppleLookup {
    fn name(&self) -> &'static str {
        "apple-lookup"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn longest(&self) -> usize {
        MIB
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        let address = |country: &str, by: &str, key: &str| {
            let url = format!("https://itunes.apple.com/lookup?{key}&country={country}");
            let part = format!("{country}-{by}");
            Address::new(&part, &url, &format!("apple-lookup/{part}.json"))
        };
        let (bundle, id) = (format!("bundleId={BUNDLE}"), format!("id={TRACK}"));
        COUNTRIES
            .iter()
            .flat_map(|country| [address(country, "bundle", &bundle), address(country, "id", &id)])
            .collect()
    }

    /// `es-bundle.json`; a file with another name is of the store that the answer links to, otherwise of any.
    fn part(&self, place: &str, bytes: &[u8]) -> Option<String> {
        let stem = file_name(place).split('.').next().unwrap_or_default();
        let known = self.addresses(&Known::default()).into_iter().find(|address| address.part == stem);
        let of_store = || store(bytes).map_or_else(|| "file".to_owned(), |country| format!("{country}-file"));
        Some(known.map_or_else(of_store, |address| address.part))
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let answer: Answer = json(bytes)?;
        if answer.result_count > 0 && answer.results.is_empty() {
            return Err(ParseError::shape("results", "is empty although resultCount is not; fetch it again"));
        }
        // A store that does not offer the app says nothing about it.
        let mut claims = Vec::new();
        for (place, app) in answer.results.iter().enumerate() {
            let ours =
                app.bundle_id.as_deref().is_none_or(|id| id == BUNDLE) && app.track_id.is_none_or(|id| id == TRACK);
            if !ours {
                let what = format!("this is another app; ask for bundleId={BUNDLE} or id={TRACK}");
                return Err(ParseError::shape(&format!("results[{place}].bundleId"), what));
            }
            let released = app.current_version_release_date.as_deref().and_then(day);
            claims.push(release(Line::BUSINESS_IOS, &app.version, released));
        }
        Ok(claims)
    }
}
