package org.atalaya.agent.enrolment

import android.content.Context
import android.os.Build
import java.io.File
import java.security.MessageDigest
import org.atalaya.agent.key.DeviceKey
import org.atalaya.agent.key.KeystoreAttestation
import org.atalaya.agent.key.KeystoreSigner
import org.atalaya.agent.key.KeystoreSuccession
import org.atalaya.agent.managed.ManagedConfiguration
import org.atalaya.agent.net.SystemTransport
import org.atalaya.agent.probe.AndroidProbe
import org.atalaya.core.AgentException
import org.atalaya.core.Configuration
import org.atalaya.core.Invitation
import org.atalaya.core.Language
import org.atalaya.core.Platform
import org.atalaya.core.PostureAgent
import org.atalaya.core.Setup
import org.atalaya.core.WhatsApp

/** All enrolments of this phone; one object in the process. Its methods touch the disk: call them off the main thread. */
class Enrolments(private val context: Context, private val version: String) {
    private val open = mutableMapOf<String, Enrolled>()
    private val folder = File(context.filesDir, "enrolments")
    private val numbers = context.getSharedPreferences("enrolments", Context.MODE_PRIVATE)

    /** Those that a server answered, in the order in which they came. */
    @Synchronized
    fun all(): List<Enrolled> =
        folder.list().orEmpty().map(::opened).filter { it.agent.status(Language.EN).enrolment != null }.sortedBy { it.number }

    /** The enrolment with this name; null when there is none. */
    fun find(name: String?): Enrolled? = all().find { it.name == name }

    /** The enrolment whose jobs have this number; null when there is none any more. */
    fun ofNumber(number: Int): Enrolled? = all().find { it.number == number }

    /**
     * Enrols with this invitation. The same invitation has the same folder and key, so that a try after a lost answer
     * gets the same answer; one that the server refuses leaves nothing behind.
     */
    suspend fun enrol(invitation: Invitation, deviceRef: String?): Enrolled {
        val enrolled = synchronized(this) { opened(nameOf(invitation)) }
        enrolled.choices.server = invitation.server
        try {
            enrolled.agent.enrol(invitation.server, invitation.token, deviceRef)
        } catch (refused: AgentException) {
            when (refused) {
                is AgentException.Refused, is AgentException.BadInput, is AgentException.ServerUntrusted -> forget(enrolled)
                else -> Unit // It may have arrived: the key and the folder stay for the next try.
            }
            throw refused
        }
        enrolled.choices.keyLost = false
        // The one whose place it takes: it cannot sign any more.
        all().filter { it !== enrolled && it.choices.keyLost && it.choices.server == invitation.server }.forEach(::forget)
        return enrolled
    }

    /** Takes everything of this enrolment off the phone. The server was told before, or has told so itself. */
    @Synchronized
    fun forget(enrolled: Enrolled) {
        open.remove(enrolled.name)
        enrolled.agent.shutdown()
        enrolled.key.forget()
        enrolled.choices.forget()
        numbers.edit().remove(enrolled.name).commit()
        File(folder, enrolled.name).deleteRecursively()
    }

    /** Lets go of everything that is open; the next call opens it again. */
    @Synchronized
    fun close() {
        open.values.forEach { it.agent.shutdown() }
        open.clear()
    }

    private fun opened(name: String): Enrolled = open.getOrPut(name) {
        val key = DeviceKey(context, "atalaya-$name")
        val choices = Choices(context, name)
        val place = File(folder, name).apply { mkdirs() }
        val configuration = { configurationOf(context, choices.server) }
        val probe = AndroidProbe(context) {
            when ((configuration() ?: ManagedConfiguration.usual).checkWhatsapp) {
                WhatsApp.ALWAYS -> true
                WhatsApp.NEVER -> false
                WhatsApp.USER_DECIDES -> choices.lookForWhatsApp == true
            }
        }
        val userAgent = "Atalaya/$version (Android ${Build.VERSION.RELEASE})"
        val transport = SystemTransport(userAgent) { configuration()?.pinnedRoot }
        val agent = PostureAgent.open(
            Setup(folder = place.path, platform = Platform.ANDROID, agentVersion = version),
            probe,
            KeystoreSigner(key),
            KeystoreAttestation(key),
            KeystoreSuccession(key),
            transport,
        )
        Enrolled(name, numberOf(name), agent, key, choices)
    }

    private fun numberOf(name: String): Int {
        if (!numbers.contains(name)) {
            val next = numbers.getInt(NEXT, 1)
            numbers.edit().putInt(name, next).putInt(NEXT, next + 1).commit()
        }
        return numbers.getInt(name, 0)
    }

    // The token is long and random, so its digest gives nothing away.
    private fun nameOf(invitation: Invitation): String {
        val both = "${invitation.server}\n${invitation.token}".encodeToByteArray()
        return MessageDigest.getInstance("SHA-256").digest(both).take(NAME_BYTES).joinToString("") { "%02x".format(it) }
    }

    companion object {
        /** What device management says about the employer behind this server; null when it says nothing. */
        fun configurationOf(context: Context, server: String?): Configuration? {
            val all = ManagedConfiguration(context).read()
            return all.find { it.serverUrl != null && it.serverUrl == server } ?: all.find { it.serverUrl == null }
        }

        private const val NEXT = "next"
        private const val NAME_BYTES = 8
    }
}
