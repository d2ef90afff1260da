//! The table itself, in the order in which a report is written.

use super::{
    Field,
    Kept::{self, InReport, InTimeline},
    Seen::{self, Person, PersonAndIt},
    Shape::{self, Day, Form, Group, List, Moment, Number, Text, Truth, Version, Word},
};
use crate::judge::{
    Platform, PostureState,
    check::Rule::{
        self, AdbOff, AwayMessage, BoundToLock, BusinessBehindLatest, BusinessFloor, BusinessMinimum, BusinessProfile,
        BusinessRequired, ConsumerAbsent, ContactConsent, DeveloperOptionsOff, Encrypted, Installer, LinkedDevices,
        LockSet, OsBehindLatest, OsFloor, OsMinimum, OsSupported, OwnApp, PatchAge, RootSigns, RulesAcknowledged,
        Signer, TwoStepVerification, VerifiedBoot,
    },
    facts::{BootState, Declaration, LockComplexity, Presence, RootSign, StorageEncryption},
};

/// A SHA-256 digest in hexadecimal.
pub(super) const DIGEST: &str = "^[0-9a-f]{64}$";
/// A device's id, [`super::super::id::DeviceId`].
pub(super) const DEVICE: &str = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";

/// The largest number that every JSON reader keeps exactly.
pub(super) const LARGE: u64 = 1 << 53;
const SMALL: u64 = u32::MAX as u64;

const OS: &[Rule] = &[OsFloor, OsMinimum, OsSupported, OsBehindLatest];
const BUSINESS: &[Rule] = &[BusinessRequired, BusinessFloor, BusinessMinimum, BusinessBehindLatest, Signer, Installer];
const BUSINESS_VERSION: &[Rule] = &[BusinessFloor, BusinessMinimum, BusinessBehindLatest];
const ANSWERS: &[Rule] = &[TwoStepVerification, LinkedDevices, BusinessProfile, AwayMessage, ContactConsent];

/// Every field of a report.
pub const FIELDS: &[Field] = &[
    every("schema", Version, "Qué versión de este formato es.", "Which version of this format it is."),
    every(
        "audience",
        Text(120),
        "Para qué servidor y empresa es: en otro no vale.",
        "Which server and company it is for: elsewhere it is worth nothing.",
    ),
    seen(every(
        "device",
        Form(DEVICE),
        "De qué dispositivo es: un número al azar, sin nombre ni teléfono.",
        "Which device it is from: a random number, no name and no phone number.",
    )),
    seen(every(
        "sequence",
        Number(1, LARGE),
        "Qué número de informe es, para notar si falta alguno.",
        "Which report it is in turn, so that a missing one is noticed.",
    )),
    every(
        "challenge",
        Text(512),
        "La última pregunta del servidor: prueba que el informe es reciente.",
        "The server's last challenge: proves that the report is recent.",
    ),
    seen(every("at", Moment, "Cuándo se hizo.", "When it was made.")),
    seen(every(
        "agentVersion",
        Text(40),
        "Qué versión de esta app lo hizo, para ayudar si algo falla.",
        "Which version of this app made it, to help when something fails.",
    )),
    every("policyRevision", Number(0, LARGE), "Con qué reglas se miró.", "Which rules it was judged by."),
    every(
        "catalogueRevision",
        Number(0, LARGE),
        "Con qué lista de versiones publicadas se miró.",
        "Which list of published versions it was judged by.",
    ),
    optional(seen(every(
        "dropped",
        Number(0, SMALL),
        "Cuántos informes en cola se perdieron antes de este.",
        "How many queued reports before this one were given up.",
    ))),
    seen(every(
        "content.full.state",
        Word(PostureState::WORDS),
        "Lo que la app te mostró: el servidor lo vuelve a calcular.",
        "What the app showed you: the server works it out again.",
    )),
    seen(every(
        "content.full.facts.platform",
        Word(Platform::WORDS),
        "Qué sistema usa, para saber qué reglas le tocan.",
        "Which system it runs, to know which rules apply.",
    )),
    fact(
        "content.full.facts.model",
        Text(80),
        InReport,
        OS,
        "Qué modelo es, para saber si su fabricante aún lo actualiza.",
        "Which model it is, to know whether its maker still updates it.",
    ),
    fact(
        "content.full.facts.osVersion",
        Text(80),
        InTimeline,
        OS,
        "Qué versión del sistema tiene, para saber si está al día.",
        "Which version of the system it has, to know whether it is up to date.",
    ),
    fact(
        "content.full.facts.osName",
        Text(80),
        InReport,
        OS,
        "Qué distribución es, solo en ordenadores.",
        "Which distribution it is, only on computers.",
    ),
    fact(
        "content.full.facts.securityPatch",
        Text(40),
        InTimeline,
        &[PatchAge],
        "De qué fecha es el parche de seguridad.",
        "Which day its security patch is from.",
    ),
    second(fact(
        "content.full.facts.vendorPatch",
        Text(40),
        InReport,
        &[PatchAge],
        "De qué fecha es el parche de la parte que hizo su fabricante.",
        "Which day the patch of its maker's part of the system is from.",
    )),
    second(fact(
        "content.full.facts.kernelVersion",
        Text(80),
        InReport,
        &[PatchAge],
        "Qué versión tiene el núcleo del sistema, que se parchea aparte.",
        "Which version the system's kernel has, which is patched by itself.",
    )),
    fact(
        "content.full.facts.storageEncryption",
        Word(StorageEncryption::WORDS),
        InTimeline,
        &[Encrypted, BoundToLock],
        "Si lo guardado está cifrado.",
        "Whether what it stores is encrypted.",
    ),
    fact(
        "content.full.facts.screenLock",
        Truth,
        InTimeline,
        &[LockSet, BoundToLock],
        "Si hay bloqueo de pantalla; nunca el código.",
        "Whether a screen lock is set; never the code.",
    ),
    fact(
        "content.full.facts.lockComplexity",
        Word(LockComplexity::WORDS),
        InTimeline,
        &[Rule::LockComplexity],
        "Si el bloqueo es fácil de adivinar; nunca el código.",
        "Whether the lock is easy to guess; never the code.",
    ),
    fact(
        "content.full.facts.whatsappBusiness.presence",
        Word(Presence::WORDS),
        InTimeline,
        BUSINESS,
        "Si WhatsApp Business está instalada; ninguna otra app se mira.",
        "Whether WhatsApp Business is installed; other apps are not looked at.",
    ),
    fact(
        "content.full.facts.whatsappBusiness.version",
        Text(40),
        InTimeline,
        BUSINESS_VERSION,
        "Qué versión de WhatsApp Business tiene; nunca mensajes ni contactos.",
        "Which version of WhatsApp Business it has; never messages or contacts.",
    ),
    fact(
        "content.full.facts.whatsappBusiness.signers",
        List(16, &Form(DIGEST)),
        InTimeline,
        &[Signer],
        "Quién firmó esa app, para descartar copias modificadas.",
        "Who signed that app, to rule out modified copies.",
    ),
    fact(
        "content.full.facts.whatsappBusiness.installer",
        Text(120),
        InTimeline,
        &[Installer],
        "De qué tienda vino esa app.",
        "Which store that app came from.",
    ),
    fact(
        "content.full.facts.whatsappConsumer",
        Word(Presence::WORDS),
        InTimeline,
        &[ConsumerAbsent],
        "Si también está el WhatsApp personal en el perfil de trabajo; nada de su contenido.",
        "Whether the personal WhatsApp is there too, in the profile for work; nothing of what it holds.",
    ),
    fact(
        "content.full.facts.ownAppGenuine",
        Truth,
        InTimeline,
        &[OwnApp],
        "Si esta app es la auténtica.",
        "Whether this app is the genuine one.",
    ),
    fact(
        "content.full.facts.bootState",
        Word(BootState::WORDS),
        InTimeline,
        &[VerifiedBoot],
        "Si el sistema que arrancó es el del fabricante.",
        "Whether the system that booted is the maker's.",
    ),
    fact(
        "content.full.facts.rootSigns",
        List(16, &Word(RootSign::WORDS)),
        InTimeline,
        &[RootSigns],
        "Si hay señales de root o jailbreak; son indicios y pueden fallar.",
        "Whether there are signs of root or jailbreak; they are hints and can be wrong.",
    ),
    second(fact(
        "content.full.facts.mutedRootSigns",
        List(16, &Word(RootSign::WORDS)),
        InReport,
        &[RootSigns],
        "Qué señales no se buscaron, porque la empresa las descartó.",
        "Which signs were not looked for, because the company leaves them out.",
    )),
    fact(
        "content.full.facts.developerOptions",
        Truth,
        InTimeline,
        &[DeveloperOptionsOff],
        "Si están abiertas las opciones de desarrollador.",
        "Whether the developer options are on.",
    ),
    fact(
        "content.full.facts.adb",
        Truth,
        InTimeline,
        &[AdbOff],
        "Si se puede manejar el teléfono desde un ordenador.",
        "Whether a computer can take control of the phone.",
    ),
    fact(
        "content.full.facts.usageRules",
        Group,
        InTimeline,
        &[RulesAcknowledged],
        "Qué normas de uso aceptaste; vacío si ninguna.",
        "Which rules of use you acknowledged; empty when none.",
    ),
    part(
        "content.full.facts.usageRules.version",
        Number(0, SMALL),
        &[RulesAcknowledged],
        "La versión de esas normas.",
        "The version of those rules.",
    ),
    part("content.full.facts.usageRules.on", Day, &[RulesAcknowledged], "El día.", "The day."),
    fact(
        "content.full.facts.declarations",
        List(16, &Group),
        InTimeline,
        ANSWERS,
        "Lo que respondiste sobre lo que nadie puede medir.",
        "What you answered about what nobody can measure.",
    ),
    part(
        "content.full.facts.declarations[].declaration",
        Word(Declaration::WORDS),
        ANSWERS,
        "Sobre qué respondiste.",
        "What you answered about.",
    ),
    part("content.full.facts.declarations[].affirmed", Truth, ANSWERS, "Si es así o no.", "Whether it is so or not."),
    part("content.full.facts.declarations[].on", Day, ANSWERS, "El día.", "The day."),
    every(
        "content.unchanged.reportHash",
        Form(DIGEST),
        "Nada cambió: remite a un informe anterior.",
        "Nothing changed: refers to an earlier report.",
    ),
];

const fn row(path: &'static str, shape: Shape, kept: Kept, es: &'static str, en: &'static str) -> Field {
    Field { path, shape, reading: false, since: 1, required: true, seen_by: Person, kept, needed_by: &[], es, en }
}

/// A field that every report has and the server alone uses.
const fn every(path: &'static str, shape: Shape, es: &'static str, en: &'static str) -> Field {
    row(path, shape, InReport, es, en)
}

const fn seen(mut field: Field) -> Field {
    field.seen_by = PersonAndIt;
    field
}

/// What the second version brought.
const fn second(mut field: Field) -> Field {
    field.since = 2;
    field
}

const fn optional(mut field: Field) -> Field {
    field.required = false;
    field
}

/// A reading that a rule needs.
const fn fact(
    path: &'static str,
    shape: Shape,
    kept: Kept,
    needed_by: &'static [Rule],
    es: &'static str,
    en: &'static str,
) -> Field {
    Field { path, shape, reading: true, since: 1, required: false, seen_by: Seen::PersonAndIt, kept, needed_by, es, en }
}

/// A part of a reading's value.
const fn part(
    path: &'static str,
    shape: Shape,
    needed_by: &'static [Rule],
    es: &'static str,
    en: &'static str,
) -> Field {
    let mut field = seen(row(path, shape, InTimeline, es, en));
    field.needed_by = needed_by;
    field
}
