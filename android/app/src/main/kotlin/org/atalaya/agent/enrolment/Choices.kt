package org.atalaya.agent.enrolment

import android.content.Context
import java.time.Instant
import org.atalaya.core.Configuration

/** What this app itself remembers of one enrolment, beside what the core keeps. */
class Choices(context: Context, private val name: String) {
    private val kept = context.getSharedPreferences("enrolment-$name", Context.MODE_PRIVATE)

    /** The server that this enrolment is with, or is being made with. */
    var server: String?
        get() = kept.getString(SERVER, null)
        set(value) = kept.edit().putString(SERVER, value).apply()

    /** The organisation as the server calls it; null before it has answered. */
    var organisation: String?
        get() = kept.getString(ORGANISATION, null)
        set(value) = kept.edit().putString(ORGANISATION, value).apply()

    /** Whether the server has taken this phone out. */
    var takenOut: Boolean
        get() = kept.getBoolean(TAKEN_OUT, false)
        set(value) = kept.edit().putBoolean(TAKEN_OUT, value).apply()

    /** The server took a report of this phone, so whatever its administrator gave until now is no new invitation. */
    internal fun letIn() {
        kept.getString(INVITED, null)?.let { kept.edit().putString(STOOD, it).apply() }
    }

    /** What tells whose enrolment it is. */
    internal fun known(): Known {
        val said = Marks(kept.getString(SAID_NAME, null), kept.getString(SAID_DEVICE, null), kept.getString(SAID_GROUP, null))
        return Known(
            name,
            server,
            organisation,
            invited = kept.getString(if (takenOut) STOOD else INVITED, null),
            said = said.takeIf { kept.contains(FORSAKEN) },
            forsaken = kept.getBoolean(FORSAKEN, false),
            takenOut = takenOut,
        )
    }

    /** The names of the invitations that it was made with, and that its administrator gave last. */
    internal fun invitations(): List<String> = listOfNotNull(name, kept.getString(INVITED, null))

    /** Its administrator says this now; null when the configuration of the one that it had is gone. */
    internal fun spokenFor(configuration: Configuration?) {
        val edit = kept.edit()
        if (configuration == null) {
            if (kept.contains(FORSAKEN)) edit.putBoolean(FORSAKEN, true).apply()
            return
        }
        val said = Marks.of(configuration)
        edit.putString(SAID_NAME, said.organisation).putString(SAID_DEVICE, said.deviceRef).putString(SAID_GROUP, said.group)
        // One that leaves its token out later gave it all the same.
        configuration.invitation?.let { edit.putString(INVITED, it.name) }
        edit.putBoolean(FORSAKEN, false).apply()
    }

    /** Whether the person lets this app look for WhatsApp, where the company leaves it to them; null before they said. */
    var lookForWhatsApp: Boolean?
        get() = if (kept.contains(LOOK)) kept.getBoolean(LOOK, false) else null
        set(value) = kept.edit().run { if (value == null) remove(LOOK) else putBoolean(LOOK, value) }.apply()

    /** When the person was last notified. */
    var notifiedAt: Instant?
        get() = kept.getLong(NOTIFIED, 0).takeIf { it > 0 }?.let(Instant::ofEpochMilli)
        set(value) = kept.edit().putLong(NOTIFIED, value?.toEpochMilli() ?: 0).apply()

    /** Whether the person was notified that the company closed this enrolment. */
    var toldOfClosing: Boolean
        get() = kept.getBoolean(TOLD_OF_CLOSING, false)
        set(value) = kept.edit().putBoolean(TOLD_OF_CLOSING, value).apply()

    /** Whether the key is known to be gone, so that the person can be told. */
    var keyLost: Boolean
        get() = kept.getBoolean(KEY_LOST, false)
        set(value) = kept.edit().putBoolean(KEY_LOST, value).apply()

    fun forget() {
        kept.edit().clear().commit()
    }

    private companion object {
        const val SERVER = "server"
        const val ORGANISATION = "organisation"
        const val INVITED = "invited"
        const val STOOD = "stood"
        const val TAKEN_OUT = "taken-out"
        const val SAID_NAME = "said-name"
        const val SAID_DEVICE = "said-device"
        const val SAID_GROUP = "said-group"

        // There only where an administrator has spoken.
        const val FORSAKEN = "forsaken"
        const val LOOK = "look-for-whatsapp"
        const val NOTIFIED = "notified-at"
        const val TOLD_OF_CLOSING = "told-of-closing"
        const val KEY_LOST = "key-lost"
    }
}
