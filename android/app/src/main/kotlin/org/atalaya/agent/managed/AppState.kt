package org.atalaya.agent.managed

import android.os.Bundle

/** One thing that device management is told of this app: a key, and a word. Never personal data. */
data class AppState(val key: String, val message: String, val isError: Boolean = false) {
    /** As the protocol of keyed app states wants it. */
    internal fun bundle(): Bundle = Bundle().apply {
        putString("$PREFIX.APP_STATE_KEY", key.take(LONGEST_KEY))
        putInt("$PREFIX.APP_STATE_SEVERITY", if (isError) ERROR else INFO)
        putString("$PREFIX.APP_STATE_MESSAGE", message.take(LONGEST_TEXT))
        putString("$PREFIX.APP_STATE_DATA", message.take(LONGEST_TEXT))
    }

    internal companion object {
        const val PREFIX = "androidx.enterprise.feedback"
        const val INFO = 1
        const val ERROR = 2
        const val LONGEST_KEY = 100
        const val LONGEST_TEXT = 1000
    }
}
