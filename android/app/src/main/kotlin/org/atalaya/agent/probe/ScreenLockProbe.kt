package org.atalaya.agent.probe

import android.app.KeyguardManager
import android.content.Context
import org.atalaya.core.FlagReading
import org.atalaya.core.UnknownReason

/** Whether a PIN, pattern or password is set. Not `isKeyguardSecure`: that one is content with a locked SIM. */
internal class ScreenLockProbe(private val context: Context) {
    fun read(): FlagReading {
        val manager = context.getSystemService(KeyguardManager::class.java)
            ?: return unknownFlag(UnknownReason.NOT_SUPPORTED)
        return known(manager.isDeviceSecure)
    }
}
