package org.atalaya.agent.enrolment

import java.net.URI
import java.net.URISyntaxException

/**
 * Where to enrol, and with what: what a link or managed configuration says. The token is a secret and is never printed.
 */
class Invitation private constructor(val server: String, val token: String) {
    /** What the person confirms. */
    val host: String get() = URI(server).let { if (it.port < 0) it.host else "${it.host}:${it.port}" }

    override fun toString(): String = "Invitation($host)"

    companion object {
        /**
         * Of a whole link, `https://HOST/enrol#TOKEN` as it is handed out or `atalaya://enrol?server=…#TOKEN` as the
         * server's page hands it to this app. Null when it is neither.
         */
        fun ofLink(link: String): Invitation? {
            val uri = parsed(link.trim()) ?: return null
            val token = uri.rawFragment ?: return null
            val server = when (uri.scheme?.lowercase()) {
                "atalaya" -> uri.query?.split('&')?.firstOrNull { it.startsWith("server=") }?.removePrefix("server=")
                else -> link.trim().substringBefore('#').trimEnd('/').removeSuffix("/enrol")
            }
            return server?.let { of(it, token) }
        }

        /** Of a server and a token, which may itself be the whole link to that server. */
        fun of(server: String?, token: String): Invitation? {
            if ('#' in token) return ofLink(token)?.takeIf { server == null || it.server == server.trim().trimEnd('/') }
            val address = server?.trim()?.trimEnd('/')?.takeIf(::isAddress) ?: return null
            val letters = token.trim().filter { it != '-' }
            return if (letters.length == TOKEN && letters.all { it.isLetterOrDigit() }) Invitation(address, letters) else null
        }

        /** HTTPS, or plain HTTP to this very machine; no user, no query, no fragment. */
        private fun isAddress(text: String): Boolean {
            val uri = parsed(text) ?: return false
            val local = uri.host in setOf("127.0.0.1", "localhost", "[::1]")
            val scheme = uri.scheme?.lowercase()
            return (scheme == "https" || scheme == "http" && local) && !uri.host.isNullOrEmpty() &&
                uri.rawUserInfo == null && uri.rawQuery == null && uri.rawFragment == null
        }

        private fun parsed(text: String): URI? =
            try {
                URI(text)
            } catch (_: URISyntaxException) {
                null
            }

        private const val TOKEN = 26
    }
}
