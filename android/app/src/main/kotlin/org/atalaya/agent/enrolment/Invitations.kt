package org.atalaya.agent.enrolment

import android.content.Intent
import java.net.URI
import java.security.MessageDigest
import org.atalaya.core.AgentException
import org.atalaya.core.Invitation
import org.atalaya.core.readInvitation

/** What the person confirms. */
val Invitation.host: String get() = URI(server).let { if (it.port < 0) it.host else "${it.host}:${it.port}" }

/** Tells the enrolment that it makes from all others. The token is long and random, so a digest gives nothing away. */
internal val Invitation.name: String get() = digestOf("$server\n$token")

internal fun digestOf(text: String): String =
    MessageDigest.getInstance("SHA-256").digest(text.encodeToByteArray()).take(NAME_BYTES).joinToString("") { "%02x".format(it) }

/** What a person pasted: the whole link as it was handed out. Null when it is none. */
fun invitationOf(pasted: String): Invitation? = invitationOf(pasted, null)

/**
 * What the server's page hands over: `atalaya://enrol?server=…` and the token apart, so that no list of visited addresses
 * keeps it. Null when it is no invitation.
 */
fun invitationOf(intent: Intent): Invitation? {
    val server = intent.data?.takeIf { it.isHierarchical }?.getQueryParameter("server") ?: return null
    return invitationOf(intent.getStringExtra(TOKEN) ?: return null, server)
}

private fun invitationOf(given: String, server: String?): Invitation? =
    try {
        readInvitation(given, server)
    } catch (_: AgentException.BadInput) {
        null
    }

/** The extra of the page's intent that holds the token. */
const val TOKEN = "token"

private const val NAME_BYTES = 8
