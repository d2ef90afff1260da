//! KDE Plasma: `Autolock` in the group `Daemon` of `kscreenlockerrc`, on unless a file says otherwise (kscreenlocker's
//! `kscreenlockersettings.kcfg`). The person's file wins over the system's, but for entries marked immutable, `[$i]`.

use std::{io, path::PathBuf};

use super::{
    super::{plain, why},
    Evidence, Reading, Root,
};

pub(super) fn locks(root: &Root) -> Reading<bool> {
    let session = root.session();
    let (mut stated, mut fixed) = (None, false);
    // Least important first, so that a later file may replace what an earlier one says.
    let folders: Vec<&PathBuf> = session.system_config.iter().rev().chain(&session.config).collect();
    for folder in folders {
        match root.text(folder.join("kscreenlockerrc")) {
            Ok(text) if !fixed => (stated, fixed) = autolock(&text, stated),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Reading::unknown(why(&error)),
        }
    }
    stated.map_or_else(|| Reading::known(true, Evidence::Heuristic), Reading::reported)
}

/// What one file says, and whether no other may say otherwise.
fn autolock(text: &str, so_far: Option<bool>) -> (Option<bool>, bool) {
    let (mut stated, mut fixed) = (so_far, false);
    let (mut whole_file_fixed, mut group_fixed, mut in_group, mut any_group) = (false, false, false, false);
    for line in text.lines().map(str::trim) {
        if line == "[$i]" && !any_group {
            whole_file_fixed = true;
        } else if let Some(group) = line.strip_prefix('[') {
            any_group = true;
            in_group = group.starts_with("Daemon]") && matches!(&group["Daemon]".len()..], "" | "[$i]");
            group_fixed = in_group && group.ends_with("[$i]");
        } else if let Some((key, value)) = line.split_once('=').filter(|_| in_group) {
            let (key, marks) = key.trim().split_once('[').unwrap_or((key.trim(), ""));
            if key == "Autolock" {
                stated = match plain(&value.to_ascii_lowercase()).as_deref() {
                    Some("true" | "on" | "yes" | "1") => Some(true),
                    Some(_) => Some(false),
                    None => stated,
                };
                fixed = marks.contains("$i");
            }
        }
        fixed = fixed || (stated.is_some() && (group_fixed || whole_file_fixed));
    }
    (stated, fixed)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::of, *};
    use crate::{host::probe::Session, judge::UnknownReason};

    fn session(desktop: &str, system: Option<&str>, person: Option<&str>) -> Reading<bool> {
        let folder = tempfile::tempdir().unwrap();
        for (place, text) in [("etc/xdg", system), ("home/ana/.config", person)] {
            fs::create_dir_all(folder.path().join(place)).unwrap();
            if let Some(text) = text {
                fs::write(folder.path().join(place).join("kscreenlockerrc"), text).unwrap();
            }
        }
        of(&Root::at(folder.path()).in_session(Session {
            desktop: Some(desktop.to_owned()),
            config: Some("/home/ana/.config".into()),
            system_config: vec!["/etc/xdg".into()],
        }))
    }

    #[test]
    fn the_persons_setting_is_reported() {
        assert_eq!(session("KDE", None, Some("[Daemon]\nAutolock=false\n")), Reading::reported(false));
        assert_eq!(
            session("KDE", Some("[Daemon]\nAutolock=false"), Some("[Daemon]\nAutolock=true\n")),
            Reading::reported(true)
        );
        assert_eq!(
            session("KDE", None, Some("[Greeter]\nAutolock=false\n")),
            Reading::known(true, Evidence::Heuristic)
        );
    }

    #[test]
    fn without_a_setting_the_default_is_a_heuristic() {
        assert_eq!(session("KDE", None, None), Reading::known(true, Evidence::Heuristic));
    }

    #[test]
    fn what_the_company_fixed_stands() {
        let person = Some("[Daemon]\nAutolock=false\n");
        for system in ["[Daemon]\nAutolock[$i]=true", "[Daemon][$i]\nAutolock=true", "[$i]\n[Daemon]\nAutolock=true"] {
            assert_eq!(session("KDE", Some(system), person), Reading::reported(true), "{system}");
        }
    }

    #[test]
    fn other_desktops_are_unknown() {
        assert_eq!(session("sway", None, None), Reading::unknown(UnknownReason::NotSupported));
    }

    #[test]
    fn outside_a_session_the_answer_lies_with_the_person_or_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert_eq!(of(&root), Reading::unknown(UnknownReason::NotSupported));
        fs::create_dir_all(folder.path().join("usr/share/xsessions")).unwrap();
        fs::write(folder.path().join("usr/share/xsessions/plasma.desktop"), "").unwrap();
        assert_eq!(of(&root), Reading::unknown(UnknownReason::NotInThisProfile));
    }
}
