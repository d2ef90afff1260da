//! A token that comes from a file or from standard input, so that no command line shows it.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// No token came.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenFileError {
    #[error("{}: cannot be read: {what}", path.display())]
    Unreadable { path: PathBuf, what: String },
    #[error("{}: is empty; put the token or the whole link on its first line", path.display())]
    Empty { path: PathBuf },
}

/// The first line of a file that says anything, or of standard input for `-`.
pub(super) fn read(path: &Path, input: &mut dyn Read) -> Result<String, TokenFileError> {
    let unreadable = |error: std::io::Error| TokenFileError::Unreadable { path: path.into(), what: error.to_string() };
    let mut text = String::new();
    if path == Path::new("-") {
        input.take(4096).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(4096).read_to_string(&mut text).map_err(unreadable)?;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(str::to_owned).ok_or_else(|| TokenFileError::Empty { path: path.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_from_a_file_or_from_standard_input() {
        const TOKEN: &str = "00000000WXYZ0123456789ABCD";
        let mut input = format!("\n  {TOKEN}\n").into_bytes();
        assert_eq!(read(Path::new("-"), &mut input.as_slice()).as_deref(), Ok(TOKEN));
        input.clear();
        let nothing = read(Path::new("-"), &mut input.as_slice());
        assert_eq!(nothing, Err(TokenFileError::Empty { path: "-".into() }));
        assert!(read(Path::new("/nowhere"), &mut input.as_slice()).unwrap_err().to_string().contains("/nowhere"));
    }
}
