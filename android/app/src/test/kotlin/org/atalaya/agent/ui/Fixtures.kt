package org.atalaya.agent.ui

import java.time.Duration
import java.time.Instant
import org.atalaya.core.Check
import org.atalaya.core.CheckVerdict
import org.atalaya.core.Declaration
import org.atalaya.core.DeclarationStatus
import org.atalaya.core.DeviceState
import org.atalaya.core.EnrolmentStatus
import org.atalaya.core.Evidence
import org.atalaya.core.LedgerEntry
import org.atalaya.core.Outcome
import org.atalaya.core.Paper
import org.atalaya.core.Posture
import org.atalaya.core.Problem
import org.atalaya.core.Remediation
import org.atalaya.core.Sent
import org.atalaya.core.Severity
import org.atalaya.core.Status
import org.atalaya.core.Verdict

/** A phone of an invented clinic, as the core would tell it. */
internal class Fixtures(private val es: Boolean) {
    val now: Instant = Instant.parse("2026-11-24T10:42:00Z")

    private fun t(es: String, en: String): String = if (this.es) es else en

    private fun check(
        check: Check,
        verdict: Verdict,
        title: String,
        what: String,
        why: String,
        fix: String? = null,
        remediation: Remediation = Remediation.NONE,
        inGrace: Boolean = false,
        deadline: Instant? = null,
    ) = CheckVerdict(
        check = check,
        verdict = verdict,
        severity = if (verdict == Verdict.NUDGE) Severity.NUDGE else Severity.FAIL,
        counted = verdict != Verdict.NUDGE,
        inGrace = inGrace,
        reason = "invented",
        title = title,
        what = what,
        why = why,
        fix = fix,
        remediation = remediation,
        since = now.minus(Duration.ofDays(4)),
        deadline = deadline,
        evidence = Evidence.OS_REPORTED,
    )

    private val business = check(
        Check.WHATSAPP_BUSINESS,
        Verdict.FAIL,
        "WhatsApp Business",
        t("Tu versión (2.26.14.2) tiene un fallo de seguridad conocido.", "Your version (2.26.14.2) has a known security flaw."),
        t("En el trabajo se usa solo WhatsApp Business y siempre al día.", "At work only WhatsApp Business is used, and always up to date."),
        t("Actualiza WhatsApp Business. Se tarda un minuto.", "Update WhatsApp Business. It takes a minute."),
        Remediation.UPDATE_WHATSAPP_BUSINESS,
    )
    private val lock = check(
        Check.SCREEN_LOCK,
        Verdict.FAIL,
        t("Bloqueo de pantalla", "Screen lock"),
        t("No hay bloqueo de pantalla.", "No screen lock is set."),
        t("Sin bloqueo, quien coge el teléfono lee tus conversaciones.", "Without a lock, whoever picks up the phone reads your conversations."),
        t("Pon un PIN de seis cifras o más. Se tarda un minuto.", "Set a PIN of six digits or more. It takes a minute."),
        Remediation.SET_SCREEN_LOCK,
        inGrace = true,
        deadline = now.plus(Duration.ofDays(2)),
    )
    private val consumer = check(
        Check.WHATSAPP_CONSUMER,
        Verdict.NUDGE,
        t("WhatsApp personal", "Consumer WhatsApp"),
        t("También está instalado. Usa solo el de empresa.", "It is installed, too. Use only the business one."),
        t("Con las dos apps es fácil escribir a un cliente desde la equivocada.", "With both apps it is easy to write to a customer from the wrong one."),
        t("Quita WhatsApp personal de este perfil. Se tarda un minuto.", "Remove the consumer WhatsApp from this profile. It takes a minute."),
        Remediation.REMOVE_WHATSAPP,
    )
    private val integrity = check(
        Check.DEVICE_INTEGRITY,
        Verdict.UNKNOWN,
        t("Integridad del sistema", "System integrity"),
        t("El sistema no deja que ninguna app lo lea.", "The system lets no app read this."),
        t("En un sistema modificado ninguna otra protección es segura.", "On a modified system no other protection is certain."),
    )
    private val fine = listOf(
        check(Check.DEVICE_ENCRYPTION, Verdict.PASS, t("Cifrado", "Device encryption"), t("Lo que guardas está cifrado y atado al bloqueo.", "What you keep is encrypted and bound to the lock."), t("Si el dispositivo se pierde, nadie puede leer lo que guarda.", "If the device is lost, nobody can read what it holds.")),
        check(Check.SCREEN_LOCK, Verdict.PASS, t("Bloqueo de pantalla", "Screen lock"), t("Puesto, con nivel alto.", "Set, of high quality."), t("Sin bloqueo, quien coge el teléfono lee tus conversaciones.", "Without a lock, whoever picks up the phone reads your conversations.")),
        check(Check.OS_VERSION, Verdict.PASS, t("Sistema", "Operating system"), t("Android 16, al día para este modelo.", "Android 16, up to date for this model."), t("Un sistema sin actualizar tiene fallos conocidos que otros aprovechan.", "An outdated system has known flaws that others use.")),
        check(Check.SECURITY_PATCH, Verdict.PASS, t("Parche de seguridad", "Security patch"), t("Octubre de 2026.", "October 2026."), t("Cada parche cierra fallos que ya son públicos.", "Each patch closes flaws that are already public.")),
        check(Check.USAGE_RULES, Verdict.PASS, t("Normas de uso", "Rules of use"), t("Aceptadas el 2 de septiembre.", "Accepted on 2 September."), t("Las normas os protegen a ti y a las personas a las que escribes.", "The rules protect you and the people you write to.")),
    )

    val failing = status(DeviceState.NOT_COMPLIANT, t("Hay algo que arreglar", "There is something to fix"), listOf(business, consumer) + fine)
    val several = status(
        DeviceState.NOT_COMPLIANT,
        t("Hay dos cosas que arreglar", "There are two things to fix"),
        listOf(business, lock, consumer, integrity) + fine.filter { it.check != Check.SCREEN_LOCK },
    ).copy(
        quietUntil = Instant.parse("2026-11-25T08:00:00Z"),
        waiting = 2u,
        sentAt = null,
        posture = Posture(DeviceState.NOT_COMPLIANT, true, now, listOf(business, lock, consumer, integrity) + fine.drop(2)),
        problems = listOf(Problem("offline", t("No se llega al servidor desde las 09:31.", "The server has not been reached since 09:31."), now)),
    )
    val grace = status(DeviceState.IN_GRACE, t("Hay tiempo para arreglarlo", "There is time to fix it"), listOf(lock) + fine.filter { it.check != Check.SCREEN_LOCK })
    val well = status(DeviceState.COMPLIANT, t("Todo en orden", "All is well"), listOf(consumer) + fine)
    val unread = status(DeviceState.UNKNOWN, t("Aún no se sabe", "Not known yet"), emptyList()).copy(posture = null, checkedAt = null, sentAt = null)
    val left = status(DeviceState.STALE, t("Dado de baja", "Withdrawn"), fine).let { it.copy(enrolment = it.enrolment?.copy(left = true)) }
    val closed = left.let { it.copy(enrolment = it.enrolment?.copy(closed = true)) }
    val paused = well.copy(pausedUntil = Instant.parse("2026-12-09T00:00:00Z"))
    val toRead = unread.copy(
        notice = Paper(
            2u,
            t(
                "Clínica Levante mira si este teléfono está protegido para usar WhatsApp Business: cifrado, bloqueo, sistema y versión de la app. No ve mensajes, contactos, fotos ni ubicación.\n\nLo ven las personas de IT. Puedes ver aquí todo lo que sale y darte de baja cuando quieras.",
                "Clínica Levante looks whether this phone is protected for using WhatsApp Business: encryption, lock, system and the app's version. It sees no messages, contacts, photos or location.\n\nThe people of IT see it. You can see here all that leaves and withdraw whenever you like.",
            ),
            null,
            pending = true,
        ),
    )
    val asked = well.copy(
        usageRules = Paper(
            3u,
            t(
                "1. Escribe solo a quien dijo que sí.\n2. Nada de datos de salud por WhatsApp.\n3. Usa WhatsApp Business, no el personal.\n4. Si pierdes el teléfono, avisa enseguida.",
                "1. Write only to who said yes.\n2. No health data over WhatsApp.\n3. Use WhatsApp Business, not the consumer one.\n4. When you lose the phone, tell at once.",
            ),
            null,
            pending = true,
        ),
        declarations = listOf(
            DeclarationStatus(Declaration.TWO_STEP_VERIFICATION, true, "2026-09-02", "2027-03-01", false),
            DeclarationStatus(Declaration.LINKED_DEVICES, null, null, null, true),
            DeclarationStatus(Declaration.AWAY_MESSAGE, false, "2026-10-20", null, false),
        ),
    )
    val ledger = listOf(
        entry(Sent.ENROLMENT, null, "/v1/enrolments", Duration.ofDays(80), Outcome.Acknowledged),
        entry(Sent.STATEMENT, 1uL, "/v1/statements", Duration.ofDays(80), Outcome.Acknowledged),
        entry(Sent.REPORT, 311uL, "/v1/reports", Duration.ofHours(7), Outcome.Unknown),
        entry(Sent.REPORT, 312uL, "/v1/reports", Duration.ofMinutes(72), Outcome.Acknowledged),
    )

    private fun entry(kind: Sent, number: ULong?, path: String, ago: Duration, outcome: Outcome) = LedgerEntry(
        kind = kind,
        sequence = number,
        to = "https://atalaya.clinica-levante.example$path",
        sent = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0YWxheWEtcmVwb3J0K2p3cyJ9.eyJzY2hlbWEiOiJyZXBvcnQvdjEifQ.bm9uZQ",
        says = """{"schema":"report/v1","device":"01KAQ8Z2M4T6V8X0B2D4F6H8JA","sequence":${number ?: 0},"at":"2026-11-24T09:30:00Z",""" +
            """"content":{"full":{"state":"not-compliant","facts":{"platform":"android","model":{"value":"Pixel 8","evidence":"os-reported"},""" +
            """"screenLock":{"value":true,"evidence":"os-reported"},"bootState":{"unknown":"platform-forbids"}}}}}""",
        firstAt = now.minus(ago),
        lastAt = now.minus(ago),
        times = if (outcome == Outcome.Unknown) 3u else 1u,
        outcome = outcome,
        answeredAt = null,
    )

    private fun status(state: DeviceState, headline: String, checks: List<CheckVerdict>) = Status(
        enrolment = EnrolmentStatus(
            "https://atalaya.clinica-levante.example",
            "Clínica Levante",
            "01KAQ8Z2M4T6V8X0B2D4F6H8JA",
            now.minus(Duration.ofDays(80)),
            left = false,
            closed = false,
        ),
        headline = headline,
        posture = Posture(state, false, now, checks),
        checkedAt = now.minus(Duration.ofMinutes(12)),
        sentAt = now.minus(Duration.ofMinutes(72)),
        nextAt = now.plus(Duration.ofHours(5)),
        quietUntil = null,
        pausedUntil = null,
        waiting = 0u,
        notice = null,
        usageRules = null,
        declarations = emptyList(),
        withdraws = false,
        problems = emptyList(),
    )
}
