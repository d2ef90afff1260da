//! A webhook as it was recorded: the whole request in one file, its head and its body.

use super::signature::HEADER;

/// A recorded request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded<'b> {
    /// The signature that it came with.
    pub signature: Option<&'b str>,
    /// The body, byte for byte.
    pub body: &'b [u8],
}

impl<'b> Recorded<'b> {
    /// Splits a file that begins as a request does; none for any other.
    pub fn split(bytes: &'b [u8]) -> Option<Self> {
        if !bytes.starts_with(b"POST ") {
            return None;
        }
        let (end, gap) = ["\r\n\r\n", "\n\n"]
            .into_iter()
            .filter_map(|gap| Some((bytes.windows(gap.len()).position(|window| window == gap.as_bytes())?, gap)))
            .min()?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.lines();
        lines.next()?.contains(" HTTP/").then_some(())?;
        let signature = lines
            .filter_map(|line| line.split_once(':'))
            .find_map(|(name, value)| name.trim().eq_ignore_ascii_case(HEADER).then(|| value.trim()));
        Some(Self { signature, body: &bytes[end + gap.len()..] })
    }
}
