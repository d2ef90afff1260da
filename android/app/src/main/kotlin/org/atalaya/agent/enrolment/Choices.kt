package org.atalaya.agent.enrolment

import android.content.Context
import java.time.Instant

/** What this app itself remembers of one enrolment, beside what the core keeps. */
class Choices(context: Context, name: String) {
    private val kept = context.getSharedPreferences("enrolment-$name", Context.MODE_PRIVATE)

    /** The server that this enrolment is with, or is being made with. */
    var server: String?
        get() = kept.getString(SERVER, null)
        set(value) = kept.edit().putString(SERVER, value).apply()

    /** Whether the person lets this app look for WhatsApp, where the company leaves it to them; null before they said. */
    var lookForWhatsApp: Boolean?
        get() = if (kept.contains(LOOK)) kept.getBoolean(LOOK, false) else null
        set(value) = kept.edit().run { if (value == null) remove(LOOK) else putBoolean(LOOK, value) }.apply()

    /** When the person was last notified. */
    var notifiedAt: Instant?
        get() = kept.getLong(NOTIFIED, 0).takeIf { it > 0 }?.let(Instant::ofEpochMilli)
        set(value) = kept.edit().putLong(NOTIFIED, value?.toEpochMilli() ?: 0).apply()

    /** Whether the key is known to be gone, so that the person can be told. */
    var keyLost: Boolean
        get() = kept.getBoolean(KEY_LOST, false)
        set(value) = kept.edit().putBoolean(KEY_LOST, value).apply()

    fun forget() {
        kept.edit().clear().commit()
    }

    private companion object {
        const val SERVER = "server"
        const val LOOK = "look-for-whatsapp"
        const val NOTIFIED = "notified-at"
        const val KEY_LOST = "key-lost"
    }
}
