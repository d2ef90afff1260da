package org.atalaya.agent.enrolment

import android.app.NotificationManager
import android.content.Context
import android.os.Build
import java.io.File
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
    private val left = Left(context)

    /** Those that a server answered, in the order in which they came. One that cannot be read keeps no other back. */
    fun all(): List<Enrolled> = look().first

    /** The same, and those that cannot be read now. */
    @Synchronized
    fun look(): Pair<List<Enrolled>, List<Damaged>> {
        val damaged = mutableListOf<Damaged>()
        val all = folder.list().orEmpty().mapNotNull { read(it, damaged) }
        return all.sortedBy { it.number } to damaged.sortedBy { it.number }
    }

    /** The enrolment with this name; null when there is none. */
    fun find(name: String?): Enrolled? = all().find { it.name == name }

    /** The enrolment whose jobs have this number; null when there is none any more. */
    fun ofNumber(number: Int): Enrolled? = all().find { it.number == number }

    /**
     * Enrols with this invitation. The same invitation has the same folder and key, so that a try after a lost answer
     * gets the same answer; one that the server refuses leaves nothing behind. An enrolment that stands is left alone:
     * another try would begin with another key.
     *
     * @param configuration the administrator's that the invitation came with; null when a person handed it in.
     */
    suspend fun enrol(invitation: Invitation, configuration: Configuration?): Enrolled {
        val isFirstTry = !File(folder, invitation.name).exists()
        val enrolled = synchronized(this) { opened(invitation.name) }
        val now = enrolled.agent.status(Language.EN)
        val before = now.enrolment
        val stands = before != null && !now.isTakenOut && !enrolled.choices.keyLost
        if (!stands) ask(enrolled, invitation, configuration?.deviceRef, isFirstTry, wasKnown = before != null)
        enrolled.choices.keyLost = false
        configuration?.let(enrolled.choices::spokenFor)
        takePlace(enrolled)
        if (!stands) left.lift(invitation.name, enrolled.choices)
        return enrolled
    }

    private suspend fun ask(enrolled: Enrolled, invitation: Invitation, deviceRef: String?, isFirstTry: Boolean, wasKnown: Boolean) {
        enrolled.choices.server = invitation.server
        try {
            enrolled.agent.enrol(invitation.server, invitation.token, deviceRef)
        } catch (refused: AgentException) {
            val leavesNothing = when (refused) {
                is AgentException.Refused, is AgentException.BadInput -> !wasKnown
                // An earlier try may have arrived at the server that is now not to be seen.
                is AgentException.ServerUntrusted -> isFirstTry
                else -> false // It may have arrived: the key and the folder stay for the next try.
            }
            if (leavesNothing) forget(enrolled)
            throw refused
        }
    }

    // Of the one with the same employer that cannot sign any more, or that is taken out. Others on the same server are others'.
    private fun takePlace(enrolled: Enrolled) {
        val now = enrolled.choices
        all().filter { it !== enrolled && (it.choices.keyLost || it.choices.takenOut) }
            .filter { it.choices.server == now.server && it.choices.organisation == now.organisation }
            .forEach(::forget)
    }

    /** Which administrator's configuration is about which enrolment, as both stand now. */
    fun pairing(): Pairing {
        all()
        return Pairing(ManagedConfiguration(context).read(), known(), left.names())
    }

    /** Keeps what each administrator calls its employer, so that it is known again by another token. */
    fun remember(pairing: Pairing) = all().forEach { it.choices.spokenFor(pairing.ownOf(it.name)) }

    /** Remembers that the person leaves, so that no invitation that this enrolment had brings them back by itself. */
    fun noteLeaving(enrolled: Enrolled) = left.note(enrolled.choices)

    /** Takes everything of this enrolment off the phone. The server was told before, or has told so itself. */
    @Synchronized
    fun forget(enrolled: Enrolled) {
        open.remove(enrolled.name)
        enrolled.agent.shutdown()
        context.getSystemService(NotificationManager::class.java).cancel(enrolled.number)
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
        val says = { asked(choices) { configurationOf(it) } }
        val probe = AndroidProbe(context) {
            when ((says() ?: ManagedConfiguration.usual).checkWhatsapp) {
                WhatsApp.ALWAYS -> true
                WhatsApp.NEVER -> false
                WhatsApp.USER_DECIDES -> choices.lookForWhatsApp == true
            }
        }
        val userAgent = "Atalaya/$version (Android ${Build.VERSION.RELEASE})"
        val transport = SystemTransport(userAgent) { asked(choices) { rootOf(it) } }
        val agent = PostureAgent.open(
            Setup(folder = place.path, platform = Platform.ANDROID, agentVersion = version),
            probe,
            KeystoreSigner(key),
            KeystoreAttestation(key),
            KeystoreSuccession(key),
            transport,
        )
        Enrolled(name, numberOf(name), agent, key, choices, says)
    }

    private fun read(name: String, damaged: MutableList<Damaged>): Enrolled? =
        try {
            opened(name).takeIf(::isAnswered)
        } catch (failure: AgentException) {
            damaged += Damaged(numbers.getInt(name, 0), Choices(context, name).organisation, failure)
            null
        }

    private fun isAnswered(one: Enrolled): Boolean {
        val status = one.agent.status(Language.EN)
        val organisation = status.enrolment?.organisation
        if (one.choices.organisation != organisation) one.choices.organisation = organisation
        if (one.choices.takenOut != status.isTakenOut) one.choices.takenOut = status.isTakenOut
        return organisation != null
    }

    // Asked while the core calls its transport or its probe, so the core is not asked back, and asked also about an
    // enrolment that is only being made.
    private fun <T> asked(choices: Choices, ask: Pairing.(Known) -> T): T {
        val one = choices.known()
        val others = known().filter { it.name != one.name }
        return Pairing(ManagedConfiguration(context).read(), (others + one).inOrder(), left.names()).ask(one)
    }

    // Those that a server answered, in the order in which they came.
    private fun known(): List<Known> =
        folder.list().orEmpty().map { Choices(context, it).known() }.filter { it.organisation != null }.inOrder()

    private fun List<Known>.inOrder(): List<Known> = sortedBy { numbers.getInt(it.name, 0) }

    private fun numberOf(name: String): Int {
        if (!numbers.contains(name)) {
            val next = numbers.getInt(NEXT, 1)
            numbers.edit().putInt(name, next).putInt(NEXT, next + 1).commit()
        }
        return numbers.getInt(name, 0)
    }

    private companion object {
        const val NEXT = "next"
    }
}
