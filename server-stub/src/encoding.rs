//! Files as programs of offices and shells save them: with a byte order mark, or in UTF-16.

use std::borrow::Cow;

/// The same text in UTF-8, without a byte order mark. Without one it is passed on as it came.
pub(crate) fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let units = |text: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = text.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, text @ ..] => Cow::Borrowed(text),
        [0xff, 0xfe, text @ ..] => units(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => units(text, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::utf8;
    use crate::{attestation::bundle, releases};

    /// The same text as programs save it.
    fn saved(text: &str) -> [Vec<u8>; 4] {
        let marked = format!("\u{feff}{text}");
        let in_units = |order: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(order).collect();
        [text.into(), marked.clone().into(), in_units(u16::to_le_bytes), in_units(u16::to_be_bytes)]
    }

    #[test]
    fn a_text_is_the_same_however_it_was_saved() {
        for bytes in saved("Versión;📱\r\n") {
            assert_eq!(*utf8(&bytes), *"Versión;📱\r\n".as_bytes(), "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_no_text_is_passed_on_as_it_came() {
        for bytes in [&b"\x30\x82\xef\xbb\xbf"[..], b"\xa3cfmt", b"\xef\xbb", b"\xff", b""] {
            assert_eq!(*utf8(bytes), *bytes, "{bytes:x?}");
        }
    }

    #[test]
    fn certificates_and_answers_of_sources_are_read_however_they_were_saved() {
        for bytes in saved(include_str!("../tests/access/tls/one.cert.pem")) {
            assert_eq!(bundle::certificates(&bytes).unwrap().len(), 1, "{:x?}", &bytes[..4]);
        }
        for bytes in saved("[1, 2]") {
            assert_eq!(releases::source::json::<Vec<u8>>(&bytes).unwrap(), [1, 2], "{bytes:x?}");
        }
    }
}
