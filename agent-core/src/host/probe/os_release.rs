//! Which distribution this is, by os-release(5). `sysinfo` reads the same file, but only at its one place under `/`
//! and without telling a missing entry from a file that cannot be read.

use std::{collections::BTreeMap, io};

use super::{Reading, Root, UnknownReason, plain, why};

/// The distribution and its version.
pub(super) struct OsRelease(io::Result<BTreeMap<String, String>>);

impl OsRelease {
    pub(super) fn read(root: &Root) -> Self {
        let text = root.text("/etc/os-release").or_else(|_| root.text("/usr/lib/os-release"));
        Self(text.map(|text| text.lines().filter_map(entry).collect()))
    }

    /// `ID`, such as `debian`; by the standard a missing one is `linux`.
    pub(super) fn name(&self) -> Reading<String> {
        self.get("ID").unwrap_or_else(|| Reading::reported("linux".to_owned()))
    }

    /// `VERSION_ID`, such as `12` or `24.04`. Rolling distributions have none.
    pub(super) fn version(&self) -> Reading<String> {
        self.get("VERSION_ID").unwrap_or_else(|| Reading::unknown(UnknownReason::NotSupported))
    }

    fn get(&self, key: &str) -> Option<Reading<String>> {
        match &self.0 {
            Ok(entries) => entries.get(key).and_then(|value| plain(value)).map(Reading::reported),
            Err(error) => Some(Reading::unknown(why(error))),
        }
    }
}

/// `KEY=value`, the value quoted as for a shell or not at all.
fn entry(line: &str) -> Option<(String, String)> {
    let (key, value) = line.trim().split_once('=')?;
    if key.starts_with('#') {
        return None;
    }
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    let value = match (quoted('"'), quoted('\'')) {
        (Some(value), _) => unescaped(value),
        (None, Some(value)) => value.to_owned(),
        (None, None) => unescaped(value),
    };
    Some((key.to_owned(), value))
}

fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut characters = value.chars();
    while let Some(one) = characters.next() {
        out.extend(if one == '\\' { characters.next() } else { Some(one) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: Option<&str>) -> (Reading<String>, Reading<String>) {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            std::fs::create_dir_all(folder.path().join("usr/lib")).unwrap();
            std::fs::write(folder.path().join("usr/lib/os-release"), text).unwrap();
        }
        let release = OsRelease::read(&Root::at(folder.path()));
        (release.name(), release.version())
    }

    #[test]
    fn a_distribution_says_its_name_and_version() {
        let reported = |text: &str| Reading::reported(text.to_owned());
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(read(Some(debian)), (reported("debian"), reported("12")));
        let quoted = "# VERSION_ID=1\nID='opensuse-leap'\nVERSION_ID=15\\.6\n";
        assert_eq!(read(Some(quoted)), (reported("opensuse-leap"), reported("15.6")));
    }

    #[test]
    fn a_rolling_distribution_has_no_version() {
        let none = Reading::unknown(UnknownReason::NotSupported);
        assert_eq!(read(Some("ID=arch\nBUILD_ID=rolling\n")), (Reading::reported("arch".to_owned()), none));
    }

    #[test]
    fn without_the_file_nothing_is_claimed() {
        let failed = || Reading::unknown(UnknownReason::ProbeFailed);
        assert_eq!(read(None), (failed(), failed()));
    }
}
