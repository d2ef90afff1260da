//! What the command line says around the verdicts, in Spanish and English. The verdicts' own words stand in
//! [`crate::judge::text`].

use crate::judge::{Platform, text::Language};

macro_rules! phrases {
    ($($name:ident { $es:literal, $en:literal })+) => {
        /// One sentence of the command line. `{name}` stands for a parameter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Phrase { $($name),+ }

        impl Phrase {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name),+];

            const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Es) => $es, (Self::$name, Language::En) => $en),+
                }
            }
        }
    };
}

phrases! {
    AllIsWell { "Todo en orden.", "All is well." }
    SomethingInTime { "Hay algo que arreglar, con plazo ({count}).", "There is something to fix, with time left ({count})." }
    SomethingToFix { "Hay algo que arreglar ({count}).", "There is something to fix ({count})." }
    NotEverythingKnown { "No se puede saber todo ({count}).", "Not everything can be known ({count})." }
    Silent { "La empresa lleva demasiado tiempo sin noticias de este equipo.", "The company has not heard from this machine for too long." }
    TimeLeft { "Plazo: hasta el {moment}", "Time left: until {moment}" }

    Provisional { "Es lo que ve este equipo; cuenta lo que decida el servidor cuando reciba el informe.", "This is what the machine itself sees; what the server says of its report counts." }
    BuiltInRules { "Este equipo no está dado de alta: se mira con unas reglas básicas de Atalaya, no con las de una empresa.", "This machine is not enrolled: it is judged by Atalaya's few basic rules, not by a company's." }

    Enrolled { "Este equipo queda dado de alta en {organisation}.", "This machine is now enrolled at {organisation}." }
    AlreadyEnrolled { "Este equipo ya está dado de alta en {organisation}; no se ha enviado nada.", "This machine is already enrolled at {organisation}; nothing was sent." }
    EnrolledElsewhere { "este equipo ya está dado de alta en {server}; para cambiarlo, repite con --again", "this machine is already enrolled at {server}; to move it, repeat with --again" }
    Device { "Dispositivo", "Device" }
    Server { "Servidor", "Server" }
    Since { "Desde", "Since" }
    Policy { "Reglas", "Policy" }
    RulesOf { "{policy}, revisión {revision}, grupo {group}", "{policy}, revision {revision}, group {group}" }
    PolicyExpired { "caducaron el {moment}; valen hasta que lleguen otras", "expired on {moment}; they hold until newer ones come" }
    WillRead { "La política pide leer:", "The policy asks to read:" }
    ReadsNothing { "La política no pide leer nada de este equipo.", "The policy asks to read nothing of this machine." }
    NextReport { "Siguiente paso: «atalaya-agent report» y «atalaya-agent deliver», o «atalaya-agent run» para que se haga solo.", "Next: `atalaya-agent report` and `atalaya-agent deliver`, or `atalaya-agent run` to have it done by itself." }

    ReportQueued { "El informe {sequence} está listo; aún no ha salido nada.", "Report {sequence} is ready; nothing has left yet." }
    SameFacts { "Todo sigue como en el último informe completo: este solo lo dice.", "All is as in the last full report: this one only says so." }
    NextDeliver { "Siguiente paso: «atalaya-agent deliver» lo envía; «atalaya-agent ledger» enseña lo que ha salido.", "Next: `atalaya-agent deliver` sends it; `atalaya-agent ledger` shows what has left." }
    QuietNothingRead { "Es tiempo de descanso hasta el {moment}: no se ha leído nada.", "These are quiet hours until {moment}: nothing was read." }
    QuietNothingSent { "Es tiempo de descanso hasta el {moment}: no se ha enviado nada.", "These are quiet hours until {moment}: nothing was sent." }
    PausedNothingSent { "Estás en pausa hasta el {moment}: no se envía nada.", "You are away until {moment}: nothing is sent." }
    KeyRotates { "Otra clave ocupa el lugar de la de este equipo en cuanto el servidor lo sepa.", "Another key takes the place of this machine's as soon as the server knows." }
    StatementsDelivered { "El servidor tiene lo que dijiste ({count}).", "The server has what you said ({count})." }
    StatementsWaiting { "Lo que dijiste espera a ser enviado ({count}).", "What you said waits to be sent ({count})." }
    WaitingToTry { "El servidor no respondió bien antes: no se prueba otra vez hasta el {moment}.", "The server did not answer well before: it is not tried again until {moment}." }
    Delivered { "El servidor tiene todo ({count}).", "The server has everything ({count})." }
    WithNow {
        "Con --now se hace igualmente.",
        "With --now it is done all the same."
    }
    PartDelivered { "El servidor ha recibido {count}.", "The server has taken {count}." }
    NothingToDeliver { "No había nada que enviar; «atalaya-agent report» prepara un informe.", "There was nothing to send; `atalaya-agent report` makes a report." }
    StillWaiting { "Informes en espera: {count}.", "Reports waiting: {count}." }
    ReportsRefused { "El servidor no aceptó {count}; «atalaya-agent ledger» dice por qué.", "The server refused {count}; `atalaya-agent ledger` says why." }
    NewPolicy { "Ha llegado una política nueva.", "A newer policy has come." }
    NewCatalogue { "Ha llegado una lista de versiones nueva.", "A newer list of releases has come." }

    PaperVersion { "versión {version}", "version {version}" }
    GivenElsewhere { "La empresa ya te dio este aviso por otra vía.", "Your company gave you this notice in another way." }
    AcknowledgedOn { "Aceptado el {day}.", "Acknowledged on {day}." }
    NextAcknowledgeNotice { "Cuando lo hayas leído: «atalaya-agent acknowledge notice --version {version}».", "When you have read it: `atalaya-agent acknowledge notice --version {version}`." }
    NextAcknowledgeRules { "Cuando las hayas leído: «atalaya-agent acknowledge rules --version {version}».", "When you have read them: `atalaya-agent acknowledge rules --version {version}`." }
    NoRules { "La empresa no pide leer ningunas normas.", "The company asks nobody to read any rules." }
    AskedToDeclare { "Se pide declarar («atalaya-agent declare NOMBRE», o con --no si no es así):", "Asked to be declared (`atalaya-agent declare NAME`, or with --no when it is not so):" }
    DeclaredSo { "{declaration}: sí, {day}", "{declaration}: yes, {day}" }
    DeclaredNotSo { "{declaration}: no, {day}", "{declaration}: not so, {day}" }
    DeclaredLongAgo { "{declaration}: se pregunta otra vez, la última fue el {day}", "{declaration}: asked again, answered last on {day}" }
    NotDeclared { "{declaration}: sin responder todavía{day}", "{declaration}: not answered yet{day}" }
    SaidWaits { "Queda anotado; el siguiente «atalaya-agent deliver» lo envía.", "It is written down; the next `atalaya-agent deliver` sends it." }
    PauseDeclared { "Estás fuera del {from} al {until}: no se lee ni se envía nada, y tu silencio no cuenta.", "You are away from {from} until {until}: nothing is read or sent, and silence does not count." }
    PauseEnded { "Hola de nuevo: la pausa ha terminado.", "Welcome back: the pause is over." }
    Away { "Fuera", "Away" }
    Withdrawn { "Te has dado de baja: no se envía nada más, y este equipo ha olvidado su clave. Lo que salió sigue en el registro.", "You have left: nothing more is sent, and this machine has forgotten its key. What left stays in the ledger." }
    WithdrawnFromClosed { "La empresa había cerrado ya el alta de este equipo, así que no hace falta avisar a nadie.", "The company had closed this machine's enrolment before, so nobody needs to be told." }
    WithdrawnUntold { "No se ha podido avisar a la empresa: este equipo ya no tiene su clave, o el servidor no la conoce. Díselo a quien administra.", "The company could not be told: this machine has lost its key, or the server does not know it. Tell your administrator." }
    StillToRead { "Por leer", "Still to read" }
    TheNotice { "el aviso: «atalaya-agent notice»", "the notice: `atalaya-agent notice`" }
    TheRules { "las normas de uso: «atalaya-agent rules»", "the rules of use: `atalaya-agent rules`" }
    StillToDeclare { "Por declarar", "Still to declare" }
    SeeRules { "{count}: «atalaya-agent rules»", "{count}: `atalaya-agent rules`" }

    NotEnrolledYet { "Este equipo no está dado de alta.", "This machine is not enrolled." }
    NextEnrol { "Siguiente paso: pide el enlace a quien administra y ejecuta «atalaya-agent enrol ENLACE».", "Next: ask your administrator for the link and run `atalaya-agent enrol LINK`." }
    LookedIn { "Se ha mirado en {folder}; con --state se mira en otro sitio.", "Looked in {folder}; --state looks elsewhere." }
    EnrolledAt { "Dado de alta en {organisation}.", "Enrolled at {organisation}." }
    HasLeft { "Este equipo dejó {organisation} y ya no envía nada.", "This machine has left {organisation} and sends nothing any more." }
    WasClosed { "{organisation} cerró el alta de este equipo y ya no se envía nada.", "{organisation} has closed this machine's enrolment and nothing is sent any more." }
    State { "Estado", "State" }
    NoAnswerYet { "el servidor aún no ha recibido ningún informe", "the server has no report yet" }
    LastReport { "Último informe", "Last report" }
    NumberAt { "{sequence}, recibido el {moment}", "{sequence}, acknowledged on {moment}" }
    Waiting { "En espera", "Waiting" }
    NothingWaits { "nada", "nothing" }
    ReportsSince { "{count}, desde el {moment}", "{count}, since {moment}" }
    NextTime { "Próxima vez", "Next time" }
    QuietHours { "Descanso", "Quiet hours" }
    UntilMoment { "hasta el {moment}", "until {moment}" }
    Problems { "Por resolver:", "To be solved:" }

    LedgerTitle { "Lo que ha salido de este equipo", "What has left this machine" }
    LedgerEmpty { "De este equipo no ha salido nada.", "Nothing has left this machine." }
    LedgerMore { "«atalaya-agent ledger --raw NÚMERO» escribe un informe tal como salió, byte por byte.", "`atalaya-agent ledger --raw NUMBER` prints a report as it left, byte for byte." }
    LedgerFields { "Lo que dice el informe {sequence}, y para qué:", "What report {sequence} says, and what for:" }
    LedgerNoSuch { "en el libro no hay ningún informe {sequence}; «atalaya-agent ledger» enseña los que hay", "there is no report {sequence} in the ledger; `atalaya-agent ledger` shows those there are" }
    SentChallenge { "Pregunta", "Challenge" }
    SentEnrolment { "Alta", "Enrolment" }
    SentReport { "Informe {sequence}", "Report {sequence}" }
    SentStatement { "lo que dijiste, número {number}", "what you said, number {number}" }
    SentEvidence { "Prueba de hardware", "Hardware evidence" }
    SentProof { "Consulta", "Question" }
    Bytes { "{count} bytes", "{count} bytes" }
    Times { "{count} veces", "{count} times" }
    WasAcknowledged { "recibido", "acknowledged" }
    WasRefused { "rechazado ({code})", "refused ({code})" }
    OutcomeUnknown { "sin respuesta", "no answer known" }
    UnknownValue { "no se sabe ({reason})", "not known ({reason})" }

    RoundReported { "Informe {sequence} listo.", "Report {sequence} is ready." }
    RoundEnds { "El dispositivo dejó la empresa: no queda nada que hacer.", "The device has left the company: there is nothing more to do." }
    RoundEndsClosed { "La empresa cerró el alta de este equipo: no queda nada que hacer.", "The company has closed this machine's enrolment: there is nothing more to do." }
    RoundNext { "Próxima vez: {moment}.", "Next time: {moment}." }
    Stopped { "Parado.", "Stopped." }

    WhyLockComputer { "Sin bloqueo, quien se sienta ante el equipo lee todo lo que hay en él.", "Without a lock, whoever sits down at the machine reads all that is on it." }
    NotLocking { "La sesión no se bloquea sola.", "The session does not lock itself." }
    FixNotLocking { "Activa el bloqueo automático en los ajustes de privacidad o de pantalla. Se tarda un minuto.", "Turn automatic locking on in the privacy or screen settings. It takes a minute." }
    FixDiskLinux { "En Linux el disco se cifra al instalar: pide ayuda a informática, o haz una copia y reinstala con LUKS. Se tarda una tarde.", "On Linux the disk is encrypted when the system is installed: ask IT, or make a backup and install again with LUKS. It takes an afternoon." }
    FixDiskMacos { "Activa FileVault en Privacidad y seguridad. Sigue cifrando mientras trabajas.", "Turn FileVault on in Privacy & Security. It goes on encrypting while you work." }
    FixDiskWindows { "Activa BitLocker o el cifrado de dispositivo en Privacidad y seguridad. Sigue cifrando mientras trabajas.", "Turn BitLocker or device encryption on in Privacy & security. It goes on encrypting while you work." }

    ErrorNotEnrolled { "este equipo no está dado de alta; dalo de alta con el enlace de quien administra", "this device is not enrolled; enrol it with the link or the token from your administrator" }
    ErrorLeft { "este equipo dejó la empresa y ya no envía nada; para volver, pide otro enlace", "this device has left the fleet and sends nothing any more; to join again, ask your administrator for a new link" }
    ErrorDeviceClosed { "la empresa cerró el alta de este equipo y ya no se envía nada; para volver, pide otro enlace", "the company has closed this device's enrolment and nothing is sent any more; to join again, ask your administrator for a new link" }
    ErrorEnrolAgain { "el servidor ya no conoce este equipo; dalo de alta otra vez con un enlace nuevo", "the server does not know this device any more; enrol it again with a new link" }
    ErrorServerBusy { "el servidor no puede responder ahora; se probará más tarde", "the server cannot answer now; it is tried again later" }
    ErrorNotAtalaya { "lo que respondió no es un servidor de Atalaya; comprueba la dirección, y si esta red pide antes iniciar sesión", "what answered is not an Atalaya server; check the address, and whether this network asks to sign in first" }
    ErrorBadAddress { "la dirección del servidor no sirve; escríbela como https://atalaya.example.com", "the server's address cannot be used; write it like https://atalaya.example.com" }
    ErrorServerIdentity { "el servidor no demostró quién es; si su certificado es de la empresa, da su raíz con --extra-root", "the server did not prove who it is; if its certificate is the company's own, give its root with --extra-root" }
    ErrorOffline { "no se llega al servidor; comprueba la red y la dirección", "the server cannot be reached; check the network and the address" }
    ErrorDowngrade { "el servidor ofrece unas reglas más antiguas que las de este equipo, y no se han aceptado; avisa a quien administra", "the server offers older rules than this device holds, so they were refused; tell your administrator" }
    ErrorUntrusted { "un documento firmado del servidor no es de fiar; avisa a quien administra", "a signed document of the server cannot be believed; tell your administrator" }
    ErrorStorage { "no se puede usar la carpeta del agente", "the agent's state cannot be used" }
    ErrorSigningKey { "la clave de este equipo no puede firmar", "the key of this device cannot sign" }
    ErrorNoticePending { "falta leer y aceptar el aviso de la empresa; antes no se informa de nada", "the company's notice is still to be read and acknowledged; nothing is reported before" }
    ErrorOtherVersion { "esa versión no es la que vale; lee la que vale y acéptala", "this is not the version in force; read that one and acknowledge it" }
    ErrorNotAsked { "la empresa no pregunta eso; no hay nada que declarar", "the company does not ask about this, so there is nothing to declare" }
    ErrorBadPause { "una pausa acaba después de ahora y de cuando empieza, y dura como mucho un año", "a pause ends after now and after it begins, and is no longer than a year" }
    ErrorTooManyStatements { "hay demasiadas cosas dichas que el servidor aún no sabe; conéctate y entrégalas antes", "too much was said that the server has not heard yet; go online and deliver it first" }
    ErrorStatementRefused { "el servidor no aceptó lo que dijiste; dilo otra vez y, si no sirve, avisa a quien administra", "the server did not take what you said; say it again, and tell your administrator if that does not help" }
    ErrorUnderWay { "ya hay otro envío en marcha; espera a que acabe", "another delivery of this device is under way; wait for it to end" }
    ErrorAgentOutdated { "el servidor habla una versión del informe que este agente no conoce; actualiza el agente", "the server speaks a version of the report that this agent does not; update the agent" }
    ErrorRefused { "el servidor no lo aceptó", "the server refused" }
}

/// What a computer's person is told in place of a sentence of [`crate::judge::text`] that speaks of a phone.
pub(super) fn for_computers(platform: Platform, key: &str) -> Option<Phrase> {
    match (platform, key) {
        (Platform::Android | Platform::Ios, _) => None,
        (_, "check.screen-lock.why") => Some(Phrase::WhyLockComputer),
        (_, "reason.screen-lock.not-set") => Some(Phrase::NotLocking),
        (_, "reason.screen-lock.not-set.fix") => Some(Phrase::FixNotLocking),
        (Platform::Linux, "reason.device-encryption.off.fix") => Some(Phrase::FixDiskLinux),
        (Platform::Macos, "reason.device-encryption.off.fix") => Some(Phrase::FixDiskMacos),
        (Platform::Windows, "reason.device-encryption.off.fix") => Some(Phrase::FixDiskWindows),
        _ => None,
    }
}

/// The phrase with its parameters.
pub(super) fn say(language: Language, phrase: Phrase, params: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut sentence = phrase.text(language).to_owned();
    for (name, value) in params {
        sentence = sentence.replace(&format!("{{{name}}}"), &value.to_string());
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_phrase_is_whole_in_both_languages_and_takes_the_same_parameters() {
        for phrase in Phrase::ALL {
            let (es, en) = (phrase.text(Language::Es), phrase.text(Language::En));
            for text in [es, en] {
                assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{phrase:?}");
                assert!(text.matches('{').count() == text.matches('}').count(), "{phrase:?}");
            }
            assert_eq!(parameters(es), parameters(en), "{phrase:?}");
            for formal in ["usted", "su equipo", "Ejecute", "Pida", "Compruebe"] {
                assert!(!es.contains(formal), "{phrase:?}: {formal}");
            }
        }
    }

    #[test]
    fn what_is_said_of_computers_stands_in_place_of_a_sentence_there_is() {
        for key in ["check.screen-lock.why", "reason.screen-lock.not-set.fix", "reason.device-encryption.off.fix"] {
            assert!(crate::judge::text::TEXTS.iter().any(|text| text.key == key), "{key}");
            assert!(for_computers(Platform::Linux, key).is_some() && for_computers(Platform::Ios, key).is_none());
        }
    }

    #[test]
    fn parameters_are_filled_in() {
        assert_eq!(say(Language::En, Phrase::Bytes, &[("count", &7)]), "7 bytes");
    }
}
