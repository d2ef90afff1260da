//! Which texts may pass: each has the form of what it is, so that a serial number in a version's place is dropped.

use agent_core::judge::version::{
    AndroidOsLine, IosOsLine, Line, PatchLevelLine, WhatsappAndroidLine, WhatsappIosLine,
};
use jiff::{Timestamp, ZonedDateTime, civil::DateTime, tz::TimeZone};

/// The longest reference, in characters; `device_ref` of managed configuration has the same limit.
const LONGEST_REFERENCE: usize = 120;
const LONGEST_MODEL: usize = 60;

/// A reference in its one form: trimmed, and a UDID in capitals.
pub(super) fn device_ref(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=LONGEST_REFERENCE).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| if is_udid(text) { text.to_ascii_uppercase() } else { text.to_owned() })
}

/// Whether this can name a device of management.
pub fn is_device_ref(text: &str) -> bool {
    device_ref(text).is_some()
}

/// 40 hexadecimal digits, 8-16 of newer devices, or a UUID.
fn is_udid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(groups[..], [40] | [8, 16] | [8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

pub(super) fn model(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= LONGEST_MODEL && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    fits.then(|| text.to_owned())
}

/// The most digits of a system's version, such as `26.10.1`: a phone number has more, however it is parted.
const LONGEST_SYSTEM: usize = 6;
/// The most digits of WhatsApp's in three parts, such as `2.21.230`.
const LONGEST_APP: usize = 7;

pub(super) fn os_version(text: &str) -> Option<String> {
    version(text, |text| {
        digits(text) <= LONGEST_SYSTEM
            && (IosOsLine::normalise(text).is_some() || AndroidOsLine::normalise(text).is_some())
    })
}

pub(super) fn security_patch(text: &str) -> Option<String> {
    // Only keys carry it without dashes, where it could be any number of a person.
    version(text, |text| text.contains('-') && PatchLevelLine::normalise(text).is_some())
}

pub(super) fn whatsapp_version(text: &str) -> Option<String> {
    version(text, |text| {
        let is_short = text.split('.').count() > 3 || digits(text) <= LONGEST_APP;
        is_short && (WhatsappIosLine::normalise(text).is_some() || WhatsappAndroidLine::normalise(text).is_some())
    })
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn version(text: &str, is_one: impl Fn(&str) -> bool) -> Option<String> {
    let text = text.trim();
    is_one(text).then(|| text.to_owned())
}

/// A moment; one without a zone is UTC, a day its beginning. The zero time of Go is no moment.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let moment = if text.contains('[') {
        // Read as one of the others it would lose its zone.
        text.parse::<ZonedDateTime>().ok()?.timestamp()
    } else {
        text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())?
    };
    // 2001-09-09: before anything that is managed today.
    (moment.as_second() > 1_000_000_000).then_some(moment)
}
