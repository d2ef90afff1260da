//! Files as programs of offices and shells save them: with a byte order mark, or in UTF-16.

use std::borrow::Cow;

/// The same text in UTF-8, without a byte order mark. Without one it is passed on as it came.
pub fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
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
