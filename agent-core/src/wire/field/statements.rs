//! The table of statements, in the order in which one is written.

use super::{
    Field,
    Kept::InStatement,
    Seen::{Person, PersonAndIt},
    Shape::{self, Form, Moment, Number, Text, Truth, Word},
    table::{DEVICE, DIGEST, LARGE},
};
use crate::{
    judge::{facts::Declaration, text::Language},
    wire::statement::Subject,
};

/// Every field of a statement.
pub const STATEMENT_FIELDS: &[Field] = &[
    own(
        "audience",
        Text(120),
        "Para qué servidor y empresa es: en otro no vale.",
        "Which server and company it is for: elsewhere it is worth nothing.",
    ),
    seen(
        "device",
        Form(DEVICE),
        "De qué dispositivo es: un número al azar, sin nombre ni teléfono.",
        "Which device it is from: a random number, no name and no phone number.",
    ),
    seen(
        "number",
        Number(1, LARGE),
        "Qué número hace entre lo que has dicho, para notar si falta algo.",
        "Which statement it is in turn, so that a missing one is noticed.",
    ),
    own(
        "challenge",
        Text(512),
        "La última pregunta del servidor: prueba que no se dijo antes.",
        "The server's last challenge: proves that it was not said before.",
    ),
    seen("at", Moment, "Cuándo lo dijiste.", "When you said it."),
    seen(
        "agentVersion",
        Text(40),
        "Qué versión de esta app lo firmó, para ayudar si algo falla.",
        "Which version of this app signed it, to help when something fails.",
    ),
    seen(
        "content.acknowledgement.subject",
        Word(Subject::WORDS),
        "Qué texto leíste y aceptaste.",
        "Which text you read and acknowledged.",
    ),
    seen("content.acknowledgement.version", Number(1, SMALL), "La versión de ese texto.", "The version of that text."),
    seen(
        "content.acknowledgement.textHash",
        Form(DIGEST),
        "La huella del texto exacto que viste: prueba que nadie lo cambió después.",
        "The fingerprint of the very text you saw: proves that nobody changed it afterwards.",
    ),
    seen(
        "content.acknowledgement.language",
        Word(Language::WORDS),
        "En qué idioma lo viste.",
        "In which language you saw it.",
    ),
    seen(
        "content.declaration.declaration",
        Word(Declaration::WORDS),
        "Sobre qué respondiste.",
        "What you answered about.",
    ),
    seen("content.declaration.affirmed", Truth, "Si es así o no.", "Whether it is so or not."),
    seen(
        "content.pause.from",
        Moment,
        "Desde cuándo no estás: no se mira ni se envía nada. El motivo no se pregunta.",
        "From when you are away: nothing is read or sent. The reason is not asked.",
    ),
    seen("content.pause.until", Moment, "Hasta cuándo.", "Until when."),
    own(
        "content.keyRotation.possession",
        Text(40 * 1024),
        "La clave nueva de este dispositivo, firmada por ella misma, y la prueba de dónde está guardada. No dice nada de ti.",
        "This device's new key, signed by itself, and the evidence of where it is kept. Says nothing about you.",
    ),
];

const SMALL: u64 = u32::MAX as u64;

/// A field that the server alone uses.
const fn own(path: &'static str, shape: Shape, es: &'static str, en: &'static str) -> Field {
    Field { seen_by: Person, ..seen(path, shape, es, en) }
}

const fn seen(path: &'static str, shape: Shape, es: &'static str, en: &'static str) -> Field {
    let (seen_by, kept) = (PersonAndIt, InStatement);
    Field { path, shape, reading: false, since: 1, required: true, seen_by, kept, needed_by: &[], es, en }
}
