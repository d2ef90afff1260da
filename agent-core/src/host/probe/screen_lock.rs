//! Whether the desktop session locks itself, where its settings can be read as files.
//!
//! KDE Plasma keeps them in `kscreenlockerrc`, as text; GNOME, Cinnamon and MATE in dconf's files. A setting that a file states is reported by the system; the
//! built-in default, where no file says otherwise, is a heuristic. What no file tells, such as whether the person has a
//! password, is not claimed.

mod dconf;
mod gnome;
mod gvdb;
mod kde;

use super::{Evidence, Reading, Root, UnknownReason};

/// Whether the session locks itself.
pub(super) fn of(root: &Root) -> Reading<bool> {
    let Some(desktop) = &root.session().desktop else { return outside(root) };
    for name in desktop.split(':') {
        match name.to_ascii_lowercase().as_str() {
            "kde" => return kde::locks(root),
            "gnome" => return gnome::locks(root, gnome::GNOME),
            "x-cinnamon" | "cinnamon" => return gnome::locks(root, gnome::CINNAMON),
            "mate" => return gnome::locks(root, gnome::MATE),
            _ => {}
        }
    }
    Reading::unknown(UnknownReason::NotSupported)
}

/// Outside a session: where a desktop is installed the answer lies with its user, elsewhere there is nothing to lock.
fn outside(root: &Root) -> Reading<bool> {
    let installed = ["/usr/share/wayland-sessions", "/usr/share/xsessions"];
    let desktop = installed.iter().any(|folder| root.names(folder).is_ok_and(|names| !names.is_empty()));
    Reading::unknown(if desktop { UnknownReason::NotInThisProfile } else { UnknownReason::NotSupported })
}
