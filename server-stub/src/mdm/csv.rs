//! A table that a console exports: which column holds what is said by a mapping.

mod joined;

use std::collections::HashMap;

use agent_core::judge::facts::{Presence, StorageEncryption};

use self::{
    Field::{
        App, AppVersion, DeviceRef, Model, OsVersion, ScreenLock, SecurityPatch, SeenAt, StorageEncrypted,
        WhatsappBusiness, WhatsappBusinessUpdate, WhatsappBusinessVersion, WhatsappConsumer,
    },
    joined::Joined,
};
use super::{
    facts::{ManagedApp, ManagedFacts},
    inventory::{Found, Inventory, Why},
    parse_error::ParseError,
    shape,
    whatsapp::{self, Whatsapp},
};
use crate::spelt::spelt;

/// The longest table, in bytes.
pub const LONGEST: usize = 32 * 1024 * 1024;
/// The most rows of one table.
const MOST_ROWS: usize = 1_000_000;
/// How many names of columns an error shows.
const MOST_SHOWN: usize = 30;

spelt! {
    /// What a column may hold, by its name in a mapping. Every other column is left unread.
    Field {
        /// How management calls the device.
        DeviceRef = "device_ref",
        /// When the device was last heard of.
        SeenAt = "seen_at",
        /// The hardware model.
        Model = "model",
        /// The system's version.
        OsVersion = "os_version",
        /// Android's security patch level.
        SecurityPatch = "security_patch",
        /// How what is stored is encrypted.
        StorageEncrypted = "storage_encryption",
        /// Whether it has a screen lock.
        ScreenLock = "screen_lock",
        /// Whether WhatsApp Business is there.
        WhatsappBusiness = "whatsapp_business",
        /// WhatsApp Business's version.
        WhatsappBusinessVersion = "whatsapp_business_version",
        /// Whether the store has a newer WhatsApp Business.
        WhatsappBusinessUpdate = "whatsapp_business_update",
        /// Whether WhatsApp Messenger is there.
        WhatsappConsumer = "whatsapp_consumer",
        /// In a table with a row for each app: its name or identifier.
        App = "app",
        /// In such a table: the app's version.
        AppVersion = "app_version",
    }
}

impl Field {
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.as_str() == name)
    }
}

/// Which column holds which field. A column that has a field's own name needs no entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns(HashMap<Field, String>);

impl Columns {
    /// Adds `field=Column`; the error says what is wrong with it.
    pub fn add(&mut self, entry: &str) -> Result<(), String> {
        let (name, column) = entry.split_once('=').ok_or("write FIELD=COLUMN, such as `os_version=OS version`")?;
        let (name, column) = (name.trim(), column.trim());
        let field = Field::named(name).ok_or_else(|| {
            let names: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
            format!("there is no field `{name}`; the fields are {}", names.join(", "))
        })?;
        if column.is_empty() {
            return Err(format!("`{name}` has no column"));
        }
        match self.0.insert(field, column.to_owned()) {
            Some(_) => Err(format!("`{name}` is mapped twice")),
            None => Ok(()),
        }
    }

    /// The name of the column that holds a field.
    fn name(&self, field: Field) -> &str {
        self.0.get(&field).map_or(field.as_str(), String::as_str)
    }

    /// Where each field stands in this heading.
    fn places(&self, heading: &::csv::StringRecord) -> Result<HashMap<Field, usize>, ParseError> {
        let mut places = HashMap::new();
        for &field in Field::ALL {
            let wanted = self.name(field);
            let same = |name: &str| name.trim().to_lowercase() == wanted.to_lowercase();
            let mut at = (0..heading.len()).filter(|at| same(&heading[*at]));
            match (at.next(), at.next()) {
                (Some(_), Some(_)) => {
                    return Err(ParseError::new("line 1", format!("there are two columns `{wanted}`; rename one")));
                }
                (Some(at), None) => {
                    places.insert(field, at);
                }
                (None, _) if self.0.contains_key(&field) => return Err(missing(wanted, heading)),
                (None, _) => {}
            }
        }
        if places.contains_key(&DeviceRef) {
            return Ok(places);
        }
        Err(missing("device_ref", heading))
    }
}

fn missing(wanted: &str, heading: &::csv::StringRecord) -> ParseError {
    let names: Vec<_> = heading.iter().take(MOST_SHOWN).map(|name| name.trim().escape_debug().to_string()).collect();
    let what = format!(
        "there is no column `{wanted}`; map one with --map FIELD=COLUMN. The columns are: {}",
        names.join(", ")
    );
    ParseError::new("line 1", what.chars().take(1000).collect::<String>())
}

/// Reads a table in UTF-8 with a heading, its cells apart by commas, semicolons or tabs.
pub fn parse(bytes: &[u8], columns: &Columns) -> Result<Found, ParseError> {
    if bytes.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ParseError::new(".", "is not text in UTF-8; export it as `CSV UTF-8`"))?;
    let (text, sign, above) = match named_delimiter(text) {
        Some((sign, rest)) => (rest, sign, 1),
        None => (text, delimiter(text), 0),
    };
    let mut reader = ::csv::ReaderBuilder::new().delimiter(sign).flexible(true).from_reader(text.as_bytes());
    let broken = |error: &::csv::Error| {
        let line = above + error.position().map_or(1, ::csv::Position::line);
        ParseError::new(format!("line {line}"), "is not a row of a table")
    };
    let heading = reader.headers().map_err(|error| broken(&error))?.clone();
    let places = columns.places(&heading)?;
    let (mut found, mut joined) = (Found::default(), Joined::default());
    for (count, row) in reader.records().enumerate() {
        if count >= MOST_ROWS {
            return Err(ParseError::new(".", format!("has more than {MOST_ROWS} rows; import it in parts")));
        }
        let cells = row.map_err(|error| broken(&error))?;
        let line = above + cells.position().map_or(0, ::csv::Position::line);
        let mut row = Row { cells: &cells, places: &places, unread: Vec::new() };
        match inventory(&mut row) {
            Ok(inventory) => {
                for field in joined.take(inventory) {
                    // Where no column is the version's, a row for each app tells it.
                    let field = if places.contains_key(&field) { field } else { AppVersion };
                    found.count_unread(columns.name(field), Why::Contradictory, line);
                }
            }
            Err((field, what)) => {
                let column = columns.name(field);
                found.skip(ParseError::new(format!("line {line}, column `{column}`"), what));
            }
        }
        for field in row.unread {
            found.count_unread(columns.name(field), Why::NotUnderstood, line);
        }
    }
    Ok(Found { inventories: joined.uncontested(), ..found })
}

/// One row, and which of its cells are not understood.
struct Row<'r> {
    cells: &'r ::csv::StringRecord,
    places: &'r HashMap<Field, usize>,
    unread: Vec<Field>,
}

impl<'r> Row<'r> {
    /// What stands in a field's cell; none where it is empty.
    fn cell(&self, field: Field) -> Option<&'r str> {
        let text = self.places.get(&field).and_then(|at| self.cells.get(*at)).map(str::trim);
        text.filter(|text| !text.is_empty())
    }

    /// What a field's cell says.
    fn read<T>(&mut self, field: Field, understand: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let said = understand(self.cell(field)?);
        if said.is_none() {
            self.unread.push(field);
        }
        said
    }
}

/// What may part cells; of two that a heading has as often the last is taken, and a comma is the usual one.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];

/// The delimiter that a line `sep=;` above the heading names, as spreadsheets write it, and the table below.
fn named_delimiter(text: &str) -> Option<(u8, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let named = first.trim_end_matches('\r').trim_matches('"').strip_prefix("sep=")?;
    let [sign] = named.as_bytes() else { return None };
    DELIMITERS.contains(sign).then_some((*sign, rest))
}

/// What the heading has most of, outside what is quoted.
fn delimiter(text: &str) -> u8 {
    let (mut counts, mut quoted) = ([0_usize; DELIMITERS.len()], false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                for (sign, count) in DELIMITERS.iter().zip(&mut counts) {
                    *count += usize::from(*sign == byte);
                }
            }
            _ => {}
        }
    }
    let most = DELIMITERS.into_iter().zip(counts).max_by_key(|(_, count)| *count);
    most.map_or(b',', |(sign, _)| sign)
}

fn inventory(row: &mut Row<'_>) -> Result<Inventory, (Field, &'static str)> {
    let device_ref = row
        .cell(DeviceRef)
        .and_then(shape::device_ref)
        .ok_or((DeviceRef, "names no device; at most 120 characters without control characters"))?;
    // A row without a time in a table of times would pass for fresh.
    let when = (SeenAt, "is not a time such as 2026-11-24T09:30:00Z or 2026-11-24 09:30; without a zone it is UTC");
    let seen_at = row.cell(SeenAt).and_then(shape::moment);
    if row.places.contains_key(&SeenAt) && seen_at.is_none() {
        return Err(when);
    }
    let mut facts = ManagedFacts {
        model: row.read(Model, shape::model),
        os_version: row.read(OsVersion, system),
        security_patch: row.read(SecurityPatch, shape::security_patch),
        storage_encryption: row.read(StorageEncrypted, encryption),
        screen_lock: row.read(ScreenLock, truth),
        whatsapp_business: business(row),
        whatsapp_consumer: row.read(WhatsappConsumer, presence),
    };
    if let Some(app) = row.cell(App).and_then(Whatsapp::by_name) {
        // Of WhatsApp Messenger no version is kept.
        let version = (app == Whatsapp::Business).then(|| row.read(AppVersion, shape::whatsapp_version)).flatten();
        app.tell(&mut facts, ManagedApp { version, ..whatsapp::installed([]) });
    }
    Ok(Inventory { device_ref, seen_at, retired: false, facts })
}

fn business(row: &mut Row<'_>) -> Option<ManagedApp> {
    let said = row.read(WhatsappBusiness, presence);
    let version = row.read(WhatsappBusinessVersion, shape::whatsapp_version);
    let has_update = row.read(WhatsappBusinessUpdate, truth);
    let presence = said.or_else(|| version.is_some().then_some(Presence::Installed))?;
    let is_there = presence != Presence::Absent;
    Some(ManagedApp {
        presence,
        version: version.filter(|_| is_there),
        has_update_available: has_update.filter(|_| is_there),
        external_version_id: None,
    })
}

/// A version that stands alone, or as some consoles print it: `iOS 18.7.8`, `18.7.8 (22H124)`.
fn system(text: &str) -> Option<String> {
    let named = |name: &str| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then(|| rest.strip_prefix(' ')).flatten()
    };
    let bare = ["iOS", "iPadOS", "Android"].into_iter().find_map(named).unwrap_or(text).trim();
    // A letter by itself is that of a rapid response; a number by itself is of another system.
    let build = |text: &str| {
        let signs = || text.bytes().filter(|sign| *sign != b'.');
        text.len() > 1
            && signs().all(|sign| sign.is_ascii_alphanumeric())
            && signs().any(|sign| sign.is_ascii_uppercase())
    };
    let before = bare.strip_suffix(')').and_then(|rest| rest.split_once(" (")).filter(|(_, inside)| build(inside));
    shape::os_version(before.map_or(bare, |(version, _)| version))
}

/// Yes or no, in the words that consoles use.
fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "enabled" | "sí" | "si" | "verdadero" => Some(true),
        "false" | "no" | "n" | "0" | "off" | "disabled" | "falso" => Some(false),
        _ => None,
    }
}

fn presence(text: &str) -> Option<Presence> {
    match text.to_lowercase().as_str() {
        "installed" | "instalada" | "instalado" => Some(Presence::Installed),
        "disabled" => Some(Presence::Disabled),
        "archived" => Some(Presence::Archived),
        "absent" | "not installed" | "no instalada" | "no instalado" => Some(Presence::Absent),
        _ => truth(text).map(|is_there| if is_there { Presence::Installed } else { Presence::Absent }),
    }
}

/// "Encrypted" alone does not say whether a credential protects the key; "not encrypted" says all there is.
fn encryption(text: &str) -> Option<StorageEncryption> {
    match text.to_lowercase().as_str() {
        "per-user" | "active_per_user" => Some(StorageEncryption::PerUser),
        "whole-disk" | "active" => Some(StorageEncryption::WholeDisk),
        "default-key" | "active_default_key" => Some(StorageEncryption::DefaultKey),
        "activating" => Some(StorageEncryption::Activating),
        "inactive" | "not encrypted" => Some(StorageEncryption::Inactive),
        "unsupported" => Some(StorageEncryption::Unsupported),
        _ => (truth(text) == Some(false)).then_some(StorageEncryption::Inactive),
    }
}
