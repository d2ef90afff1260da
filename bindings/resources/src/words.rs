//! The words of both apps' own screens, Spanish and English. Sentences about verdicts are not here: the core tells
//! those from its own table.
//!
//! Spanish says *tú*; words are plain, short and blame-free. `{name}` stands for a parameter.

use agent_core::judge::text::Text;

macro_rules! words {
    ($($key:literal: $es:literal, $en:literal;)*) => {
        /// Every text of the screens, by screen.
        pub const WORDS: &[Text] = &[$(Text { key: $key, es: $es, en: $en }),*];
    };
}

words! {
    "app_name": "Atalaya", "Atalaya";
    "back": "Atrás", "Back";
    "close": "Cerrar", "Close";
    "cancel": "Cancelar", "Cancel";
    "go_on": "Continuar", "Continue";
    "more": "Más opciones", "More options";

    // Status.
    "status_title": "Estado", "Status";
    "status_check_now": "Comprobar ahora", "Check now";
    "status_checking": "Comprobando…", "Checking…";
    "status_what_leaves": "Qué sale de aquí", "What leaves this phone";
    "status_checked": "Comprobado {when}", "Checked {when}";
    "status_sent": "enviado a {organisation} {when}", "sent to {organisation} {when}";
    "status_not_sent": "aún no enviado a {organisation}", "not sent to {organisation} yet";
    "status_next": "próxima vez hacia las {when}", "next time about {when}";
    "status_waiting": "Por enviar: {count}", "Waiting to be sent: {count}";
    "status_quiet": "Fuera de tu horario, hasta {when}, no se recoge ni se envía nada.",
        "Outside your hours, until {when}, nothing is collected or sent.";
    "status_quiet_rule": "Fuera de tu horario no se recoge ni se envía nada.",
        "Outside your hours nothing is collected or sent.";
    "status_paused": "En pausa hasta {when}. No se recoge ni se envía nada.",
        "Paused until {when}. Nothing is collected or sent.";
    "status_offline": "Sin conexión con el servidor. Esto es lo que sabe el teléfono.",
        "No connection to the server. This is what the phone itself knows.";
    "status_provisional": "Provisional: el servidor aún no lo ha confirmado.",
        "Provisional: the server has not confirmed it yet.";
    "status_nothing_to_do": "Nada que hacer", "Nothing to do";
    "status_more_to_fix": "También por arreglar", "Also to fix";
    "status_fine": "En orden", "Fine";
    "status_since": "Desde {when}", "Since {when}";
    "status_deadline": "Hasta {when}", "Until {when}";
    "status_why": "Por qué importa", "Why it matters";
    "status_how": "Cómo se arregla", "How to fix it";
    "status_evidence": "Lo dice: {who}", "Who says so: {who}";
    "status_not_read": "Aún no se ha comprobado nada.", "Nothing has been checked yet.";
    "status_left": "Este teléfono ya no está dado de alta en {organisation}. No se envía nada.",
        "This phone has left {organisation}. Nothing is sent.";
    "status_closed": "Tu empresa cerró el alta de este teléfono. No se envía nada, y lo que salió se puede ver aquí. Para volver, pide otro enlace.",
        "Your company closed this phone's enrolment. Nothing is sent, and what left can still be seen here. To join again, ask for a new link.";
    "status_key_lost": "La clave de este teléfono se ha perdido, por ejemplo al quitar el bloqueo. Hay que darlo de alta otra vez.",
        "This phone's key is gone, for example because the lock was removed. It must be enrolled again.";
    "status_clock": "La hora de este teléfono no es correcta. Activa la hora automática.",
        "This phone's clock is wrong. Turn on automatic time.";

    // The words beside the shapes.
    "shape_pass": "En orden", "Fine";
    "shape_nudge": "Consejo", "Advice";
    "shape_in_grace": "A tiempo de arreglarlo", "Time left to fix it";
    "shape_fail": "Por arreglar", "To fix";
    "shape_unknown": "No se sabe", "Not known";
    "shape_not_applicable": "No se pide aquí", "Not asked here";

    // The buttons that fix.
    "fix_screen_lock": "Poner un bloqueo", "Set a lock";
    "fix_encryption": "Abrir cifrado", "Open encryption";
    "fix_system": "Buscar actualizaciones", "Look for updates";
    "fix_update_business": "Actualizar WhatsApp Business", "Update WhatsApp Business";
    "fix_install_business": "Instalar WhatsApp Business", "Install WhatsApp Business";
    "fix_remove_whatsapp": "Abrir WhatsApp personal", "Open consumer WhatsApp";
    "fix_reinstall": "Abrir la tienda", "Open the store";
    "fix_developer": "Abrir opciones de desarrollador", "Open developer options";
    "fix_rules": "Leer las normas", "Read the rules";
    "fix_declare": "Responder", "Answer";
    "fix_ask": "Preguntar a IT", "Ask IT";
    "fix_nowhere": "Este teléfono no deja abrir esa página. Búscala en Ajustes.",
        "This phone cannot open that page. Look for it in Settings.";

    // What leaves.
    "leaves_title": "Qué sale de este teléfono", "What leaves this phone";
    "leaves_summary": "Enviado: {count}. Lo último, {when}.", "Sent: {count}. The last, {when}.";
    "leaves_nothing": "De este teléfono no ha salido nada.", "Nothing has left this phone.";
    "leaves_last": "El último informe, tal cual", "The last report, as it is";
    "leaves_all": "Todo lo enviado", "Everything that was sent";
    "leaves_who": "Quién puede verlo", "Who can see it";
    "leaves_who_text": "Las personas de IT de {organisation} que tienen permiso. Cada vez que alguien mira este teléfono queda anotado.",
        "The people of {organisation}'s IT who may. Each time somebody looks at this phone it is written down.";
    "leaves_never": "Lo que nunca se ve", "What can never be seen";
    "leaves_never_text": "Tus mensajes, contactos, fotos, llamadas, ubicación, número de teléfono, IMEI o número de serie, ni qué otras apps tienes.",
        "Your messages, contacts, photos, calls, location, phone number, IMEI or serial number, nor which other apps you have.";
    "leaves_exact": "Los bytes exactos", "The exact bytes";
    "leaves_copy": "Copiar", "Copy";
    "leaves_copied": "Copiado", "Copied";
    "leaves_kind_report": "Informe {number}", "Report {number}";
    "leaves_kind_challenge": "Petición de reto", "Request for a challenge";
    "leaves_kind_enrolment": "Alta", "Enrolment";
    "leaves_kind_statement": "Declaración", "Statement";
    "leaves_kind_evidence": "Prueba de hardware", "Hardware evidence";
    "leaves_kind_proof": "Petición de política o catálogo", "Request for policy or catalogue";
    "leaves_acknowledged": "recibido", "received";
    "leaves_refused": "rechazado ({code})", "refused ({code})";
    "leaves_no_answer": "sin respuesta", "no answer";

    // Rules and declarations.
    "rules_title": "Normas y declaraciones", "Rules and declarations";
    "rules_heading": "Normas de uso de WhatsApp en el trabajo", "Rules for WhatsApp at work";
    "rules_accept": "Las he leído y las acepto", "I have read and accept them";
    "rules_accepted": "Aceptadas el {when}", "Accepted on {when}";
    "rules_none": "Tu empresa no pide aceptar normas aquí.", "Your company asks for no rules here.";
    "declarations_heading": "Lo que solo tú sabes", "What only you know";
    "declarations_intro": "Nadie puede medirlo, así que se pregunta. Responde lo que es; también vale un no.",
        "Nobody can measure this, so you are asked. Answer as it is; a no is fine too.";
    "declarations_none": "Tu empresa no pregunta nada más.", "Your company asks nothing else.";
    "declaration_yes": "Sí, es así", "Yes, it is so";
    "declaration_no": "No, o no lo sé", "No, or I do not know";
    "declaration_answered_yes": "Sí, el {when}", "Yes, on {when}";
    "declaration_answered_no": "No, el {when}", "No, on {when}";
    "declaration_again": "Vuelve a responder antes de {when}", "Answer again before {when}";
    "declaration_two_step": "La verificación en dos pasos está activada", "Two-step verification is on";
    "declaration_two_step_how": "WhatsApp Business › Ajustes › Cuenta › Verificación en dos pasos.",
        "WhatsApp Business › Settings › Account › Two-step verification.";
    "declaration_linked": "He revisado los dispositivos vinculados", "I have looked through the linked devices";
    "declaration_linked_how": "WhatsApp Business › Dispositivos vinculados. Cierra los que no sean tuyos.",
        "WhatsApp Business › Linked devices. Log out those that are not yours.";
    "declaration_profile": "El perfil de empresa está completo", "The business profile is complete";
    "declaration_profile_how": "WhatsApp Business › Herramientas para la empresa › Perfil de empresa.",
        "WhatsApp Business › Business tools › Business profile.";
    "declaration_away": "Hay un mensaje de ausencia fuera del horario", "An away message is set outside hours";
    "declaration_away_how": "WhatsApp Business › Herramientas para la empresa › Mensaje de ausencia.",
        "WhatsApp Business › Business tools › Away message.";
    "declaration_consent": "Mis contactos dieron su consentimiento expreso", "My contacts gave their express consent";
    "declaration_consent_how": "Solo se escribe a quien dijo que sí a que se le escriba por WhatsApp.",
        "Only those are written to who said yes to being written to on WhatsApp.";

    // The notice.
    "notice_title": "Antes de empezar", "Before we begin";
    "notice_heading": "Qué verá {organisation}", "What {organisation} will see";
    "notice_accept": "Lo he leído", "I have read it";
    "notice_held": "Hasta que lo leas no sale nada de este teléfono.",
        "Until you have read it nothing leaves this phone.";
    "notice_accepted": "Leído el {when}", "Read on {when}";

    // Enrolment.
    "enrol_title": "Dar de alta este teléfono", "Enrol this phone";
    "enrol_intro": "Abre el enlace o el código QR que te ha dado tu empresa.",
        "Open the link or the QR code that your company gave you.";
    "enrol_paste": "Pegar el enlace", "Paste the link";
    "enrol_link_hint": "https://…/enrol#…", "https://…/enrol#…";
    "enrol_confirm": "¿Es este el servidor de tu empresa?", "Is this your company's server?";
    "enrol_confirm_text": "Este teléfono enviará su estado a {host}. Si no lo esperabas, no sigas.",
        "This phone will send its state to {host}. If you did not expect that, do not go on.";
    "enrol_yes": "Sí, es el de mi empresa", "Yes, it is my company's";
    "enrol_working": "Dando de alta…", "Enrolling…";
    "enrol_done": "Dado de alta en {organisation}", "Enrolled at {organisation}";
    "enrol_bad_link": "Ese enlace no es de alta. Cópialo entero, tal como te lo dieron.",
        "That is no enrolment link. Copy it whole, as it was given to you.";
    "enrol_refused": "El servidor no acepta este código. Pide otro a tu empresa.",
        "The server does not take this token. Ask your company for another.";
    "enrol_offline": "No se llega a {host}. Comprueba la conexión y vuelve a intentarlo.",
        "{host} cannot be reached. Check the connection and try again.";
    "enrol_untrusted": "{host} no ha demostrado ser quien dice. No se ha enviado nada.",
        "{host} did not prove who it is. Nothing was sent.";
    "enrol_again": "Volver a dar de alta", "Enrol again";
    "enrol_second": "Añadir otra empresa", "Add another company";

    // Settings and about.
    "settings_title": "Ajustes y acerca de", "Settings and about";
    "settings_organisation": "Organización", "Organisation";
    "settings_server": "Servidor", "Server";
    "settings_device": "Este teléfono", "This phone";
    "settings_group": "Grupo", "Group";
    "settings_policy": "Política", "Policy";
    "settings_contact": "A quién preguntar", "Whom to ask";
    "settings_privacy": "Aviso de privacidad", "Privacy notice";
    "settings_person": "Para tu empresa eres", "To your company you are";
    "settings_whatsapp": "Mirar qué WhatsApp hay en este teléfono", "Look which WhatsApp is on this phone";
    "settings_whatsapp_text": "Si dices que no, tu empresa verá que no se sabe.",
        "If you say no, your company sees that it is not known.";
    "settings_pause": "Pausar", "Pause";
    "settings_pause_text": "Para vacaciones o una baja: no se recoge ni se envía nada, y no cuenta en tu contra.",
        "For holidays or sick leave: nothing is collected or sent, and it does not count against you.";
    "settings_pause_until": "Hasta qué día", "Until which day";
    "settings_pause_begin": "Empezar la pausa", "Begin the pause";
    "settings_resume": "Terminar la pausa", "End the pause";
    "settings_pause_ends": "En pausa hasta {when}", "Paused until {when}";
    "settings_withdraw": "Darse de baja", "Withdraw";
    "settings_withdraw_text": "Se avisa a tu empresa, este teléfono deja de enviar y olvida lo que guardaba.",
        "Your company is told, this phone stops sending and forgets what it kept.";
    "settings_withdraw_closed": "Tu empresa ya cerró el alta: este teléfono olvida lo que guardaba.",
        "Your company has closed the enrolment already: this phone forgets what it kept.";
    "settings_withdraw_confirm": "¿Dar de baja este teléfono?", "Withdraw this phone?";
    "settings_withdrawn": "Este teléfono se ha dado de baja.", "This phone has withdrawn.";
    "settings_withdrawn_closed": "Este teléfono se ha dado de baja. Tu empresa ya había cerrado el alta, así que no hace falta avisarla.",
        "This phone has withdrawn. Your company had closed its enrolment already, so it need not be told.";
    "settings_withdrawn_untold": "Este teléfono se ha dado de baja, pero no se ha podido avisar a tu empresa: su clave se ha perdido, o el servidor ya no la conoce. A quién avisar: {contact}.",
        "This phone has withdrawn, but your company could not be told: its key is gone, or the server does not know it any more. Whom to tell: {contact}.";
    "settings_version": "Versión {version}", "Version {version}";
    "settings_licences": "Licencias", "Licences";

    // Notifications.
    "notify_channel": "Algo que arreglar", "Something to fix";
    "notify_title": "Hay algo que arreglar", "There is something to fix";
    "notify_text": "Abre Atalaya para ver qué es.", "Open Atalaya to see what it is.";
    "notify_enrol": "Hay que dar de alta este teléfono otra vez", "This phone must be enrolled again";
    "notify_closed": "Tu empresa cerró el alta de este teléfono", "Your company closed this phone's enrolment";

    // Which failed.
    "problem_storage": "Este teléfono no tiene sitio o no deja guardar. Libera espacio y vuelve a intentarlo.",
        "This phone has no room or does not let us keep things. Free some and try again.";
    "problem_outdated": "Hay una versión nueva de Atalaya que hace falta. Actualízala.",
        "A newer version of Atalaya is needed. Update it.";
    "problem_untrusted": "El servidor no ha demostrado ser el de tu empresa. Avisa a IT.",
        "The server did not prove that it is your company's. Tell IT.";
    "problem_key": "La clave de este teléfono no responde ahora. Vuelve a intentarlo en un rato.",
        "This phone's key does not answer just now. Try again in a while.";
    "problem_other": "Algo no ha ido bien ({code}). Avisa a IT.", "Something went wrong ({code}). Tell IT.";

    // Android: moments.
    "when_now": "ahora mismo", "just now";
    "when_minutes": "hace {count} min", "{count} min ago";
    "when_today": "a las {time}", "at {time}";
    "when_day": "el {day}", "on {day}";
    "when_next_day": "próxima vez el {day}", "next time on {day}";

    // Android: status.
    "status_row": "{title}. {word}. {what}", "{title}. {word}. {what}";
    "status_choose_company": "Ver {organisation}", "Show {organisation}";
    "status_settings": "Ajustes y acerca de", "Settings and about";
    "status_details": "Ver el detalle", "Show the detail";

    // Who says so. (Both shells.)
    "evidence_user_declared": "tú", "you";
    "evidence_heuristic": "un indicio", "a hint";
    "evidence_os_reported": "el sistema", "the system";
    "evidence_mdm_confirmed": "la gestión de tu empresa", "your company's management";
    "evidence_hardware_attested": "el propio chip", "the chip itself";

    // iOS: shapes and the ways that no app can open. Steps are apart by ` › `.
    "shape_stale": "Sin noticias", "Not heard from";
    "shape_quiet": "Fuera de horario", "Off hours";
    "steps_screen_lock": "Abre Ajustes › Toca Face ID y código, o Touch ID y código › Toca Activar código",
        "Open Settings › Tap Face ID & Passcode, or Touch ID & Passcode › Tap Turn Passcode On";
    "steps_encryption": "Abre Ajustes › Toca Face ID y código, o Touch ID y código › Toca Activar código: con él se cifra lo guardado",
        "Open Settings › Tap Face ID & Passcode, or Touch ID & Passcode › Tap Turn Passcode On: it encrypts what is stored";
    "steps_system": "Abre Ajustes › Toca General › Toca Actualización de software",
        "Open Settings › Tap General › Tap Software Update";
    "steps_remove_whatsapp": "Busca WhatsApp en la pantalla de inicio › Mantén pulsado su icono › Toca Eliminar app",
        "Find WhatsApp on the home screen › Keep its icon pressed › Tap Remove App";
    "steps_open_settings": "Abrir Ajustes", "Open Settings";
    "steps_title": "Paso a paso", "Step by step";

    // Android: what leaves.
    "leaves_show": "Ver los bytes exactos", "Show the exact bytes";
    "leaves_times": "Enviado {count} veces", "Sent {count} times";

    // Android: settings.
    "settings_no_contact": "El equipo de IT de {organisation}", "{organisation}'s IT team";
    "settings_notify": "Permitir avisos", "Allow notifications";
    "settings_licences_text": "Atalaya, Kotlin y sus corrutinas: Apache 2.0. JNA: Apache 2.0. UniFFI: MPL 2.0. Las demás bibliotecas de Rust: MIT, Apache 2.0, BSD, ISC, Unicode y Zlib.",
        "Atalaya, Kotlin and its coroutines: Apache 2.0. JNA: Apache 2.0. UniFFI: MPL 2.0. The other Rust libraries: MIT, Apache 2.0, BSD, ISC, Unicode and Zlib.";
    "said_offline": "Anotado. Se enviará cuando haya conexión.", "Noted. It will be sent when there is a connection.";
}
