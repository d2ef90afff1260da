//! The property list inside a message of Apple's protocol: XML, as devices send it, or the binary form of the same.

mod binary;

use std::io::Cursor;

use plist::{Dictionary, Value};
use quick_xml::{Reader, events::Event};

use self::binary::Refused;
use super::parse_error::ParseError;

const PLACE: &str = "raw_payload";
/// No message of the protocol is nested deeper than a few levels, and the reader calls itself for each.
const DEEPEST: usize = 32;

/// Reads a property list whose top is a dictionary.
pub(super) fn read(bytes: &[u8]) -> Result<Dictionary, ParseError> {
    let value = if bytes.starts_with(b"bplist") {
        let refused = |why| match why {
            Refused::Broken => broken("is not a property list in its binary form, or ends too early"),
            Refused::TooMuch => broken("is nested too deeply, or unfolds to more than a message holds"),
        };
        binary::check(bytes).map_err(refused)?;
        Value::from_reader(Cursor::new(bytes)).map_err(|_| refused(Refused::Broken))?
    } else {
        check_depth(bytes)?;
        Value::from_reader_xml(bytes).map_err(|_| broken("is not a property list in XML, or ends too early"))?
    };
    value.into_dictionary().ok_or_else(|| broken("is a property list, and not a dictionary"))
}

fn check_depth(bytes: &[u8]) -> Result<(), ParseError> {
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut buffer) = (0_usize, Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(_) => return Err(broken("is not a property list in XML")),
        }
        if depth > DEEPEST {
            return Err(broken("is nested too deeply"));
        }
    }
}

fn broken(what: &str) -> ParseError {
    ParseError::new(PLACE, format!("{what}; this is not what a device sends"))
}
