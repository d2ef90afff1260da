//! The facts of a Linux machine.

use super::{DeviceFacts, Platform, Reading, Root, UnknownReason, Wanted, encryption, plain, read, screen_lock};
use super::{beyond_hosts, os_release::OsRelease, why};

pub(super) fn probe(wanted: &Wanted, root: &Root) -> DeviceFacts {
    let mut facts = DeviceFacts::nothing_collected(Platform::Linux);
    beyond_hosts(&mut facts, wanted);
    if wanted.wants("osName") || wanted.wants("osVersion") {
        let release = OsRelease::read(root);
        facts.os_name = read(wanted, "osName", || release.name());
        facts.os_version = read(wanted, "osVersion", || release.version());
    }
    facts.model = read(wanted, "model", || model(root));
    facts.storage_encryption = read(wanted, "storageEncryption", || encryption::of(root));
    facts.screen_lock = read(wanted, "screenLock", || screen_lock::of(root));
    facts
}

/// The maker's name of the model: DMI on PCs, the device tree elsewhere. Serial numbers lie beside it and stay there.
fn model(root: &Root) -> Reading<String> {
    let mut reason = UnknownReason::NotSupported;
    for path in ["/sys/class/dmi/id/product_name", "/proc/device-tree/model"] {
        match root.text(path) {
            Ok(text) => {
                if let Some(model) = plain(&text) {
                    return Reading::reported(model);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => reason = why(&error),
        }
    }
    Reading::unknown(reason)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_not_wanted_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert_eq!(probe(&Wanted::default(), &root), DeviceFacts::nothing_collected(Platform::Linux));
        let mut model = Wanted::everything();
        for other in Wanted::everything().names().filter(|name| *name != "model") {
            model.forget(other);
        }
        let only = probe(&model, &root);
        assert_eq!(only.model, Reading::unknown(UnknownReason::NotSupported));
        assert!(only.os_version.is_not_collected() && only.storage_encryption.is_not_collected());
    }

    #[test]
    fn an_empty_machine_gives_reasons_for_everything() {
        let folder = tempfile::tempdir().unwrap();
        let facts = serde_json::to_value(probe(&Wanted::everything(), &Root::at(folder.path()))).unwrap();
        for (name, reading) in facts.as_object().unwrap() {
            match name.as_str() {
                "platform" => assert_eq!(reading, "linux"),
                "whatsappBusiness" => assert_eq!(reading["presence"]["unknown"], "not-supported"),
                _ => assert!(reading["unknown"].is_string() && reading["unknown"] != "not-collected", "{name}"),
            }
        }
        assert_eq!(facts.as_object().unwrap().len(), 20);
    }

    #[test]
    fn the_model_comes_without_padding_or_control_characters() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        fs::create_dir_all(folder.path().join("proc/device-tree")).unwrap();
        fs::write(folder.path().join("proc/device-tree/model"), "Raspberry Pi 4 Model B\0").unwrap();
        assert_eq!(model(&root), Reading::reported("Raspberry Pi 4 Model B".to_owned()));
        fs::create_dir_all(folder.path().join("sys/class/dmi/id")).unwrap();
        fs::write(folder.path().join("sys/class/dmi/id/product_name"), format!("  {}\n", "x".repeat(90))).unwrap();
        assert_eq!(model(&root), Reading::reported("x".repeat(64)));
    }
}
