//! The facts of macOS and Windows: the system's name, version and model as `sysinfo` tells them. FileVault, BitLocker
//! and the screen lock need programming interfaces that this crate does not bind, so they are unknown. Untested here:
//! no such machine stands in continuous integration.

use sysinfo::{Product, System};

use super::{DeviceFacts, Platform, Reading, UnknownReason, Wanted, beyond_hosts, plain, read};

pub(super) fn probe(platform: Platform, wanted: &Wanted) -> DeviceFacts {
    let mut facts = DeviceFacts::nothing_collected(platform);
    beyond_hosts(&mut facts, wanted);
    facts.os_name = read(wanted, "osName", || Reading::reported(platform.to_string()));
    facts.os_version = read(wanted, "osVersion", || said(System::os_version()));
    facts.model = read(wanted, "model", || said(Product::name()));
    facts.storage_encryption = read(wanted, "storageEncryption", || Reading::unknown(UnknownReason::NotSupported));
    facts.screen_lock = read(wanted, "screenLock", || Reading::unknown(UnknownReason::NotSupported));
    facts
}

fn said<E>(answer: Result<String, E>) -> Reading<String> {
    let answer = answer.ok().and_then(|text| plain(&text));
    answer.map_or_else(|| Reading::unknown(UnknownReason::ProbeFailed), Reading::reported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sysinfo_does_not_tell_is_unknown() {
        let facts = probe(Platform::Macos, &Wanted::everything());
        assert_eq!(facts.os_name, Reading::reported("macos".to_owned()));
        assert_eq!(facts.storage_encryption, Reading::unknown(UnknownReason::NotSupported));
        assert_eq!(said::<()>(Err(())), Reading::unknown(UnknownReason::ProbeFailed));
        assert_eq!(said::<()>(Ok(" 15.1 ".to_owned())), Reading::reported("15.1".to_owned()));
    }
}
