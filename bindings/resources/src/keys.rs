//! What an administrator reads about each key of managed configuration. The keys themselves stand in `agent-core`.

use agent_core::judge::text::Text;

/// Title and description of a key. A test holds this to the keys.
pub fn texts(name: &str) -> [Text; 2] {
    TEXTS.iter().find(|texts| texts[0].key == format!("config_{name}_title")).map_or([NONE; 2], |texts| *texts)
}

/// What a word of a choice shows.
pub fn choice_text(name: &str, word: &str) -> Text {
    let key = format!("config_{name}_{}", word.replace('-', "_"));
    CHOICES.iter().find(|text| text.key == key).copied().unwrap_or(NONE)
}

const NONE: Text = Text { key: "", es: "", en: "" };

macro_rules! texts {
    ($($name:literal: $title_es:literal, $title_en:literal; $es:literal, $en:literal;)*) => {
        /// Title and description of each key.
        pub const TEXTS: &[[Text; 2]] = &[$([
            Text { key: concat!("config_", $name, "_title"), es: $title_es, en: $title_en },
            Text { key: concat!("config_", $name, "_description"), es: $es, en: $en },
        ]),*];
    };
}

texts! {
    "server_url": "Dirección del servidor", "Server address";
        "El servidor de la empresa, con https://.", "The company's server, with https://.";
    "enrolment_token": "Código de alta", "Enrolment token";
        "El código que imprime atalaya token create, o el enlace entero.",
        "The token that atalaya token create prints, or the whole link.";
    "device_ref": "Referencia del dispositivo", "Device reference";
        "El número de inventario de la empresa. Se envía al dar de alta y se muestra a IT.",
        "The company's inventory number. It is sent at enrolment and shown to IT.";
    "user_ref": "Referencia de la persona", "Person reference";
        "A quién cree la empresa que pertenece el teléfono. Se muestra a esa persona y nunca se envía.",
        "Whose phone the company thinks it is. It is shown to that person and never sent.";
    "org_name": "Nombre de la organización", "Organisation name";
        "Se muestra hasta que el servidor diga el suyo.", "Shown until the server says its own.";
    "support_contact": "Contacto de ayuda", "Support contact";
        "A quién preguntar: un correo, un teléfono o una dirección web.",
        "Whom to ask: an e-mail address, a phone number or a web address.";
    "privacy_url": "Aviso de privacidad", "Privacy notice";
        "Dónde está el aviso de privacidad de la empresa, con https://.",
        "Where the company's own privacy notice stands, with https://.";
    "group": "Grupo", "Group";
        "Se muestra hasta que el servidor diga el suyo; decide el código de alta.",
        "Shown until the server says it; the token decides.";
    "report_interval_hours": "Horas entre informes", "Hours between reports";
        "De 1 a 24. El servidor puede pedir otra cosa.", "From 1 to 24. The server may ask otherwise.";
    "check_whatsapp": "Comprobar WhatsApp", "Check WhatsApp";
        "Si la app puede mirar qué WhatsApp hay en este perfil.",
        "Whether the app may look which WhatsApp is in this profile.";
    "pinned_root": "Certificado raíz", "Root certificate";
        "Un certificado raíz en PEM; se confía en el servidor solo por él.",
        "A root certificate in PEM; the server is trusted by it alone.";
    "ui_locale": "Idioma de la app", "Language of the app";
        "El del sistema si no se escribe nada.", "The system's when nothing is written.";
    "config_version": "Versión de la configuración", "Version of the configuration";
        "Un número tuyo; la app lo devuelve, para saber cuál rige.",
        "A number of yours; the app tells it back, so that you know which one is in force.";
}

macro_rules! choices {
    ($($key:literal: $es:literal, $en:literal;)*) => {
        const CHOICES: &[Text] = &[$(Text { key: $key, es: $es, en: $en }),*];
    };
}

choices! {
    "config_check_whatsapp_always": "Siempre que la política lo pida", "Whenever the policy asks";
    "config_check_whatsapp_never": "Nunca", "Never";
    "config_check_whatsapp_user_decides": "Decide la persona", "The person decides";
    "config_ui_locale_system": "El del sistema", "The system's";
    "config_ui_locale_es": "Español", "Spanish";
    "config_ui_locale_en": "Inglés", "English";
}
