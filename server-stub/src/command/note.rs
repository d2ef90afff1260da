//! What is said beside the answer.

use std::io::{self, Write as _};

/// Says something beside the answer, on stderr. Where even that cannot be written nobody is left to tell.
pub(super) fn note(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}
