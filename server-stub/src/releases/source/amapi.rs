//! Android Management API, `enterprises.applications.get`: Play's own list of an app's versions. The only official
//! source of WhatsApp Business on Android. It needs the company's credentials, so only a file or a mirror answers.
//! <https://developers.google.com/android/management/reference/rest/v1/enterprises.applications>

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, release},
    Address, Known, ParseError, Source, json,
};

const PACKAGE: &str = "com.whatsapp.w4b";

/// The Android Management API.
pub(super) struct Amapi;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    name: Option<String>,
    app_versions: Vec<AppVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppVersion {
    version_string: String,
    #[serde(default)]
    production: bool,
}

impl Source for Amapi {
    fn name(&self) -> &'static str {
        "amapi"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        let file = format!("amapi/{PACKAGE}.json");
        let own = format!("https://androidmanagement.googleapis.com/v1/enterprises/ID/applications/{PACKAGE}");
        vec![Address { only_mirrored: true, ..Address::new(PACKAGE, &own, &file) }]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some(PACKAGE.to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let application: Application = json(bytes)?;
        if let Some(name) = application.name.as_deref().filter(|name| super::file_name(name) != PACKAGE) {
            let name: String = name.chars().take(80).collect();
            let what = format!("`{name}` is another application; ask for applications/{PACKAGE}");
            return Err(ParseError::shape("name", what));
        }
        // What only testers get says nothing about everyone else; Play tells no days.
        let production = application.app_versions.iter().filter(|version| version.production);
        Ok(production.map(|version| release(Line::BUSINESS_ANDROID, &version.version_string, None)).collect())
    }
}
