//! What this machine says of itself: facts for the judgement, read from files and from `sysinfo`, never by running
//! another program and never by asking for more rights than the agent was started with.
//!
//! The probe is told which facts are wanted; what is not wanted is not read. What is wanted and cannot be read says
//! why. Nothing here is a guess: a disk is called unencrypted only where every step down to it could be followed.

mod encryption;
mod linux;
mod mount;
mod os_release;
mod other;
mod root;
mod screen_lock;

pub use root::{Root, Session};

use crate::judge::{
    DeviceFacts, Platform, Reading, UnknownReason,
    facts::{Evidence, StorageEncryption},
};
use crate::wire::wanted::Wanted;

/// The platform of this host.
pub const fn platform() -> Platform {
    if cfg!(target_os = "macos") {
        Platform::Macos
    } else if cfg!(target_os = "windows") {
        Platform::Windows
    } else {
        Platform::Linux
    }
}

/// Reads the wanted facts of this machine.
pub fn probe(wanted: &Wanted, root: &Root) -> DeviceFacts {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        other::probe(platform(), wanted)
    } else {
        linux::probe(wanted, root)
    }
}

/// The reading if it is wanted, else untouched.
fn read<T>(wanted: &Wanted, name: &str, reading: impl FnOnce() -> Reading<T>) -> Reading<T> {
    if wanted.wants(name) { reading() } else { Reading::default() }
}

/// What no host can answer: asked for all the same, it says so rather than "not collected".
fn beyond_hosts(facts: &mut DeviceFacts, wanted: &Wanted) {
    const fn none<T>() -> Reading<T> {
        Reading::unknown(UnknownReason::NotSupported)
    }
    facts.security_patch = read(wanted, "securityPatch", none);
    facts.vendor_patch = read(wanted, "vendorPatch", none);
    facts.kernel_version = read(wanted, "kernelVersion", none);
    facts.lock_complexity = read(wanted, "lockComplexity", none);
    facts.whatsapp_business.presence = read(wanted, "whatsappBusiness.presence", none);
    facts.whatsapp_business.version = read(wanted, "whatsappBusiness.version", none);
    facts.whatsapp_business.signers = read(wanted, "whatsappBusiness.signers", none);
    facts.whatsapp_business.installer = read(wanted, "whatsappBusiness.installer", none);
    facts.whatsapp_consumer = read(wanted, "whatsappConsumer", none);
    facts.own_app_genuine = read(wanted, "ownAppGenuine", none);
    facts.boot_state = read(wanted, "bootState", none);
    facts.root_signs = read(wanted, "rootSigns", none);
    facts.muted_root_signs = read(wanted, "mutedRootSigns", none);
    facts.developer_options = read(wanted, "developerOptions", none);
    facts.adb = read(wanted, "adb", none);
    facts.usage_rules = read(wanted, "usageRules", none);
    facts.declarations = read(wanted, "declarations", none);
}

/// Why a file could not be read.
fn why(error: &std::io::Error) -> UnknownReason {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => UnknownReason::PermissionMissing,
        _ => UnknownReason::ProbeFailed,
    }
}

/// Text that a machine says of itself, as far as it may travel: one line, no control characters, at most 64 characters.
fn plain(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|one| !one.is_control()).collect();
    let text: String = text.trim().chars().take(64).collect();
    (!text.is_empty()).then_some(text)
}
