//! The reasons' sentences, in Spanish and English.

use agent_core::judge::text::{Language, Text};

const fn t(key: &'static str, es: &'static str, en: &'static str) -> Text {
    Text { key, es, en }
}

/// One row per reason.
pub const TEXTS: &[Text] = &[
    t("malformed", "La prueba está mal formada.", "The evidence is malformed."),
    t("chain-too-short", "La cadena tiene menos de tres certificados.", "The chain has fewer than three certificates."),
    t("broken-signature", "El siguiente certificado no firmó este.", "The next certificate did not sign this one."),
    t("unknown-root", "La cadena no acaba en una raíz de confianza.", "The chain does not end in a trusted root."),
    t(
        "software-root",
        "La cadena acaba en una raíz cuya clave privada es pública.",
        "The chain ends in a root whose private key is public.",
    ),
    t("expired", "El certificado no era válido en ese momento.", "The certificate was not valid at that moment."),
    t("revoked", "El certificado está revocado.", "The certificate is revoked."),
    t("suspended", "El certificado está suspendido.", "The certificate is suspended."),
    t(
        "chain-extended",
        "Una clave certificada firmó más certificados: la cadena fue alargada.",
        "An attested key signed further certificates: the chain was extended.",
    ),
    t(
        "no-attestation",
        "El primer certificado no lleva la descripción de la clave.",
        "The first certificate carries no key description.",
    ),
    t("wrong-challenge", "Lleva otro desafío que el pedido.", "It carries another challenge than the one asked for."),
    t(
        "challenge-not-given",
        "No se comparó ningún desafío: puede ser una prueba antigua.",
        "No challenge was compared: it may be old evidence.",
    ),
    t("wrong-key", "Certifica otra clave que la del dispositivo.", "It attests another key than the device's."),
    t(
        "unsupported-leaf-key",
        "Se entiende la clave, pero aquí no se puede usar.",
        "The key is understood, but cannot be used here.",
    ),
    t("software-level", "No responde un hardware seguro.", "No secure hardware answers for it."),
    t(
        "level-mismatch",
        "La clave y quien la certifica están en niveles distintos.",
        "The key and who attests it are at different levels.",
    ),
    t(
        "key-not-generated-in-hardware",
        "La clave no nació en el hardware seguro.",
        "The key was not generated in secure hardware.",
    ),
    t("no-root-of-trust", "No dice cómo arrancó el dispositivo.", "It does not say how the device was started."),
    t("not-locked", "El cargador de arranque está abierto.", "The bootloader is unlocked."),
    t("boot-not-verified", "El arranque no fue verificado.", "The start of the system was not verified."),
    t(
        "self-signed-boot-unlisted",
        "El sistema lleva una clave propia que no está en la lista.",
        "The system has a key of its own that is not listed.",
    ),
    t("os-unknown", "No dice la versión del sistema.", "It does not say the version of the system."),
    t(
        "id-attestation",
        "La pidió el propio sistema, no una aplicación.",
        "The system itself asked for it, not an application.",
    ),
    t("wrong-app", "Otra aplicación pidió la clave.", "Another application asked for the key."),
    t("wrong-signer", "La aplicación lleva la firma de otro.", "The application is signed by somebody else."),
    t("wrong-nonce", "No se hizo para este desafío y esta clave.", "It was not made for this challenge and key."),
    t(
        "wrong-environment",
        "Viene de otro entorno: desarrollo y producción no se mezclan.",
        "It comes from another environment: development and production are kept apart.",
    ),
    t(
        "wrong-key-id",
        "El identificador de la clave no es el de la clave.",
        "The key's identifier is not that of the key.",
    ),
    t("counter-not-zero", "El contador de una clave nueva no es cero.", "The counter of a new key is not zero."),
    t(
        "counter-not-rising",
        "El contador no ha subido: la prueba se usó antes.",
        "The counter has not risen: the evidence was used before.",
    ),
    t("broken-assertion", "La clave no firmó esta afirmación.", "The key did not sign this assertion."),
];

pub(super) fn say(language: Language, key: &str) -> &'static str {
    TEXTS.iter().find(|row| row.key == key).map_or("", |row| match language {
        Language::Es => row.es,
        Language::En => row.en,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Reason, *};

    #[test]
    fn every_reason_has_its_sentence_in_both_languages_and_no_row_is_left_over() {
        for reason in Reason::ALL {
            for language in [Language::Es, Language::En] {
                assert!(!reason.words(language).is_empty(), "{}", reason.code());
            }
        }
        assert_eq!(TEXTS.len(), Reason::ALL.len());
    }
}
