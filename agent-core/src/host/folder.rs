//! Where the agent keeps its state when nobody says where.

use std::{env, path::PathBuf};

/// The system's folder for root, else the person's own, as the XDG base directory specification and the other systems
/// have it. None where the environment names no home.
pub(super) fn of_state() -> Option<PathBuf> {
    if is_root() {
        return Some("/var/lib/atalaya-agent".into());
    }
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = if cfg!(target_os = "windows") { named("LOCALAPPDATA") } else { named("XDG_STATE_HOME") };
    Some(state.or_else(|| Some(named("HOME")?.join(".local/state")))?.join("atalaya"))
}

/// Whether this process is the system's administrator. Its own folder in /proc belongs to whom it runs as.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
const fn is_root() -> bool {
    false
}
