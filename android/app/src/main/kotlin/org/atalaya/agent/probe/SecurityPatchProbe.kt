package org.atalaya.agent.probe

import android.content.Context
import android.os.Build
import android.os.SecurityStateManager
import java.time.LocalDate
import java.time.format.DateTimeParseException
import org.atalaya.core.TextReading
import org.atalaya.core.UnknownReason

/**
 * The day of the system's security patch. Since Android 15 the security state knows it too, and is the one that a
 * module update moves. The vendor's and the kernel's levels stand there as well; no check asks for them, so they stay.
 */
internal class SecurityPatchProbe(private val context: Context) {
    fun read(): TextReading {
        val day = ofSecurityState() ?: dayOf(Build.VERSION.SECURITY_PATCH)
        return if (day == null) unknownText(UnknownReason.PROBE_FAILED) else known(day)
    }

    private fun ofSecurityState(): String? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.VANILLA_ICE_CREAM) return null
        return try {
            val state = context.getSystemService(SecurityStateManager::class.java)?.globalSecurityState
            dayOf(state?.getString(SecurityStateManager.KEY_SYSTEM_SPL))
        } catch (_: RuntimeException) {
            null // Some systems ship the class without the service behind it.
        }
    }

    private fun dayOf(text: String?): String? =
        try {
            text?.trim()?.let { LocalDate.parse(it).toString() }
        } catch (_: DateTimeParseException) {
            null // Odd systems leave it empty or write it their own way.
        }
}
