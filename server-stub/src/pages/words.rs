//! The pages' own words in Spanish and English: one table, one row per key. Spanish says tú.
//!
//! A key that ends in `.one` is the sentence for exactly one; [`Language::count`] chooses.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Spanish.
    Es,
    /// English.
    En,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The key.
    pub key: &'static str,
    /// Spanish.
    pub es: &'static str,
    /// English.
    pub en: &'static str,
}

impl Language {
    /// The tag on pages and in cookies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    /// The language with exactly this tag.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "es" => Some(Self::Es),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language of a tag such as `es-ES`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::from_word(&tag.split('-').next().unwrap_or_default().to_ascii_lowercase())
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Es => Self::En,
            Self::En => Self::Es,
        }
    }

    /// The words under this key; nothing for a key that is not in the table, which a test forbids.
    pub fn say(self, key: &str) -> &'static str {
        find(key).map_or("", |row| self.of(row))
    }

    /// The words under this key, with its parameters in their places.
    pub fn fill(self, key: &str, params: &[(&str, &str)]) -> String {
        self.try_fill(key, params).unwrap_or_else(|| self.say(key).to_owned())
    }

    /// As [`Self::fill`]; none when there is no such key or a parameter is missing.
    pub fn try_fill(self, key: &str, params: &[(&str, &str)]) -> Option<String> {
        let mut rest = self.of(find(key)?);
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            out.push_str(before);
            out.push_str(params.iter().find(|(key, _)| *key == name)?.1);
            rest = behind;
        }
        out.push_str(rest);
        Some(out)
    }

    /// The words under this key for a count, which stands as `{n}` in `number`'s form.
    pub fn count(self, key: &str, count: u64, number: &str, params: &[(&str, &str)]) -> String {
        self.try_count(key, count, number, params).unwrap_or_default()
    }

    /// As [`Self::count`]; none when there is no such key or a parameter is missing.
    pub fn try_count(self, key: &str, count: u64, number: &str, params: &[(&str, &str)]) -> Option<String> {
        let mut all = vec![("n", number)];
        all.extend_from_slice(params);
        if count == 1
            && let Some(words) = self.try_fill(&format!("{key}.one"), &all)
        {
            return Some(words);
        }
        self.try_fill(key, &all)
    }

    const fn of(self, row: &Text) -> &'static str {
        match self {
            Self::Es => row.es,
            Self::En => row.en,
        }
    }
}

fn find(key: &str) -> Option<&'static Text> {
    TEXTS.iter().find(|row| row.key == key)
}

const fn t(key: &'static str, es: &'static str, en: &'static str) -> Text {
    Text { key, es, en }
}

/// Every word of the pages that is not a verdict's.
pub const TEXTS: &[Text] = &[
    // Frame
    t("skip", "Ir al contenido", "Skip to content"),
    t("nav", "Principal", "Main"),
    t("nav.overview", "Resumen", "Overview"),
    t("nav.devices", "Dispositivos", "Devices"),
    t("nav.releases", "Versiones", "Releases"),
    t("switch.language", "Read in English", "Leer en español"),
    t("theme.to-auto", "Tema como el del sistema", "Theme as the system"),
    t("theme.to-light", "Tema claro", "Light theme"),
    t("theme.to-dark", "Tema oscuro", "Dark theme"),
    t("sign-out", "Salir", "Sign out"),
    t("role.owner", "responsable", "owner"),
    t("role.viewer", "solo lectura", "viewer"),
    t("role.api-token", "un programa, con su clave de API", "a program, by its API token"),
    t(
        "footer",
        "Los estados se calculan en el servidor a partir de informes firmados.",
        "States are judged on the server from signed reports.",
    ),
    // States and what wears them
    t("state.compliant", "Cumple", "Compliant"),
    t("state.in-grace", "En plazo", "In grace"),
    t("state.not-compliant", "No cumple", "Not compliant"),
    t("state.unknown", "Sin saber", "Unknown"),
    t("state.stale", "Sin noticias", "Stale"),
    t("bar.compliant", "Bien", "Passed"),
    t("bar.in-grace", "En plazo", "In grace"),
    t("bar.not-compliant", "No cumple", "Failed"),
    t("bar.unknown", "Sin saber", "Unknown"),
    t("bar.stale", "Sin noticias", "Stale"),
    t("bar.nudge", "Aviso", "Nudge"),
    t("bar.not-applicable", "No se aplica", "Not applicable"),
    t("bar.none", "Sin historial todavía", "No history yet"),
    t("span.now", "ahora", "now"),
    // Overview
    t("overview.title", "Resumen", "Overview"),
    t(
        "overview.heading",
        "{n} de {total} dispositivos aptos para WhatsApp Business",
        "{n} of {total} devices are fit for WhatsApp Business",
    ),
    t(
        "overview.heading.one",
        "{n} de {total} dispositivos apto para WhatsApp Business",
        "{n} of {total} devices is fit for WhatsApp Business",
    ),
    t(
        "overview.heading.all",
        "Los {n} dispositivos son aptos para WhatsApp Business",
        "All {n} devices are fit for WhatsApp Business",
    ),
    t(
        "overview.heading.all.one",
        "Tu dispositivo es apto para WhatsApp Business",
        "Your one device is fit for WhatsApp Business",
    ),
    t("overview.heading.none", "Todavía no hay dispositivos", "No devices yet"),
    t("overview.policy", "política, revisión {revision}", "policy revision {revision}"),
    t("overview.policy.none", "sin política todavía", "no policy yet"),
    t("overview.catalogue", "catálogo de {age}", "catalogue from {age}"),
    t("overview.catalogue.none", "sin catálogo de versiones", "no release catalogue"),
    t("overview.states", "Dispositivos por estado", "Devices by state"),
    t("overview.up", "{n} más que hace una semana", "up {n} since last week"),
    t("overview.down", "{n} menos que hace una semana", "down {n} since last week"),
    t("overview.same", "igual que hace una semana", "as a week ago"),
    t("overview.first-week", "primera semana", "first week"),
    t("overview.in-grace", "con el plazo corriendo", "with a deadline running"),
    t("overview.not-compliant", "necesitan un arreglo", "need a fix"),
    t("overview.unknown", "falta un dato", "a fact is missing"),
    t("overview.stale", "callan desde hace demasiado", "silent for too long"),
    t("overview.zero", "ninguno", "none"),
    t("overview.trend", "Dispositivos que cumplen, 90 días", "Compliant devices, 90 days"),
    t(
        "overview.trend.empty",
        "La evolución se dibuja desde el segundo día.",
        "The trend is drawn from the second day on.",
    ),
    t("overview.table", "Ver como tabla", "See as a table"),
    t("overview.day", "Día", "Day"),
    t("overview.share", "Cumplen", "Fit"),
    t("trend.policy", "política {revision}", "policy {revision}"),
    t("trend.words", "De {first} el {from} a {last} el {to}.", "From {first} on {from} to {last} on {to}."),
    t("trend.marks", "Cambios de política", "Policy changes"),
    t("overview.attention", "Lo que te espera", "What needs you now"),
    t("overview.attention.none", "Nada urgente.", "Nothing urgent."),
    t(
        "overview.attention.calm",
        "Cuando un plazo esté por acabar o un dispositivo calle, saldrá aquí.",
        "A deadline about to end or a device gone silent will show here.",
    ),
    t("overview.failing", "Comprobaciones que más fallan", "Checks that fail most"),
    t(
        "overview.failing.none",
        "Todas las comprobaciones pasan en todos los dispositivos.",
        "Every check passes on every device.",
    ),
    t("count.fail", "{n} no cumplen", "{n} fail"),
    t("count.fail.one", "{n} no cumple", "{n} fails"),
    t("count.in-grace", "{n} en plazo", "{n} in grace"),
    t("count.nudge", "{n} con aviso", "{n} nudged"),
    t("count.unknown", "{n} sin saber", "{n} unknown"),
    t("adoption.whatsapp", "WhatsApp Business en {platform}", "WhatsApp Business on {platform}"),
    t("adoption.os", "Versiones de {platform}", "{platform} versions"),
    t("adoption.unread", "no se pudo leer", "could not be read"),
    t("adoption.older", "{n} versiones más", "{n} more versions"),
    t("adoption.older.one", "{n} versión más", "{n} more version"),
    t("adoption.current", "al día", "current"),
    t("adoption.behind", "atrasada", "behind"),
    t("adoption.vulnerable", "con un fallo conocido o sin soporte", "known flaw or out of support"),
    t("adoption.unknown", "sin con qué comparar", "nothing to compare with"),
    t(
        "settled.known",
        "Última asentada: {version}, según {source}, {age}.",
        "Settled latest is {version}, from {source}, {age}.",
    ),
    t(
        "settled.rolling",
        "{version} salió el {day} y todavía se está repartiendo.",
        "{version} came out on {day} and is still rolling out.",
    ),
    t(
        "settled.unknown",
        "Ninguna fuente reciente dice cuál es la última; los mínimos y los fallos conocidos se siguen juzgando.",
        "No recent source says which is latest; minimums and known flaws are still judged.",
    ),
    // What needs attention
    t(
        "attention.deadline-near",
        "{n} dispositivos agotan su plazo el {deadline}",
        "{n} devices run out of grace by {deadline}",
    ),
    t(
        "attention.deadline-near.one",
        "{n} dispositivo agota su plazo el {deadline}",
        "{n} device runs out of grace by {deadline}",
    ),
    t("attention.deadline-soon", "{n} dispositivos agotan pronto su plazo", "{n} devices run out of grace soon"),
    t("attention.deadline-soon.one", "{n} dispositivo agota pronto su plazo", "{n} device runs out of grace soon"),
    t("attention.gone-stale", "{n} dispositivos han dejado de informar", "{n} devices have gone silent"),
    t("attention.gone-stale.one", "{n} dispositivo ha dejado de informar", "{n} device has gone silent"),
    t("attention.source-silent", "La fuente {source} no responde", "The source {source} does not answer"),
    t("attention.source", "Una fuente de versiones no responde", "A release source does not answer"),
    t(
        "attention.source.why",
        "Mientras tanto, «última versión» sale de las demás fuentes.",
        "Meanwhile “latest” comes from the other sources.",
    ),
    t("attention.floor", "{n} dispositivos por debajo de {floor} ({check})", "{n} devices below {floor} ({check})"),
    t("attention.floor.one", "{n} dispositivo por debajo de {floor} ({check})", "{n} device below {floor} ({check})"),
    t("attention.check", "{n} dispositivos: {check}", "{n} devices: {check}"),
    t("attention.check.one", "{n} dispositivo: {check}", "{n} device: {check}"),
    t(
        "attention.stale.why",
        "Pregunta a sus dueños si siguen en uso.",
        "Ask their owners whether they are still in use.",
    ),
    t("attention.deadline.why", "Después dejarán de cumplir.", "After that they are not compliant."),
    // Devices
    t("devices.title", "Dispositivos", "Devices"),
    t("devices.count", "{n} dispositivos", "{n} devices"),
    t("devices.count.one", "{n} dispositivo", "{n} device"),
    t("devices.none", "Ningún dispositivo coincide", "No device matches"),
    t("devices.none.next", "Quita un filtro o busca otra cosa.", "Remove a filter or search for something else."),
    t("devices.search", "Buscar", "Search"),
    t("devices.search.hint", "Dispositivo, modelo, grupo, versión…", "Device, model, group, version…"),
    t("devices.apply", "Filtrar", "Filter"),
    t("devices.clear", "Quitar filtros", "Clear filters"),
    t("devices.export", "Exportar {n} en CSV", "Export {n} as CSV"),
    t("devices.enrol", "Inscribir dispositivos", "Enrol devices"),
    t("devices.filters", "Filtros", "Filters"),
    t("filter.state", "Estado", "State"),
    t("filter.check", "Comprobación", "Check"),
    t("filter.platform", "Plataforma", "Platform"),
    t("filter.group", "Grupo", "Group"),
    t("filter.evidence", "Prueba", "Evidence"),
    t("filter.os", "Sistema", "System"),
    t("filter.whatsapp", "WhatsApp Business", "WhatsApp Business"),
    t("filter.reason", "Motivo", "Reason"),
    t("filter.any", "todo", "any"),
    t("filter.remove", "Quitar el filtro {name}", "Remove the filter {name}"),
    t("sort", "Orden", "Order"),
    t("sort.attention", "lo que pide atención", "what needs attention"),
    t("sort.last-report", "último informe, reciente primero", "last report, newest first"),
    t("sort.silent", "último informe, antiguo primero", "last report, oldest first"),
    t("sort.device", "identificador", "device id"),
    t("column.state", "Estado", "State"),
    t("column.device", "Dispositivo", "Device"),
    t("column.system", "Sistema", "System"),
    t("column.group", "Grupo", "Group"),
    t("column.why", "Motivo", "Why"),
    t("column.evidence", "Prueba más débil", "Weakest evidence"),
    t("column.since", "En este estado", "In this state"),
    t("column.last", "Último informe", "Last report"),
    t("row.all-pass", "Todo en orden", "All checks pass"),
    t("row.silent", "Último informe {ago}", "Last report {ago}"),
    t("row.never", "ninguno todavía", "none yet"),
    t("row.no-model", "Modelo desconocido", "Unknown model"),
    t("row.until", "{what}, hasta el {deadline}", "{what}, until {deadline}"),
    t("page.first", "Primera página", "First page"),
    t("page.next", "Página siguiente", "Next page"),
    t("page.label", "Páginas", "Pages"),
    // Device
    t("device.crumb", "Ruta", "Breadcrumb"),
    t("device.agent", "agente {version}", "agent {version}"),
    t("device.last", "último informe {ago}", "last report {ago}"),
    t("device.sequence", "número {n}", "sequence {n}"),
    t("device.never", "inscrito {ago}, todavía sin informe", "enrolled {ago}, no report yet"),
    t("device.since", "desde el {at}", "since {at}"),
    t("device.silent", "y sin noticias desde entonces", "and silent since"),
    t("device.checks", "Comprobaciones", "Checks"),
    t("device.check", "Comprobación", "Check"),
    t("device.evidence", "Prueba", "Evidence"),
    t("device.history", "90 días", "90 days"),
    t("device.when", "Desde", "Since"),
    t("device.until", "plazo hasta el {deadline}", "grace until {deadline}"),
    t("device.since.length", "desde el {day}, {length}", "since {day}, {length}"),
    t("device.no-evidence", "ninguna", "none"),
    t(
        "device.no-checks",
        "La política no pide nada a este dispositivo, o aún no ha informado.",
        "The policy asks nothing of this device, or it has not reported yet.",
    ),
    t("device.told", "Lo que ve la persona", "What the person is shown"),
    t("device.told.none", "«Todo en orden». No hay nada que arreglar.", "“All is well.” There is nothing to fix."),
    t("device.report", "Informe recibido", "Received report"),
    t("device.report.none", "Todavía no ha llegado ninguno.", "None has arrived yet."),
    t(
        "device.signature.good",
        "La firma ({algorithm}) es válida, comprobada ahora",
        "Signature ({algorithm}) verifies, checked now",
    ),
    t(
        "device.signature.bad",
        "La firma ({algorithm}) no se puede comprobar: ejecuta «atalaya verify»",
        "Signature ({algorithm}) does not verify: run “atalaya verify”",
    ),
    t("device.received", "Recibido", "Received"),
    t("device.made", "Hecho", "Made"),
    t("device.skew", "Reloj del dispositivo", "Device clock"),
    t("device.skew.none", "en hora", "on time"),
    t("device.skew.ahead", "{n} s adelantado", "{n} s ahead"),
    t("device.skew.behind", "{n} s atrasado", "{n} s behind"),
    t("device.fresh", "Reciente", "Fresh"),
    t("device.fresh.yes", "sí, responde al último reto", "yes, answers the newest challenge"),
    t("device.fresh.no", "no, responde a un reto anterior", "no, answers an older challenge"),
    t("device.gaps", "Números que faltan", "Missing sequence numbers"),
    t("device.gaps.none", "ninguno", "none"),
    t("device.hash", "SHA-256 del sobre", "SHA-256 of the envelope"),
    t("device.payload", "Ver el contenido firmado", "See the signed payload"),
    t("device.key", "Clave", "Key"),
    t("device.thumbprint", "Huella (RFC 7638)", "Thumbprint (RFC 7638)"),
    t("device.enrolled", "Inscrito", "Enrolled"),
    t("device.views", "Quién mira esta página", "This page is seen"),
    t("device.views.why", "La persona puede ver quién la ha abierto.", "The person can see who opened it."),
    t("device.views.none", "Nadie la había abierto antes que tú.", "Nobody opened it before you."),
    t("device.overall", "Estado del dispositivo", "State of the device"),
    // Releases
    t("releases.title", "Versiones", "Releases"),
    t(
        "releases.lead",
        "Qué se sabe de cada versión, quién lo dice y hasta dónde ha llegado la flota.",
        "What is known of each release, who says so, and how far the fleet has come.",
    ),
    t(
        "releases.heading",
        "{n} dispositivos tienen una versión con un fallo conocido",
        "{n} devices run a version with a known flaw",
    ),
    t(
        "releases.heading.one",
        "{n} dispositivo tiene una versión con un fallo conocido",
        "{n} device runs a version with a known flaw",
    ),
    t("releases.heading.none", "Ningún dispositivo por debajo de un fallo conocido", "No device is below a known flaw"),
    t("releases.empty", "Todavía no hay catálogo", "No catalogue yet"),
    t("releases.empty.next", "Importa uno con", "Import one with"),
    t("releases.latest", "Última asentada", "Settled latest"),
    t(
        "releases.latest.none",
        "Ninguna fuente reciente dice cuál es la última.",
        "No recent source says which is latest.",
    ),
    t(
        "releases.newest",
        "la más nueva, {version}, todavía se está repartiendo",
        "the newest, {version}, is still rolling out",
    ),
    t("releases.fetched", "consultado {ago}", "fetched {ago}"),
    t("releases.stale", "fuentes demasiado antiguas", "sources too old"),
    t("releases.version", "Versión", "Version"),
    t("releases.released", "Publicada", "Released"),
    t("releases.standing", "Reparto", "Roll-out"),
    t("releases.settled", "asentada", "settled"),
    t("releases.rolling", "repartiéndose", "rolling out"),
    t("releases.support", "Soporte hasta", "Supported until"),
    t("releases.support.none", "sin fecha", "no date"),
    t("releases.source", "Fuente", "Source"),
    t("releases.confidence", "Confianza", "Confidence"),
    t("releases.devices", "Dispositivos", "Devices"),
    t("releases.floors", "Versiones mínimas sin fallos conocidos", "Floors: lowest versions without a known flaw"),
    t("releases.flaw", "Fallo", "Flaw"),
    t("releases.exploited", "se está explotando", "being exploited"),
    t("releases.below", "Por debajo", "Below it"),
    t("confidence.official", "oficial", "official"),
    t("confidence.curated", "recopilada", "curated"),
    t("confidence.observed", "observada", "observed"),
    t("product.os", "Sistema", "System"),
    t("product.security-patch", "Parche de seguridad", "Security patch"),
    t("product.whatsapp-business", "WhatsApp Business", "WhatsApp Business"),
    // Signing in
    t("sign-in.title", "Entrar", "Sign in"),
    t("sign-in.email", "Correo", "Email"),
    t("sign-in.password", "Contraseña", "Password"),
    t("sign-in.go", "Entrar", "Sign in"),
    t(
        "sign-in.refused",
        "El correo o la contraseña no coinciden. Vuelve a probar, o pide un enlace nuevo a quien lleva el servidor.",
        "Email or password do not match. Try again, or ask whoever runs the server for a new link.",
    ),
    t(
        "sign-in.by-link",
        "¿Sin contraseña? Quien lleva el servidor puede darte un enlace de un solo uso:",
        "No password? Whoever runs the server can give you a one-time link:",
    ),
    t("sign-in.link", "Confirma que eres tú", "Confirm that it is you"),
    t(
        "sign-in.link.lead",
        "Este enlace vale una sola vez y diez minutos. Al pulsar el botón se gasta.",
        "This link works once, for ten minutes. The button spends it.",
    ),
    t("sign-in.link.go", "Entrar en Atalaya", "Enter Atalaya"),
    // Problems
    t("problem.not-found", "Aquí no hay nada", "There is nothing here"),
    t(
        "problem.not-found.next",
        "Puede que el dispositivo ya no esté, o que la dirección esté incompleta.",
        "The device may have left, or the address may be incomplete.",
    ),
    t("problem.forbidden", "Tu papel no llega hasta aquí", "Your role does not reach this far"),
    t(
        "problem.forbidden.next",
        "Pide a la persona responsable que lo haga o que cambie tu papel.",
        "Ask an owner to do it, or to change your role.",
    ),
    t("problem.expired", "El enlace ya no vale", "The link is no longer valid"),
    t(
        "problem.expired.next",
        "Se usa una sola vez y dura poco. Pide otro.",
        "It works once and for a short time. Ask for another.",
    ),
    t("problem.request", "No se entiende la petición", "The request cannot be understood"),
    t(
        "problem.request.next",
        "Un filtro de la dirección no existe. Vuelve a la lista y elige otra vez.",
        "A filter in the address does not exist. Go back to the list and choose again.",
    ),
    t("problem.too-many", "Demasiados intentos", "Too many attempts"),
    t("problem.too-many.next", "Espera un minuto y vuelve a probar.", "Wait a minute and try again."),
    t("problem.unavailable", "El servidor no puede responder ahora", "The server cannot answer now"),
    t(
        "problem.unavailable.next",
        "Los informes recibidos están a salvo. Vuelve a probar en un momento.",
        "Reports already received are safe. Try again in a moment.",
    ),
    t("problem.back", "Volver al resumen", "Back to the overview"),
    t("problem.to-devices", "Ver los dispositivos", "See the devices"),
    // Enrolment, for IT and for the person
    t("enrol.help", "Inscribir dispositivos", "Enrol devices"),
    t("enrol.help.lead", "En tres pasos; el primero lo das tú.", "In three steps; the first is yours."),
    t("enrol.help.token", "Crea un código para un grupo", "Make a token for a group"),
    t(
        "enrol.help.token.why",
        "En la máquina del servidor. Imprime un enlace y un código QR que valen para un dispositivo durante siete días.",
        "On the server's machine. It prints a link and a QR code, good for one device and seven days.",
    ),
    t("enrol.help.send", "Envía el enlace a la persona", "Send the link to the person"),
    t(
        "enrol.help.send.why",
        "Lo abre en el teléfono, o copia la orden en su ordenador. Antes de enviar nada, ve qué se recoge y para qué.",
        "They open it on the phone, or copy the command on their computer. Before anything is sent they see what is collected and why.",
    ),
    t("enrol.help.see", "Míralo aparecer aquí", "See it appear here"),
    t(
        "enrol.help.see.why",
        "El primer informe llega en menos de un minuto.",
        "The first report arrives within a minute.",
    ),
    t("enrol.title", "Inscribe este dispositivo", "Enrol this device"),
    t(
        "enrol.lead",
        "Tu empresa quiere saber si este dispositivo es lo bastante seguro para WhatsApp Business. Tardarás un minuto.",
        "Your company wants to know whether this device is safe enough for WhatsApp Business. It takes a minute.",
    ),
    t("enrol.sees", "Lo que se mira", "What is looked at"),
    t(
        "enrol.sees.list",
        "Cifrado, bloqueo de pantalla, versión del sistema y de WhatsApp Business.",
        "Encryption, screen lock, system version and WhatsApp Business version.",
    ),
    t("enrol.never", "Lo que nunca se mira", "What is never looked at"),
    t(
        "enrol.never.list",
        "Mensajes, contactos, fotos, llamadas, ubicación. Fuera de tu horario no se recoge nada.",
        "Messages, contacts, photos, calls, location. Nothing is collected outside your working hours.",
    ),
    t("enrol.phone", "En un teléfono", "On a phone"),
    t("enrol.phone.open", "Abrir la aplicación Atalaya", "Open the Atalaya app"),
    t(
        "enrol.phone.why",
        "Si no se abre, instala antes la aplicación que te indique tu empresa y vuelve a este enlace.",
        "If it does not open, first install the app your company names, then come back to this link.",
    ),
    t("enrol.host", "En un ordenador", "On a computer"),
    t(
        "enrol.host.why",
        "Pega esta orden en un terminal. El código es la parte de tu enlace que sigue a «#».",
        "Paste this command in a terminal. The token is the part of your link after “#”.",
    ),
    t("enrol.copy", "Copiar la orden", "Copy the command"),
    t("enrol.copied", "Copiada", "Copied"),
    t(
        "enrol.missing",
        "A este enlace le falta el código. Ábrelo entero, tal como te llegó.",
        "This link lacks its token. Open it whole, as you received it.",
    ),
    t(
        "enrol.private",
        "El código del enlace no sale de este navegador hasta que tú inscribas el dispositivo.",
        "The token in the link does not leave this browser until you enrol the device.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_stands_in_both_languages_with_the_same_parameters() {
        let parameters = |text: &str| {
            let mut names: Vec<_> =
                text.split('{').skip(1).map(|part| part.split('}').next().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        let mut keys = std::collections::BTreeSet::new();
        for row in TEXTS {
            assert!(!row.es.trim().is_empty() && !row.en.trim().is_empty(), "{}", row.key);
            assert_eq!(parameters(row.es), parameters(row.en), "{}", row.key);
            assert!(keys.insert(row.key), "{} stands twice", row.key);
        }
    }

    #[test]
    fn every_key_that_a_page_asks_for_is_in_the_table() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = 0;
        for folder in ["src/pages", "templates"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let source = std::fs::read_to_string(&path).unwrap();
                for call in ["t(\"", "say(\"", "fill(\"", "count(\""] {
                    for (place, _) in source.match_indices(call) {
                        if path.ends_with("words.rs") || source[..place].ends_with(|c: char| c.is_alphanumeric()) {
                            continue;
                        }
                        let key = source[place + call.len()..].split('"').next().unwrap();
                        asked += 1;
                        assert!(find(key).is_some(), "{}: no text under `{key}`", path.display());
                    }
                }
            }
        }
        assert!(asked > 100, "found only {asked}");
    }

    #[test]
    fn a_missing_parameter_is_noticed_and_one_is_said_as_one() {
        assert_eq!(Language::En.try_fill("attention.floor", &[("n", "3")]), None);
        assert_eq!(Language::En.count("devices.count", 1, "1", &[]), "1 device");
        assert_eq!(Language::Es.count("devices.count", 2, "2", &[]), "2 dispositivos");
        assert_eq!(Language::En.count("overview.up", 1, "1", &[]), "up 1 since last week");
    }
}
