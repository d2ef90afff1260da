package org.atalaya.agent.managed

import org.atalaya.agent.enrolment.Invitation

/** What one administrator's device management hands to this app. Nothing of it leaves but the token and `device_ref`. */
class Configuration(
    val invitation: Invitation?,
    val serverUrl: String?,
    val deviceRef: String?,
    val userRef: String?,
    val orgName: String?,
    val supportContact: String?,
    val privacyUrl: String?,
    val group: String?,
    val reportIntervalHours: Int,
    val checkWhatsapp: LookForWhatsApp,
    val pinnedRoot: String?,
    val uiLocale: String?,
    val version: String,
    /** The keys whose values cannot be used. Never the values: they may be secrets. */
    val faults: List<String>,
) {
    override fun toString(): String = "Configuration(version $version)"

    companion object {
        const val USUAL_INTERVAL_HOURS = 6

        /** Reads flat keys with texts. What cannot be used counts as not written and is named in [faults]. */
        fun of(entries: Map<String, String>): Configuration {
            val faults = mutableListOf<String>()
            val written = entries.mapValues { it.value.trim() }.filterValues { it.isNotEmpty() }
            faults += written.keys.filter { it !in KEYS }.map { key -> key.filter { it.isLetterOrDigit() || it == '_' }.take(40) }

            fun <T> read(key: String, fits: (String) -> T?): T? {
                val value = written[key] ?: return null
                return fits(value).also { if (it == null) faults += key }
            }

            fun line(key: String, longest: Int) = read(key) { it.takeIf { it.length <= longest && it.none(Char::isISOControl) } }
            val serverUrl = read("server_url") { it.trimEnd('/').takeIf { url -> Invitation.of(url, ANY_TOKEN) != null } }
            val invitation = read("enrolment_token") { Invitation.of(serverUrl, it) }
            return Configuration(
                invitation = invitation,
                serverUrl = serverUrl ?: invitation?.server,
                deviceRef = line("device_ref", 120),
                userRef = line("user_ref", 120),
                orgName = line("org_name", 120),
                supportContact = line("support_contact", 200),
                privacyUrl = read("privacy_url") { it.takeIf { it.startsWith("https://") && it.length <= 300 } },
                group = line("group", 60),
                reportIntervalHours = read("report_interval_hours") { it.toIntOrNull()?.takeIf { hours -> hours in 1..24 } }
                    ?: USUAL_INTERVAL_HOURS,
                checkWhatsapp = read("check_whatsapp") { word -> LookForWhatsApp.entries.find { it.word == word } }
                    ?: LookForWhatsApp.ALWAYS,
                pinnedRoot = read("pinned_root") { it.takeIf(::isCertificate) },
                uiLocale = read("ui_locale") { it.takeIf { it in setOf("system", "es", "en") } }.takeIf { it != "system" },
                version = read("config_version") { it.toUIntOrNull()?.takeIf { number -> number > 0u } }?.toString() ?: "1",
                faults = faults,
            )
        }

        private fun isCertificate(text: String): Boolean =
            text.length <= 16 * 1024 && text.startsWith("-----BEGIN CERTIFICATE-----") &&
                text.endsWith("-----END CERTIFICATE-----") && text.split("-----BEGIN").size == 2

        private val KEYS = setOf(
            "server_url", "enrolment_token", "device_ref", "user_ref", "org_name", "support_contact", "privacy_url", "group",
            "report_interval_hours", "check_whatsapp", "pinned_root", "ui_locale", "config_version",
        )
        private const val ANY_TOKEN = "00000000000000000000000000"
    }
}

/** Whether this app may look for WhatsApp. */
enum class LookForWhatsApp(val word: String) {
    /** Whenever the policy asks. */
    ALWAYS("always"),

    /** Not on this phone. */
    NEVER("never"),

    /** As the person says in the app. */
    USER_DECIDES("user-decides"),
}
