package org.atalaya.agent.probe

import android.os.Build
import org.atalaya.core.TextReading

/** The hardware model, as its maker prints it. */
internal object ModelProbe {
    fun read(): TextReading = printed(Build.MODEL)
}
