package org.atalaya.agent.probe

import android.os.Build
import org.atalaya.core.TextReading

/** Android's version as people know it. A vendor writes the text, so the core parses it and may not understand it. */
internal object OsVersionProbe {
    fun read(): TextReading = printed(Build.VERSION.RELEASE)
}
