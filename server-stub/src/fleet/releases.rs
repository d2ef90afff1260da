//! What the catalogue knows, with age, confidence and how far the fleet has come.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

/// One product on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseLineView {
    /// The product, `os`, `security-patch` or `whatsapp-business`.
    pub product: String,
    /// The platform or distribution.
    pub platform: String,
    /// The newest settled release; none when no source says.
    pub effective_latest: Option<String>,
    /// The newest release of all.
    pub newest: Option<String>,
    /// When the newest claim was fetched.
    #[schema(value_type = Option<String>)]
    pub fetched_at: Option<Timestamp>,
    /// Whether every source is too old to say what is latest.
    pub stale: bool,
    /// Releases, newest first.
    pub releases: Vec<ReleaseView>,
    /// Floors, highest first.
    pub floors: Vec<FloorView>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseView {
    /// The version.
    pub version: String,
    /// When it was released or first seen.
    #[schema(value_type = String)]
    pub released: Date,
    /// Whether it is older than the hold-back window.
    pub settled: bool,
    /// The last day of support, when announced.
    #[schema(value_type = Option<String>)]
    pub supported_until: Option<Date>,
    /// The source.
    pub source: String,
    /// How far it can be believed, `official`, `curated` or `observed`.
    pub confidence: String,
    /// How many devices run it.
    pub devices: u64,
}

/// One floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FloorView {
    /// The first version without the vulnerability.
    pub version: String,
    /// The vulnerability.
    pub cve: String,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// The source.
    pub source: String,
    /// How many devices are below it.
    pub devices_below: u64,
}
