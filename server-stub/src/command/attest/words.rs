//! The words around a judgement, in Spanish and English.

use agent_core::judge::text::{Language, Text};

const fn t(key: &'static str, es: &'static str, en: &'static str) -> Text {
    Text { key, es, en }
}

const TEXTS: &[Text] = &[
    t("proved", "DEMOSTRADO", "PROVED"),
    t("not-proved", "NO DEMOSTRADO", "NOT PROVED"),
    t(
        "android",
        "una clave nacida en el hardware seguro de un dispositivo bloqueado con un sistema verificado",
        "a key made in secure hardware of a locked device with a verified system",
    ),
    t(
        "ios",
        "una clave de esta aplicación en un dispositivo Apple auténtico",
        "a key of this app on a genuine Apple device",
    ),
    t("why-not", "Por qué no", "Why not"),
    t("certificate", "Certificado", "Certificate"),
    t("found", "hallado", "found"),
    t("to-do", "qué hacer", "to do"),
    t("says", "Qué dice", "What it says"),
    t("proved-by", "lo demuestra", "proved by"),
    t("path", "Camino de confianza, desde la clave", "Trust path, from the key"),
    t("key", "clave", "key"),
    t("serial", "número de serie", "serial"),
    t("valid", "válido", "valid"),
    t("to", "a", "to"),
    t("signed-by", "firmado por el certificado", "signed by certificate"),
    t("not-signed-by", "NO firmado por el certificado", "NOT signed by certificate"),
    t("trusted-root", "raíz de confianza por su clave", "a trusted root by its key"),
    t("no-root", "no es una raíz de confianza", "not a trusted root"),
    t("signed-by-root", "firmado por una raíz de confianza", "signed by a trusted root"),
    t("not-signed-by-root", "NO firmado por una raíz de confianza", "NOT signed by a trusted root"),
    t("description", "Descripción de la clave", "Key description"),
    t("version", "versión", "version"),
    t("software-enforced", "en nombre del sistema", "claimed for the system"),
    t("hardware-enforced", "en nombre del hardware seguro", "claimed for the secure hardware"),
    t("unusual", "Inusual, sin peso", "Unusual, without weight"),
    t("status-list", "Lista de estado", "Status list"),
    t("entries", "entradas", "entries"),
    t("unknown-age", "de fecha desconocida", "of unknown age"),
    t("days-before", "días antes", "days before"),
    t("days-after", "días después", "days after"),
    t("not-looked-at", "No se ha mirado", "Not looked at"),
    t("any-challenge", "el reto (--any-challenge)", "the challenge (--any-challenge)"),
    t(
        "any-app",
        "qué aplicación la pidió; añade --app-id PAQUETE:SHA256",
        "which app asked; give --app-id PACKAGE:SHA256",
    ),
    t("any-ios-app", "qué aplicación es; añade --app-id EQUIPO.APP", "which app it is; give --app-id TEAMID.BUNDLE"),
    t("no-status", "las revocaciones; añade --status FICHERO", "revocation; give --status FILE"),
    t("does-not-prove", "No demuestra", "It does not prove"),
    t("passcode", "que haya un código de bloqueo", "that a passcode is set"),
    t("unbroken-system", "que nadie haya alterado el sistema", "that nobody broke into the system"),
    // Facts.
    t("osVersion", "Versión de Android", "Android version"),
    t("osPatchLevel", "Parche de seguridad", "Security patch"),
    t("vendorPatchLevel", "Parche del fabricante", "Vendor patch"),
    t("bootPatchLevel", "Parche del arranque", "Boot patch"),
    t("bootState", "Arranque", "Start of the system"),
    t("deviceLocked", "Cargador de arranque bloqueado", "Bootloader locked"),
    t("bootSystem", "Sistema", "System"),
    t("bootKey", "Clave del sistema", "Key of the system"),
    t("bootHash", "Resumen del sistema", "Hash of the system"),
    t("packages", "Aplicación", "App"),
    t("signers", "Firma de la aplicación", "Signer of the app"),
    t("attestationLevel", "Quién lo certifica", "Who attests it"),
    t("keyLevel", "Dónde vive la clave", "Where the key lives"),
    t("keyOrigin", "Origen de la clave", "Origin of the key"),
    t("keyKind", "Tipo de clave", "Kind of key"),
    t("provisioning", "Clave de certificación", "Attestation key"),
    t("certificatesIssued", "Certificados recientes", "Certificates of late"),
    t("challenge", "Desafío", "Challenge"),
    t("app", "Aplicación", "App"),
    t("environment", "Entorno", "Environment"),
    t("counter", "Contador", "Counter"),
    t("keyId", "Identificador de la clave", "Key identifier"),
    t("bundleVersion", "Versión de la aplicación", "Version of the app"),
    t("validationCategory", "Cómo se distribuyó", "How it was distributed"),
    t("system", "Sistema", "System"),
    // What proves.
    t("by-hardware", "el hardware seguro", "secure hardware"),
    t("by-system", "el sistema verificado", "the verified system"),
    t("by-chain", "los certificados", "the certificates"),
    t("by-nothing", "nada", "nothing"),
    t("by-apple", "Apple", "Apple"),
    t("by-key", "la clave", "the key"),
    t("by-undocumented", "Apple, sin documentarlo", "Apple, undocumented"),
    // Values.
    t("true", "sí", "yes"),
    t("false", "no", "no"),
    t("verified", "verificado", "verified"),
    t("self-signed", "firmado por otro", "signed by somebody else"),
    t("unverified", "sin verificar", "not verified"),
    t("failed", "fallido", "failed"),
    t("unknown", "desconocido", "unknown"),
    t("software", "en el sistema", "in the system"),
    t("trusted-environment", "en el entorno seguro (TEE)", "in the trusted environment (TEE)"),
    t("strong-box", "en un chip propio (StrongBox)", "in a chip of its own (StrongBox)"),
    t("generated", "generada dentro", "generated inside"),
    t("derived", "derivada dentro", "derived inside"),
    t("imported", "importada", "imported"),
    t("reserved", "reservado", "reserved"),
    t("securely-imported", "importada con protección", "imported under wraps"),
    t("p256", "P-256", "P-256"),
    t("p384", "P-384", "P-384"),
    t("rsa", "RSA", "RSA"),
    t("ml-dsa", "ML-DSA", "ML-DSA"),
    t("other", "otro", "another"),
    t("factory", "de fábrica", "from the factory"),
    t("remote", "recibida por la red", "given over the network"),
    t("production", "producción", "production"),
    t("development", "desarrollo", "development"),
    t("category-0", "no válida", "invalid"),
    t("category-1", "con el sistema", "with the system"),
    t("category-2", "TestFlight", "TestFlight"),
    t("category-3", "desarrollo", "development"),
    t("category-4", "App Store", "App Store"),
    t("category-5", "empresa o ad hoc", "enterprise or ad hoc"),
    t("category-6", "Developer ID", "Developer ID"),
    t("category-10", "otra", "other"),
];

/// The words of a key; none where there is no such row.
pub(super) fn find(language: Language, key: &str) -> Option<&'static str> {
    TEXTS.iter().find(|row| row.key == key).map(|row| match language {
        Language::Es => row.es,
        Language::En => row.en,
    })
}

/// The words of a key of this file.
pub(super) fn say(language: Language, key: &str) -> &'static str {
    find(language, key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::attestation::android::facts::Facts;

    #[test]
    fn every_row_has_both_languages_and_a_key_of_its_own() {
        let mut keys = HashSet::new();
        for row in TEXTS {
            assert!(keys.insert(row.key), "{} stands twice", row.key);
            assert!(!row.es.is_empty() && !row.en.is_empty(), "{}", row.key);
        }
    }

    #[test]
    fn every_fact_and_what_proves_it_has_words() {
        let facts = serde_json::to_value(Facts::default()).unwrap();
        for name in facts.as_object().unwrap().keys() {
            assert!(find(Language::Es, name).is_some(), "{name}");
        }
        for by in ["hardware", "system", "chain", "nothing"] {
            assert!(find(Language::En, &format!("by-{by}")).is_some());
        }
    }
}
