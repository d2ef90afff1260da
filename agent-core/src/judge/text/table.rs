//! The table itself: key, Spanish, English. Sorted by subject; a test holds it to the codes.

use super::Text;

/// Every text, in every language.
pub const TEXTS: &[Text] = &[
    text("check.device-encryption.name", "Cifrado", "Device encryption"),
    text(
        "check.device-encryption.why",
        "Si el dispositivo se pierde, nadie puede leer lo que guarda.",
        "If the device is lost, nobody can read what it holds.",
    ),
    text("check.screen-lock.name", "Bloqueo de pantalla", "Screen lock"),
    text(
        "check.screen-lock.why",
        "Sin bloqueo, quien coge el teléfono lee tus conversaciones.",
        "Without a lock, whoever picks up the phone reads your conversations.",
    ),
    text("check.os-version.name", "Sistema", "Operating system"),
    text(
        "check.os-version.why",
        "Un sistema sin actualizar tiene fallos conocidos que otros aprovechan.",
        "An outdated system has known flaws that others use.",
    ),
    text("check.security-patch.name", "Parche de seguridad", "Security patch"),
    text(
        "check.security-patch.why",
        "Cada parche cierra fallos que ya son públicos.",
        "Each patch closes flaws that are already public.",
    ),
    text("check.whatsapp-business.name", "WhatsApp Business", "WhatsApp Business"),
    text(
        "check.whatsapp-business.why",
        "En el trabajo se usa solo WhatsApp Business y siempre al día.",
        "At work only WhatsApp Business is used, and always up to date.",
    ),
    text("check.whatsapp-consumer.name", "WhatsApp personal", "Consumer WhatsApp"),
    text(
        "check.whatsapp-consumer.why",
        "Con las dos apps es fácil escribir a un cliente desde la equivocada.",
        "With both apps it is easy to write to a customer from the wrong one.",
    ),
    text("check.app-authenticity.name", "App auténtica", "Genuine app"),
    text(
        "check.app-authenticity.why",
        "Una copia modificada puede leer todo lo que escribes.",
        "A modified copy can read all that you write.",
    ),
    text("check.device-integrity.name", "Integridad del sistema", "System integrity"),
    text(
        "check.device-integrity.why",
        "En un sistema modificado ninguna otra protección es segura.",
        "On a modified system no other protection is certain.",
    ),
    text("check.developer-options.name", "Opciones de desarrollador", "Developer options"),
    text(
        "check.developer-options.why",
        "Abren puertas que solo hacen falta para programar.",
        "They open doors that only programming needs.",
    ),
    text("check.usage-rules.name", "Normas de uso", "Rules of use"),
    text(
        "check.usage-rules.why",
        "Las normas os protegen a ti y a las personas a las que escribes.",
        "The rules protect you and the people you write to.",
    ),
    text("check.declarations.name", "Declaraciones", "Declarations"),
    text("check.declarations.why", "Hay cosas que solo tú puedes comprobar.", "Some things only you can check."),
    text("notice.title", "Qué se mira de este dispositivo", "What is read of this device"),
    text(
        "notice.text",
        "Tu empresa quiere que WhatsApp se use en el trabajo sin riesgos. Esta app le dice si este dispositivo es lo \
         bastante seguro para eso, y a ti qué puedes mejorar y cómo.\n\n\
         Qué se mira: si lo guardado está cifrado, si hay bloqueo de pantalla (nunca el código), la versión del sistema \
         y su parche de seguridad, y si WhatsApp Business está instalada y al día. Solo lo que piden las reglas de tu \
         empresa.\n\n\
         Qué no se puede ver nunca: tus mensajes, tus contactos, tus llamadas, tus fotos, dónde estás, tus otras apps ni \
         lo que haces con el dispositivo. El informe no tiene sitio para nada de eso.\n\n\
         Quién lo ve: las personas que llevan la informática en tu empresa. Cada vez que alguien abre la ficha de este \
         dispositivo queda anotado. Tú ves aquí, letra por letra, todo lo que ha salido de él.\n\n\
         Cuándo: fuera del horario que marca tu empresa no se mira, no se envía y no se avisa de nada. Si vas a estar de \
         vacaciones o de baja, puedes hacer una pausa sin decir por qué.\n\n\
         Tus derechos: puedes pedir a tu empresa que te enseñe, corrija o borre lo que guarda, y dejarlo cuando quieras \
         desde esta app: a partir de ese momento no se envía nada más. Si algo no te parece bien, habla con tu empresa o \
         con la autoridad de protección de datos de tu país.",
        "Your company wants WhatsApp to be used at work without risk. This app tells it whether this device is safe \
         enough for that, and tells you what you can improve and how.\n\n\
         What is read: whether what is stored is encrypted, whether there is a screen lock (never the code), the version \
         of the system and its security patch, and whether WhatsApp Business is installed and up to date. Only what your \
         company's rules ask for.\n\n\
         What can never be seen: your messages, your contacts, your calls, your photos, where you are, your other apps, or \
         what you do with the device. The report has no place for any of it.\n\n\
         Who sees it: the people who look after IT at your company. Each time somebody opens this device's page, it is \
         written down. Here you see, letter by letter, everything that has left the device.\n\n\
         When: outside the hours that your company has set, nothing is read, sent or notified. When you will be on holiday \
         or on leave you can make a pause, without saying why.\n\n\
         Your rights: you can ask your company to show, correct or erase what it keeps, and you can leave whenever you like \
         from this app: from then on nothing more is sent. If something does not seem right to you, talk to your company or \
         to the data protection authority of your country.",
    ),
    text("usage-rules.title", "Normas para usar WhatsApp en el trabajo", "Rules for using WhatsApp at work"),
    text(
        "usage-rules.text",
        "Estas normas os protegen a ti, a tus compañeros y a las personas a las que escribes.\n\n\
         1. En el trabajo, solo WhatsApp Business. La app personal es para tu vida.\n\
         2. Siempre la última versión. Cada actualización cierra fallos que otros ya conocen.\n\
         3. Solo en dispositivos seguros: cifrados, con bloqueo de pantalla y con el sistema al día.\n\
         4. Mensajes solo en horario de trabajo. Fuera de él nadie espera que respondas; pon un mensaje de ausencia.\n\
         5. No se pasan datos personales: ni documentos, ni datos de salud, ni direcciones, ni números de cuenta, ni fotos \
         de clientes. Para eso están los sistemas de la empresa.\n\
         6. Escribe solo a quien te ha dicho que sí, y deja de hacerlo en cuanto te lo pida.\n\
         7. Activa la verificación en dos pasos y revisa de vez en cuando los dispositivos vinculados.\n\
         8. Si pierdes el dispositivo, o algo te parece raro, dilo enseguida. Avisar nunca tiene malas consecuencias.\n\n\
         Quién ve qué: tu empresa ve si has leído estas normas y si el dispositivo es seguro. Nunca ve tus mensajes, tus \
         contactos ni tus otras apps.\n\n\
         Puedes dejarlo cuando quieras desde esta app. Si algo no te parece bien, habla con tu empresa, con quien \
         represente a los trabajadores o con la autoridad de protección de datos.",
        "These rules protect you, your colleagues and the people you write to.\n\n\
         1. At work, only WhatsApp Business. The personal app is for your own life.\n\
         2. Always the latest version. Each update closes flaws that others already know.\n\
         3. Only on secure devices: encrypted, with a screen lock, and with an up-to-date system.\n\
         4. Messages only in working hours. Outside them nobody expects an answer; set an away message.\n\
         5. No personal data is passed around: no documents, health data, addresses, account numbers or photos of \
         customers. The company's own systems are for that.\n\
         6. Write only to people who have said yes, and stop as soon as they ask you to.\n\
         7. Turn two-step verification on, and look through the linked devices now and then.\n\
         8. If you lose the device, or something seems odd, say so at once. Telling never counts against you.\n\n\
         Who sees what: your company sees whether you have read these rules and whether the device is safe. It never sees \
         your messages, your contacts or your other apps.\n\n\
         You can leave whenever you like from this app. If something does not seem right to you, talk to your company, to \
         whoever represents its employees, or to the data protection authority.",
    ),
    text("reason.not-in-policy", "Tu empresa no lo pide.", "Your company does not ask for this."),
    text("reason.not-on-this-platform", "En {platform} no se pregunta.", "Not asked on {platform}."),
    text(
        "reason.exception",
        "Hay una excepción hasta el {until}: {why}.",
        "There is an exception until {until}: {why}.",
    ),
    text(
        "reason.unknown.platform-forbids",
        "El sistema no deja que ninguna app lo lea.",
        "The system lets no app read this.",
    ),
    text(
        "reason.unknown.permission-missing",
        "La app no tiene permiso para leerlo.",
        "The app has no permission to read this.",
    ),
    text(
        "reason.unknown.permission-missing.fix",
        "Da el permiso en los ajustes de la app. Se tarda un minuto.",
        "Give the permission in the app's settings. It takes a minute.",
    ),
    text("reason.unknown.not-supported", "Aquí no se puede leer.", "This cannot be read here."),
    text(
        "reason.unknown.not-in-this-profile",
        "La respuesta está en otro perfil del dispositivo.",
        "The answer lies in another profile of the device.",
    ),
    text(
        "reason.unknown.sources-disagree",
        "El teléfono y la gestión de dispositivos dicen cosas distintas.",
        "The phone and device management say different things.",
    ),
    text("reason.unknown.probe-failed", "Se intentó leer y no se pudo.", "Reading was tried and did not work."),
    text(
        "reason.unknown.probe-failed.fix",
        "Vuelve a comprobarlo. Si sigue igual, avisa a informática.",
        "Check again. If it stays so, tell IT.",
    ),
    text("reason.unknown.not-collected", "No se ha recogido.", "This was not collected."),
    text(
        "reason.unknown.not-collected.fix",
        "Actualiza esta app: una versión anterior no lo recoge. Se tarda un minuto.",
        "Update this app: an older version does not collect it. It takes a minute.",
    ),
    text(
        "reason.unknown.weak-evidence",
        "Se sabe solo por «{found}», y se pide «{required}».",
        "Known only as \"{found}\", and \"{required}\" is asked for.",
    ),
    text(
        "reason.unknown.unparseable",
        "«{found}» no se entiende como versión.",
        "\"{found}\" cannot be read as a version.",
    ),
    text(
        "reason.unsupported-rule",
        "Esta versión de la app no conoce la regla {rule}.",
        "This version of the app does not know the rule {rule}.",
    ),
    text(
        "reason.unsupported-rule.fix",
        "Actualiza esta app. Se tarda un minuto.",
        "Update this app. It takes a minute.",
    ),
    text(
        "reason.unknown.no-release-source",
        "Ninguna fuente dice cuál es la última versión.",
        "No source says what the latest release is.",
    ),
    text(
        "reason.unknown.stale-release-source",
        "Las fuentes llevan {days} días sin responder: no se sabe cuál es la última versión.",
        "The sources have been silent for {days} days: the latest release is not known.",
    ),
    text(
        "reason.device-encryption.bound",
        "Lo que guardas está cifrado ({kind}).",
        "What you keep is encrypted ({kind}).",
    ),
    text("reason.device-encryption.off", "Lo que guardas no está cifrado.", "What you keep is not encrypted."),
    text(
        "reason.device-encryption.off.fix",
        "Activa el cifrado en los ajustes de seguridad. Tarda cerca de una hora, con el cargador puesto.",
        "Turn encryption on in the security settings. It takes about an hour, plugged in.",
    ),
    text(
        "reason.device-encryption.impossible",
        "Este dispositivo no puede cifrar lo que guarda.",
        "This device cannot encrypt what it keeps.",
    ),
    text(
        "reason.device-encryption.impossible.fix",
        "No puedes hacer nada: pide otro dispositivo a informática.",
        "There is nothing for you to do: ask IT for another device.",
    ),
    text("reason.device-encryption.activating", "El cifrado está en marcha.", "Encryption is under way."),
    text(
        "reason.device-encryption.activating.fix",
        "Deja el dispositivo cargando hasta que termine.",
        "Leave the device plugged in until it is done.",
    ),
    text(
        "reason.device-encryption.default-key",
        "Está cifrado, pero con una clave que nadie protege.",
        "It is encrypted, but with a key that nothing protects.",
    ),
    text(
        "reason.device-encryption.default-key.fix",
        "Pon un PIN o una contraseña y pide que se solicite al encender. Se tardan dos minutos.",
        "Set a PIN or password and have it asked for at start-up. It takes two minutes.",
    ),
    text(
        "reason.device-encryption.not-bound-to-lock",
        "Está cifrado, pero sin bloqueo cualquiera puede abrirlo.",
        "It is encrypted, but without a lock anybody can open it.",
    ),
    text(
        "reason.device-encryption.not-bound-to-lock.fix",
        "Pon un bloqueo de pantalla. Se tarda un minuto.",
        "Set a screen lock. It takes a minute.",
    ),
    text("reason.screen-lock.set", "Puesto.", "Set."),
    text(
        "reason.screen-lock.good-enough",
        "Puesto, con nivel {found} (se pide {required}).",
        "Set, complexity {found} ({required} asked for).",
    ),
    text("reason.screen-lock.not-set", "No hay bloqueo de pantalla.", "There is no screen lock."),
    text(
        "reason.screen-lock.not-set.fix",
        "Pon un PIN, una contraseña o un patrón en los ajustes. Se tarda un minuto.",
        "Set a PIN, password or pattern in the settings. It takes a minute.",
    ),
    text(
        "reason.screen-lock.too-simple",
        "El bloqueo es fácil de adivinar: {found}, y se pide {required}.",
        "The lock is easy to guess: {found}, and {required} is asked for.",
    ),
    text(
        "reason.screen-lock.too-simple.fix",
        "Cámbialo por un PIN sin repeticiones ni secuencias, o por una contraseña. Se tarda un minuto.",
        "Change it for a PIN without repeats or sequences, or a password. It takes a minute.",
    ),
    text("reason.os-version.good", "Versión {found}, al día.", "Version {found}, up to date."),
    text(
        "reason.os-version.below-floor",
        "La versión {found} tiene un fallo de seguridad conocido ({cve}); está resuelto desde la {floor}.",
        "Version {found} has a known security flaw ({cve}); it is mended since {floor}.",
    ),
    text(
        "reason.os-version.below-floor.fix",
        "Actualiza el sistema en los ajustes. Se tarda cerca de media hora.",
        "Update the system in the settings. It takes about half an hour.",
    ),
    text(
        "reason.os-version.below-exploited-floor",
        "La versión {found} tiene un fallo de seguridad que ya se está usando ({cve}); está resuelto desde la {floor}.",
        "Version {found} has a security flaw that is already being used ({cve}); it is mended since {floor}.",
    ),
    text(
        "reason.os-version.below-exploited-floor.fix",
        "Actualiza el sistema hoy, en los ajustes. Se tarda cerca de media hora.",
        "Update the system today, in the settings. It takes about half an hour.",
    ),
    text(
        "reason.os-version.below-minimum",
        "Tienes la versión {found} y se pide al menos la {required}.",
        "You have version {found}, and at least {required} is asked for.",
    ),
    text(
        "reason.os-version.below-minimum.fix",
        "Actualiza el sistema en los ajustes. Se tarda cerca de media hora.",
        "Update the system in the settings. It takes about half an hour.",
    ),
    text(
        "reason.os-version.unsupported",
        "La versión {found} dejó de recibir arreglos el {ended}.",
        "Version {found} stopped receiving fixes on {ended}.",
    ),
    text(
        "reason.os-version.unsupported.fix",
        "Si los ajustes ofrecen una versión nueva, instálala. Si no, pide otro dispositivo a informática.",
        "If the settings offer a newer version, install it. If not, ask IT for another device.",
    ),
    text(
        "reason.os-version.behind-latest",
        "Tienes la versión {found} y la última asentada es la {latest}.",
        "You have version {found}, and the newest settled one is {latest}.",
    ),
    text(
        "reason.os-version.behind-latest.fix",
        "Actualiza el sistema en los ajustes. Se tarda cerca de media hora.",
        "Update the system in the settings. It takes about half an hour.",
    ),
    text(
        "reason.os-version.vendor-unfixable",
        "Se pide la versión {required} y el fabricante no ofrece nada más nuevo que la {found} para este modelo (desde: {since}).",
        "Version {required} is asked for, and the maker offers nothing newer than {found} for this model (since: {since}).",
    ),
    text(
        "reason.os-version.vendor-unfixable.fix",
        "No tienes que hacer nada: informática ya lo sabe.",
        "There is nothing for you to do: IT knows.",
    ),
    text(
        "reason.security-patch.recent",
        "Parche del {level}, de hace {days} días.",
        "Patch of {level}, {days} days old.",
    ),
    text(
        "reason.security-patch.newest-published",
        "Parche del {level}, el último publicado.",
        "Patch of {level}, the newest published.",
    ),
    text(
        "reason.security-patch.old",
        "El parche del {level} tiene {days} días y se permiten {allowed}.",
        "The patch of {level} is {days} days old, and {allowed} are allowed.",
    ),
    text(
        "reason.security-patch.old.fix",
        "Busca actualizaciones en los ajustes. Se tarda cerca de un cuarto de hora.",
        "Look for updates in the settings. It takes about a quarter of an hour.",
    ),
    text(
        "reason.security-patch.vendor-unfixable",
        "El parche del {level} tiene {days} días, y el fabricante no publica más para este modelo (desde: {since}).",
        "The patch of {level} is {days} days old, and the maker publishes no more for this model (since: {since}).",
    ),
    text(
        "reason.security-patch.vendor-unfixable.fix",
        "No tienes que hacer nada: informática ya lo sabe.",
        "There is nothing for you to do: IT knows.",
    ),
    text("reason.whatsapp-business.good", "Versión {found}, al día.", "Version {found}, up to date."),
    text("reason.whatsapp-business.installed", "Instalado.", "Installed."),
    text(
        "reason.whatsapp-business.not-installed",
        "No está instalado en este perfil.",
        "It is not installed in this profile.",
    ),
    text(
        "reason.whatsapp-business.not-installed.fix",
        "Instálalo desde la tienda. Se tardan dos minutos.",
        "Install it from the store. It takes two minutes.",
    ),
    text(
        "reason.whatsapp-business.disabled",
        "Está instalado, pero desactivado.",
        "It is installed, but switched off.",
    ),
    text(
        "reason.whatsapp-business.disabled.fix",
        "Actívalo en los ajustes, en Aplicaciones. Se tarda un minuto.",
        "Switch it on in the settings, under Apps. It takes a minute.",
    ),
    text("reason.whatsapp-business.archived", "El sistema lo ha archivado.", "The system has archived it."),
    text(
        "reason.whatsapp-business.archived.fix",
        "Toca su icono para recuperarlo. Se tarda un minuto.",
        "Tap its icon to bring it back. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.version-needs-mdm",
        "En el iPhone ninguna app puede leer la versión de otra: la dirá la gestión de dispositivos de la empresa.",
        "On an iPhone no app can read another's version: the company's device management will tell.",
    ),
    text(
        "reason.whatsapp-business.below-floor",
        "Tu versión ({found}) tiene un fallo de seguridad conocido ({cve}); está resuelto desde la {floor}.",
        "Your version ({found}) has a known security flaw ({cve}); it is mended since {floor}.",
    ),
    text(
        "reason.whatsapp-business.below-floor.fix",
        "Actualízalo desde la tienda. Se tarda un minuto.",
        "Update it from the store. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.below-exploited-floor",
        "Tu versión ({found}) tiene un fallo de seguridad que ya se está usando ({cve}); está resuelto desde la {floor}.",
        "Your version ({found}) has a security flaw that is already being used ({cve}); it is mended since {floor}.",
    ),
    text(
        "reason.whatsapp-business.below-exploited-floor.fix",
        "Actualízalo ahora desde la tienda. Se tarda un minuto.",
        "Update it now from the store. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.below-minimum",
        "Tienes la versión {found} y se pide al menos la {required}.",
        "You have version {found}, and at least {required} is asked for.",
    ),
    text(
        "reason.whatsapp-business.below-minimum.fix",
        "Actualízalo desde la tienda. Se tarda un minuto.",
        "Update it from the store. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.behind-latest",
        "Tienes la versión {found} y la última asentada es la {latest}.",
        "You have version {found}, and the newest settled one is {latest}.",
    ),
    text(
        "reason.whatsapp-business.behind-latest.fix",
        "Actualízalo desde la tienda. Se tarda un minuto.",
        "Update it from the store. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.newest-offered",
        "Versión {found}, la más nueva que la tienda ofrece a este teléfono.",
        "Version {found}, the newest that the store offers this phone.",
    ),
    text(
        "reason.whatsapp-business.update-offered",
        "Tienes la versión {found} y la tienda ofrece una más nueva; no se sabe desde cuándo.",
        "You have version {found}, and the store offers a newer one; since when is not known.",
    ),
    text(
        "reason.whatsapp-business.update-offered.fix",
        "Actualízalo desde la tienda. Se tarda un minuto.",
        "Update it from the store. It takes a minute.",
    ),
    text(
        "reason.whatsapp-business.flawed-none-offered",
        "Tu versión ({found}) tiene un fallo de seguridad conocido ({cve}), resuelto desde la {floor}, pero la tienda no ofrece \
         a este teléfono ninguna más nueva.",
        "Your version ({found}) has a known security flaw ({cve}), mended since {floor}, but the store offers this phone \
         nothing newer.",
    ),
    text(
        "reason.whatsapp-business.flawed-none-offered.fix",
        "Instala las actualizaciones del sistema, si las hay, y vuelve a mirar en la tienda. Si sigue sin haber ninguna, no \
         puedes hacer nada más: la empresa ya lo ve.",
        "Install the system's updates, if there are any, and look in the store again. If there is still none, there is \
         nothing more for you to do: your company sees it.",
    ),
    text(
        "reason.whatsapp-business.none-offered",
        "Tienes la versión {found} y se pide al menos la {required}, pero la tienda no ofrece a este teléfono ninguna más nueva.",
        "You have version {found}, and at least {required} is asked for, but the store offers this phone nothing newer.",
    ),
    text(
        "reason.whatsapp-business.none-offered.fix",
        "Instala las actualizaciones del sistema, si las hay, y vuelve a mirar en la tienda. Si sigue sin haber ninguna, no \
         puedes hacer nada más: la empresa ya lo ve.",
        "Install the system's updates, if there are any, and look in the store again. If there is still none, there is \
         nothing more for you to do: your company sees it.",
    ),
    text(
        "reason.whatsapp-consumer.absent",
        "No está instalado en este perfil.",
        "It is not installed in this profile.",
    ),
    text(
        "reason.whatsapp-consumer.installed",
        "También está instalado. Usa solo el de empresa.",
        "It is installed too. Use only the Business app.",
    ),
    text(
        "reason.whatsapp-consumer.installed.fix",
        "Si no lo necesitas, desinstálalo. Se tarda un minuto.",
        "If you do not need it, uninstall it. It takes a minute.",
    ),
    text("reason.app-authenticity.good", "Firma y origen son los esperados.", "Signature and origin are as expected."),
    text(
        "reason.app-authenticity.signer-not-pinned",
        "Nadie ha fijado todavía la firma que se espera ({found}).",
        "Nobody has pinned the expected signature yet ({found}).",
    ),
    text(
        "reason.app-authenticity.signer-unexpected",
        "La app lleva una firma que no se acepta ({found}).",
        "The app carries a signature that is not accepted ({found}).",
    ),
    text(
        "reason.app-authenticity.signer-unexpected.fix",
        "Desinstálala e instálala desde la tienda, con copia de tus conversaciones. Se tarda un cuarto de hora.",
        "Uninstall it and install it from the store, with a backup of your conversations. It takes a quarter of an hour.",
    ),
    text(
        "reason.app-authenticity.installer-unexpected",
        "La app no viene de una tienda aceptada, sino de: {found}.",
        "The app does not come from an accepted store, but from: {found}.",
    ),
    text(
        "reason.app-authenticity.installer-unexpected.fix",
        "Instálala de nuevo desde la tienda. Se tardan cinco minutos.",
        "Install it again from the store. It takes five minutes.",
    ),
    text(
        "reason.app-authenticity.agent-not-genuine",
        "Esta app no es la auténtica.",
        "This app is not the genuine one.",
    ),
    text(
        "reason.app-authenticity.agent-not-genuine.fix",
        "Desinstálala y pide el enlace a informática. Se tardan cinco minutos.",
        "Uninstall it and ask IT for the link. It takes five minutes.",
    ),
    text("reason.device-integrity.good", "El sistema no está modificado.", "The system is not modified."),
    text(
        "reason.device-integrity.bootloader-unlocked",
        "El arranque está desbloqueado: se puede cambiar el sistema.",
        "The bootloader is unlocked: the system can be changed.",
    ),
    text(
        "reason.device-integrity.bootloader-unlocked.fix",
        "Habla con informática antes de tocar nada: al bloquearlo se borra todo.",
        "Talk to IT before you touch anything: locking it erases all.",
    ),
    text(
        "reason.device-integrity.self-signed-boot",
        "El sistema arranca con una clave que no es del fabricante.",
        "The system boots with a key that is not the maker's.",
    ),
    text(
        "reason.device-integrity.self-signed-boot.fix",
        "Pregunta a informática si tu sistema está admitido.",
        "Ask IT whether your system is accepted.",
    ),
    text("reason.device-integrity.boot-failed", "El arranque no se pudo verificar.", "The boot could not be verified."),
    text(
        "reason.device-integrity.boot-failed.fix",
        "Deja de usarlo para el trabajo y avisa a informática.",
        "Stop using it for work and tell IT.",
    ),
    text(
        "reason.device-integrity.root-signs",
        "Hay señales de que el sistema está modificado: {signs}. Pueden equivocarse.",
        "There are signs of a modified system: {signs}. They can be wrong.",
    ),
    text(
        "reason.device-integrity.root-signs.fix",
        "Si lo has modificado, restáuralo de fábrica. Si no, avisa a informática.",
        "If you modified it, reset it to factory state. If not, tell IT.",
    ),
    text("reason.developer-options.all-off", "Desactivadas.", "Off."),
    text("reason.developer-options.on", "Están activadas.", "They are on."),
    text(
        "reason.developer-options.on.fix",
        "Desactívalas en los ajustes del sistema. Se tarda un minuto.",
        "Turn them off in the system settings. It takes a minute.",
    ),
    text(
        "reason.developer-options.adb-on",
        "La depuración está activada: otro equipo puede leer el teléfono.",
        "Debugging is on: another computer can read the phone.",
    ),
    text(
        "reason.developer-options.adb-on.fix",
        "Desactiva la depuración en las opciones de desarrollador. Se tarda un minuto.",
        "Turn debugging off in the developer options. It takes a minute.",
    ),
    text(
        "reason.usage-rules.acknowledged",
        "Versión {version}, aceptada el {on}.",
        "Version {version}, acknowledged on {on}.",
    ),
    text(
        "reason.usage-rules.not-acknowledged",
        "Faltan por leer las normas de uso (versión {required}).",
        "The rules of use are still to be read (version {required}).",
    ),
    text(
        "reason.usage-rules.not-acknowledged.fix",
        "Léelas y acéptalas aquí. Se tardan tres minutos.",
        "Read and acknowledge them here. It takes three minutes.",
    ),
    text(
        "reason.usage-rules.outdated",
        "Aceptaste la versión {found} y ya hay una {required}.",
        "You acknowledged version {found}, and there is now {required}.",
    ),
    text(
        "reason.usage-rules.outdated.fix",
        "Lee lo que ha cambiado y acéptalo aquí. Se tardan tres minutos.",
        "Read what changed and acknowledge it here. It takes three minutes.",
    ),
    text("reason.declarations.complete", "Todo respondido.", "All answered."),
    text("reason.declarations.missing", "Falta una respuesta: {declaration}.", "One answer is missing: {declaration}."),
    text(
        "reason.declarations.missing.fix",
        "Respóndela aquí. Se tardan dos minutos.",
        "Answer it here. It takes two minutes.",
    ),
    text(
        "reason.declarations.expired",
        "Respondiste hace tiempo ({on}): {declaration}.",
        "You answered some time ago ({on}): {declaration}.",
    ),
    text(
        "reason.declarations.expired.fix",
        "Compruébalo y responde otra vez. Se tardan dos minutos.",
        "Check it and answer again. It takes two minutes.",
    ),
    text("reason.declarations.denied", "Has dicho que todavía no: {declaration}.", "You said not yet: {declaration}."),
    text(
        "reason.declarations.denied.fix",
        "Cuando esté hecho, responde otra vez. Se tardan dos minutos.",
        "When it is done, answer again. It takes two minutes.",
    ),
    text("state.compliant", "Conforme", "Compliant"),
    text("state.in-grace", "En plazo", "In grace"),
    text("state.not-compliant", "No conforme", "Not compliant"),
    text("state.unknown", "Desconocido", "Unknown"),
    text("state.stale", "Sin noticias", "Stale"),
    text("headline.compliant", "Todo en orden.", "All is well."),
    text(
        "headline.in-grace",
        "Hay algo que arreglar, con plazo ({count}).",
        "There is something to fix, with time left ({count}).",
    ),
    text("headline.not-compliant", "Hay algo que arreglar ({count}).", "There is something to fix ({count})."),
    text("headline.unknown", "No se puede saber todo ({count}).", "Not everything can be known ({count})."),
    text(
        "headline.stale",
        "Tu empresa lleva demasiado tiempo sin noticias de este dispositivo.",
        "Your company has not heard from this device for too long.",
    ),
    text("headline.not-checked", "Todavía no se ha comprobado nada.", "Nothing has been checked yet."),
    text("headline.not-enrolled", "Este dispositivo no está dado de alta.", "This device is not enrolled."),
    text(
        "headline.left",
        "Este dispositivo dejó {organisation} y ya no envía nada.",
        "This device has left {organisation} and sends nothing any more.",
    ),
    text(
        "headline.closed",
        "{organisation} cerró el alta de este dispositivo y ya no se envía nada.",
        "{organisation} has closed this device's enrolment and nothing is sent any more.",
    ),
    text(
        "problem.left",
        "Este dispositivo dejó la empresa y ya no envía nada. Para volver, pide otro enlace.",
        "This device has left the company and sends nothing any more. To join again, ask for a new link.",
    ),
    text(
        "problem.device-closed",
        "Tu empresa cerró el alta de este dispositivo y ya no se envía nada. Para volver, pide otro enlace.",
        "Your company has closed this device's enrolment and nothing is sent any more. To join again, ask for a new link.",
    ),
    text(
        "problem.enrol-again",
        "El servidor ya no conoce este dispositivo. Dalo de alta otra vez con un enlace nuevo.",
        "The server does not know this device any more. Enrol it again with a new link.",
    ),
    text(
        "problem.server-busy",
        "El servidor no puede responder ahora. Se probará más tarde.",
        "The server cannot answer now. It is tried again later.",
    ),
    text(
        "problem.not-atalaya",
        "Lo que respondió no es tu servidor. Mira si esta red pide antes iniciar sesión.",
        "What answered is not your server. See whether this network asks to sign in first.",
    ),
    text(
        "problem.bad-address",
        "La dirección del servidor no sirve. Pide otro enlace.",
        "The server's address cannot be used. Ask for another link.",
    ),
    text(
        "problem.server-identity",
        "El servidor no demostró quién es, así que no se le envió nada. Avisa a informática.",
        "The server did not prove who it is, so nothing was sent to it. Tell IT.",
    ),
    text(
        "problem.offline",
        "No se llega al servidor. Se probará otra vez cuando haya red.",
        "The server cannot be reached. It is tried again when there is a network.",
    ),
    text(
        "problem.agent-outdated",
        "El servidor pide una versión más nueva de esta app. Actualízala.",
        "The server asks for a newer version of this app. Update it.",
    ),
    text(
        "problem.downgrade",
        "El servidor ofrece reglas más antiguas que las de este dispositivo, y no se han aceptado. Avisa a informática.",
        "The server offers older rules than this device holds, so they were refused. Tell IT.",
    ),
    text(
        "problem.untrusted",
        "Un documento firmado del servidor no es de fiar. Avisa a informática.",
        "A signed document of the server cannot be believed. Tell IT.",
    ),
    text(
        "problem.signing-key",
        "La clave de este dispositivo no puede firmar. Si sigue igual, dalo de alta otra vez.",
        "The key of this device cannot sign. If it stays so, enrol it again.",
    ),
    text(
        "problem.statement-refused",
        "El servidor no aceptó lo que dijiste. Dilo otra vez; si sigue igual, avisa a informática.",
        "The server did not take what you said. Say it again; if that does not help, tell IT.",
    ),
    text("problem.refused", "El servidor no lo aceptó ({code}).", "The server refused it ({code})."),
    text("verdict.pass", "Bien", "Pass"),
    text("verdict.nudge", "Aviso", "Nudge"),
    text("verdict.fail", "Falla", "Fail"),
    text("verdict.unknown", "Desconocido", "Unknown"),
    text("verdict.not-applicable", "No se pregunta", "Not asked"),
    text("evidence.user-declared", "Declarado por la persona", "User-declared"),
    text("evidence.heuristic", "Por indicios", "Heuristic"),
    text("evidence.os-reported", "Según el sistema", "OS-reported"),
    text("evidence.mdm-confirmed", "Confirmado por la gestión de dispositivos", "MDM-confirmed"),
    text("evidence.hardware-attested", "Atestado por el hardware", "Hardware-attested"),
    text("term.none", "ninguno", "none"),
    text("term.unknown-date", "no se sabe", "not known"),
    text("term.low", "bajo", "low"),
    text("term.medium", "medio", "medium"),
    text("term.high", "alto", "high"),
    text("term.per-user", "por usuario", "per user"),
    text("term.whole-disk", "disco entero", "whole disk"),
    text("term.user-declared", "declarado por la persona", "user-declared"),
    text("term.heuristic", "por indicios", "heuristic"),
    text("term.os-reported", "según el sistema", "OS-reported"),
    text("term.mdm-confirmed", "confirmado por la gestión de dispositivos", "MDM-confirmed"),
    text("term.hardware-attested", "atestado por el hardware", "hardware-attested"),
    text("term.two-step-verification", "verificación en dos pasos", "two-step verification"),
    text("term.linked-devices", "dispositivos vinculados revisados", "linked devices reviewed"),
    text("term.business-profile", "perfil de empresa completo", "complete business profile"),
    text("term.away-message", "mensaje de ausencia fuera de horario", "away message outside hours"),
    text("term.contact-consent", "consentimiento expreso de los contactos", "express consent of contacts"),
    text("term.su-binary", "un binario su", "an su binary"),
    text("term.root-manager", "un gestor de root", "a root manager"),
    text("term.test-keys", "claves de prueba", "test keys"),
    text("term.dangerous-property", "una propiedad de desarrollo", "a development property"),
    text("term.writable-system", "el sistema se puede escribir", "a writable system"),
    text("term.jailbreak-file", "un archivo de jailbreak", "a jailbreak file"),
    text("term.injected-library", "código inyectado", "injected code"),
    text("term.no-store", "fuera de las tiendas", "outside the stores"),
    text("term.android", "Android", "Android"),
    text("term.ios", "iOS", "iOS"),
    text("term.linux", "Linux", "Linux"),
    text("term.macos", "macOS", "macOS"),
    text("term.windows", "Windows", "Windows"),
];

const fn text(key: &'static str, es: &'static str, en: &'static str) -> Text {
    Text { key, es, en }
}
