//! The settings of GNOME and its relatives: dconf's files in the order of its profile, dconf(7). Read as files: asking
//! the settings service would need the person's message bus.

use std::{io, path::Path};

use super::{Root, UnknownReason, gvdb::Gvdb};
use crate::host::probe::why;

/// The files of a person's settings, most important first.
pub(super) struct Settings(Vec<Vec<u8>>);

impl Settings {
    pub(super) fn read(root: &Root) -> Result<Self, UnknownReason> {
        let mut files = Vec::new();
        for source in profile(root)?.lines() {
            let source = source.split('#').next().unwrap_or_default().trim();
            let path = match source.split_once(':') {
                Some(("user-db", name)) => root.session().config.as_ref().map(|config| config.join("dconf").join(name)),
                Some(("system-db", name)) => Some(Path::new("/etc/dconf/db").join(name)),
                Some(("file-db", path)) => Some(path.into()),
                None if source.is_empty() => continue,
                // A service's settings lie where only the service knows.
                _ => return Err(UnknownReason::NotSupported),
            };
            match path.map(|path| root.bytes(path)) {
                Some(Ok(bytes)) if Gvdb::parse(&bytes).is_some() => files.push(bytes),
                Some(Ok(_)) => return Err(UnknownReason::ProbeFailed),
                Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(why(&error)),
                _ => files.push(Vec::new()),
            }
        }
        Ok(Self(files))
    }

    /// The value of a key where any file states it: the first does, from the last on that locks the key.
    pub(super) fn stated(&self, key: &str) -> Option<Vec<u8>> {
        let tables: Vec<Option<Gvdb<'_>>> = self.0.iter().map(|bytes| Gvdb::parse(bytes)).collect();
        // The first file is the person's own; what it locks it locks for nobody.
        let locks = |table: &Option<Gvdb<'_>>| table.and_then(|table| table.locks()?.value(key)).is_some();
        let from = tables.iter().skip(1).rposition(locks).map_or(0, |place| place + 1);
        tables[from..].iter().flatten().find_map(|table| table.value(key)).map(<[u8]>::to_vec)
    }
}

fn profile(root: &Root) -> Result<String, UnknownReason> {
    for path in ["/etc/dconf/profile/user", "/usr/share/dconf/profile/user"] {
        match root.text(path) {
            Ok(text) => return Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(why(&error)),
        }
    }
    Ok("user-db:user".to_owned())
}
