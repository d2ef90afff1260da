//! The sentences of reasons and oddities and what to do about them, in Spanish and English.

use agent_core::judge::text::{Language, Text};

const fn t(key: &'static str, es: &'static str, en: &'static str) -> Text {
    Text { key, es, en }
}

/// One row per reason.
pub const TEXTS: &[Text] = &[
    t("malformed", "La prueba está mal formada.", "The evidence is malformed."),
    t("chain-too-short", "La cadena tiene menos de tres certificados.", "The chain has fewer than three certificates."),
    t("broken-signature", "El siguiente certificado no firmó este.", "The next certificate did not sign this one."),
    t(
        "unverifiable-signature",
        "La firma de este certificado no se puede comprobar: su algoritmo o la clave no es de los que cuentan.",
        "This certificate's signature cannot be verified: its algorithm or the key is none that counts.",
    ),
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
    t("wrong-challenge", "Lleva otro reto que el pedido.", "It carries another challenge than the one asked for."),
    t(
        "challenge-not-given",
        "No se comparó ningún reto: puede ser una prueba antigua.",
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
    t("wrong-nonce", "No se hizo para este reto y esta clave.", "It was not made for this challenge and key."),
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
    t(
        "attestation-missing",
        "No hay ninguna atestación de esta clave con la que comparar la afirmación.",
        "There is no attestation of this key to hold the assertion against.",
    ),
];

/// What to do: one row per reason.
pub const REMEDIES: &[Text] = &[
    t(
        "malformed",
        "Guarda los bytes del dispositivo tal como llegaron; si ya lo están, no es de fiar.",
        "Keep the device's bytes as they came; if they are, do not trust it.",
    ),
    t(
        "chain-too-short",
        "Entrega la cadena entera, del dispositivo a la raíz.",
        "Hand in the whole chain, from the device to the root.",
    ),
    t(
        "broken-signature",
        "Entrega la cadena en su orden y sin cambios; si lo está, está falsificada.",
        "Hand in the chain in its order and unchanged; if it is, it is forged.",
    ),
    t(
        "unverifiable-signature",
        "Claves así (RSA de menos de 2048 bits) las tienen emuladores y dispositivos muy antiguos: usa otro. Si es nuevo, \
         actualiza Atalaya.",
        "Emulators and very old devices have such keys (RSA below 2048 bits): use another. If it is new, update Atalaya.",
    ),
    t(
        "unknown-root",
        "Entrega la cadena con su raíz. Si la raíz es de tu organización, añádela con --roots; si no, no te fíes del dispositivo.",
        "Hand in the chain with its root. If the root is your organisation's, add it with --roots; otherwise do not trust the device.",
    ),
    t(
        "software-root",
        "Es un emulador o un dispositivo sin hardware seguro: usa otro.",
        "It is an emulator or a device without secure hardware: use another.",
    ),
    t(
        "expired",
        "Júzgala en el momento en que llegó (--at), o pide una prueba nueva al dispositivo.",
        "Judge it at the moment it was received (--at), or ask the device for new evidence.",
    ),
    t(
        "revoked",
        "La clave se filtró: retira el dispositivo o espera a que reciba otra.",
        "The key has leaked: retire the device, or wait until it is given another.",
    ),
    t(
        "suspended",
        "Espera a que se levante la suspensión y actualiza la lista de estado.",
        "Wait until the suspension is lifted, and fetch the status list again.",
    ),
    t(
        "chain-extended",
        "Alguien firma con una clave certificada: no te fíes del dispositivo.",
        "Somebody signs with an attested key: do not trust the device.",
    ),
    t(
        "no-attestation",
        "Pide la clave con un reto y entrega la cadena desde el primer certificado.",
        "Ask for the key with a challenge, and hand in the chain from its first certificate.",
    ),
    t(
        "wrong-challenge",
        "Compara con el reto que se dio a este dispositivo; si es ese, la prueba es de otra ocasión.",
        "Compare with the challenge that this device was given; if it is that, the evidence is from another occasion.",
    ),
    t(
        "challenge-not-given",
        "Di qué reto se dio, o que no importa.",
        "Say which challenge was given, or that it does not matter.",
    ),
    t("wrong-key", "Vuelve a inscribir el dispositivo.", "Enrol the device again."),
    t("unsupported-leaf-key", "Pide al dispositivo una clave P-256.", "Ask the device for a P-256 key."),
    t(
        "software-level",
        "Pide la clave en el entorno seguro o en StrongBox; si no los tiene, usa otro dispositivo.",
        "Ask for the key in the trusted environment or in StrongBox; if it has neither, use another device.",
    ),
    t(
        "level-mismatch",
        "Pide una clave nueva; si se repite, no te fíes del dispositivo.",
        "Ask for a new key; if it happens again, do not trust the device.",
    ),
    t(
        "key-not-generated-in-hardware",
        "Genera la clave en el dispositivo en vez de importarla.",
        "Generate the key on the device instead of importing it.",
    ),
    t(
        "no-root-of-trust",
        "El dispositivo no puede demostrar su arranque: usa otro.",
        "The device cannot prove its start: use another.",
    ),
    t(
        "not-locked",
        "Cierra el cargador de arranque; eso borra el dispositivo.",
        "Lock the bootloader; that erases the device.",
    ),
    t(
        "boot-not-verified",
        "Instala el sistema del fabricante y cierra el cargador de arranque.",
        "Install the vendor's system and lock the bootloader.",
    ),
    t(
        "self-signed-boot-unlisted",
        "Si confías en ese sistema, añade su clave con --boot-keys.",
        "If you trust that system, add its key with --boot-keys.",
    ),
    t(
        "os-unknown",
        "Es un sistema en desarrollo: instala uno publicado.",
        "It is a development build: install a released one.",
    ),
    t("id-attestation", "Pide la clave desde la aplicación.", "Ask for the key from the application."),
    t(
        "wrong-app",
        "Compara con el identificador de tu aplicación; si es el bueno, otra pidió la clave.",
        "Compare with your application's identifier; if that is right, another one asked for the key.",
    ),
    t(
        "wrong-signer",
        "Compara con el certificado que firma tu aplicación; si es ese, la aplicación está reempaquetada.",
        "Compare with the certificate that signs your application; if it is that, the application was repackaged.",
    ),
    t(
        "wrong-nonce",
        "Compara con el reto que se dio a este dispositivo; si es ese, la prueba es de otra ocasión.",
        "Compare with the challenge that this device was given; if it is that, the evidence is from another occasion.",
    ),
    t(
        "wrong-environment",
        "Instala la aplicación de producción, o pide el entorno de desarrollo para probar.",
        "Install the production build, or ask for the development environment to test.",
    ),
    t("wrong-key-id", "Vuelve a inscribir el dispositivo.", "Enrol the device again."),
    t("counter-not-zero", "Pide una clave nueva: esta ya se usó.", "Ask for a new key: this one was used before."),
    t(
        "counter-not-rising",
        "Pide una afirmación nueva; si se repite, alguien la copió.",
        "Ask for a new assertion; if it happens again, somebody copied it.",
    ),
    t(
        "broken-assertion",
        "Comprueba que el reto y la clave son los de este dispositivo; si lo son, está falsificada.",
        "Check that challenge and key are this device's; if they are, it is forged.",
    ),
    t(
        "attestation-missing",
        "El teléfono hace otra clave, con su propia atestación, en su próximo envío.",
        "The phone makes another key, with an attestation of its own, at its next delivery.",
    ),
];

/// One row per oddity.
pub const ODDITIES: &[Text] = &[
    t("unknown-version", "No se conoce la versión de la descripción.", "The description's version is not known."),
    t("unknown-level", "No se conoce el nivel de seguridad.", "The security level is not known."),
    t("unknown-tag", "No se conoce el campo; no se lee.", "The tag is not known, and not read."),
    t("repeated-tag", "El campo aparece dos veces.", "The tag stands twice."),
    t("unordered-tags", "Los campos no están en orden.", "The tags are not in order."),
    t("unknown-origin", "No se conoce el origen de la clave.", "The key's origin is not known."),
    t("unknown-boot-state", "No se conoce el estado del arranque.", "The state of the start is not known."),
    t("no-boot-key", "La clave del sistema está vacía o es cero.", "The system's key is empty or zero."),
    t(
        "other-issuer-name",
        "El nombre de su emisor no es el del siguiente certificado.",
        "Its issuer's name is not the next certificate's.",
    ),
    t(
        "not-an-authority",
        "Firma otro certificado sin decir que puede.",
        "It signs another certificate without saying that it may.",
    ),
];

pub(super) fn say(texts: &'static [Text], language: Language, key: &str) -> &'static str {
    texts.iter().find(|row| row.key == key).map_or("", |row| match language {
        Language::Es => row.es,
        Language::En => row.en,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Reason, Unusual},
        *,
    };

    #[test]
    fn every_code_has_its_sentences_in_both_languages_and_no_row_is_left_over() {
        let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        let oddities: Vec<_> = Unusual::ALL.iter().map(|unusual| unusual.code()).collect();
        for (texts, codes) in [(TEXTS, &reasons), (REMEDIES, &reasons), (ODDITIES, &oddities)] {
            assert_eq!(texts.iter().map(|row| row.key).collect::<Vec<_>>(), *codes);
            for row in texts {
                assert!(row.es.ends_with('.') && row.en.ends_with('.'), "{}", row.key);
                assert_ne!(row.es, row.en);
            }
        }
    }
}
