//! GNOME, Cinnamon and MATE: the session locks itself unless a setting says that it does not lock, that locking is
//! forbidden, or that it never becomes idle (gsettings-desktop-schemas, cinnamon-desktop, mate-screensaver).

use super::{Evidence, Reading, Root, dconf::Settings};

/// A setting that can keep a session from locking itself.
pub(super) struct Setting {
    key: &'static str,
    /// The serialised value with which it does not lock.
    open: &'static [u8],
}

const fn setting(key: &'static str, open: &'static [u8]) -> Setting {
    Setting { key, open }
}

const FALSE: &[u8] = &[0, 0, b'b'];
const TRUE: &[u8] = &[1, 0, b'b'];
const NEVER: &[u8] = &[0, 0, 0, 0, 0, b'u'];

pub(super) const GNOME: &[Setting] = &[
    setting("/org/gnome/desktop/screensaver/lock-enabled", FALSE),
    setting("/org/gnome/desktop/lockdown/disable-lock-screen", TRUE),
    setting("/org/gnome/desktop/session/idle-delay", NEVER),
];

pub(super) const CINNAMON: &[Setting] = &[
    setting("/org/cinnamon/desktop/screensaver/lock-enabled", FALSE),
    setting("/org/cinnamon/desktop/lockdown/disable-lock-screen", TRUE),
    setting("/org/cinnamon/desktop/session/idle-delay", NEVER),
];

pub(super) const MATE: &[Setting] = &[
    setting("/org/mate/screensaver/lock-enabled", FALSE),
    setting("/org/mate/screensaver/idle-activation-enabled", FALSE),
    setting("/org/mate/desktop/lockdown/disable-lock-screen", TRUE),
];

pub(super) fn locks(root: &Root, which: &[Setting]) -> Reading<bool> {
    let settings = match Settings::read(root) {
        Ok(settings) => settings,
        Err(reason) => return Reading::unknown(reason),
    };
    let stated: Vec<_> = which.iter().map(|setting| (setting, settings.stated(setting.key))).collect();
    if stated.iter().any(|(setting, value)| value.as_deref() == Some(setting.open)) {
        return Reading::reported(false);
    }
    // By their own defaults all three lock; one that no file states rests on them.
    match &stated[0].1 {
        Some(_) => Reading::reported(true),
        None => Reading::known(true, Evidence::Heuristic),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{super::of, *};
    use crate::{host::probe::Session, judge::UnknownReason};

    const OPEN: &[u8] = include_bytes!("open.dconf");
    const FIXED: &[u8] = include_bytes!("fixed.dconf");
    const USER: &str = "home/ana/.config/dconf/user";

    fn session(desktop: &str, files: &[(&str, &[u8])]) -> Reading<bool> {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
            fs::write(path, bytes).unwrap();
        }
        of(&Root::at(folder.path()).in_session(Session {
            desktop: Some(desktop.to_owned()),
            config: Some("/home/ana/.config".into()),
            system_config: Vec::new(),
        }))
    }

    #[test]
    fn the_persons_setting_is_reported() {
        assert_eq!(session("ubuntu:GNOME", &[(USER, OPEN)]), Reading::reported(false));
        assert_eq!(session("GNOME", &[(USER, FIXED)]), Reading::reported(true));
    }

    #[test]
    fn without_a_setting_the_default_is_a_heuristic() {
        assert_eq!(session("GNOME", &[]), Reading::known(true, Evidence::Heuristic));
        assert_eq!(session("X-Cinnamon", &[(USER, OPEN)]), Reading::known(true, Evidence::Heuristic));
        assert_eq!(session("MATE", &[(USER, OPEN)]), Reading::known(true, Evidence::Heuristic));
    }

    #[test]
    fn what_the_company_locked_stands() {
        let profile = ("etc/dconf/profile/user", &b"user-db:user\nsystem-db:local\n"[..]);
        let files = [(USER, OPEN), profile, ("etc/dconf/db/local", FIXED)];
        assert_eq!(session("GNOME", &files), Reading::reported(true));
        let files = [profile, ("etc/dconf/db/local", OPEN)];
        assert_eq!(session("GNOME", &files), Reading::reported(false), "the company's default");
    }

    #[test]
    fn a_file_that_is_none_and_a_service_are_unknown() {
        assert_eq!(session("GNOME", &[(USER, b"GVariant?")]), Reading::unknown(UnknownReason::ProbeFailed));
        let service = ("etc/dconf/profile/user", &b"service-db:keyfile/user\n"[..]);
        assert_eq!(session("GNOME", &[service]), Reading::unknown(UnknownReason::NotSupported));
    }
}
