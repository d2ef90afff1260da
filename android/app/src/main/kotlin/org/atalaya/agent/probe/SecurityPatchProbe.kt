package org.atalaya.agent.probe

import android.content.Context
import android.os.Build
import android.os.Bundle
import android.os.SecurityStateManager
import java.time.LocalDate
import java.time.format.DateTimeParseException
import org.atalaya.core.TextReading
import org.atalaya.core.UnknownReason

/**
 * How far the system is patched. Since Android 15 the security state knows it, and is what a module update moves: the
 * system's day, the day of the maker's part and the kernel's version. Before, any app can read the system's day alone.
 */
internal class SecurityPatchProbe(private val state: () -> Bundle?) {
    constructor(context: Context) : this({ stateOf(context) })

    fun read(): TextReading {
        val day = day(SYSTEM) ?: dayOf(Build.VERSION.SECURITY_PATCH)
        return if (day == null) unknownText(UnknownReason.PROBE_FAILED) else known(day)
    }

    fun vendor(): TextReading = ofSecurityState { day(VENDOR)?.let(::known) }

    fun kernel(): TextReading = ofSecurityState { printed(state()?.getString(KERNEL)) }

    private fun ofSecurityState(read: () -> TextReading?): TextReading =
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.VANILLA_ICE_CREAM) {
            unknownText(UnknownReason.NOT_SUPPORTED)
        } else {
            read() ?: unknownText(UnknownReason.PROBE_FAILED)
        }

    private fun day(key: String): String? = dayOf(state()?.getString(key))

    private fun dayOf(text: String?): String? =
        try {
            text?.trim()?.let { LocalDate.parse(it).toString() }
        } catch (_: DateTimeParseException) {
            null // Odd systems leave it empty or write it their own way.
        }

    private companion object {
        // Constants are put in where they are named, so that an older system need not have the class.
        const val SYSTEM = SecurityStateManager.KEY_SYSTEM_SPL
        const val VENDOR = SecurityStateManager.KEY_VENDOR_SPL
        const val KERNEL = SecurityStateManager.KEY_KERNEL_VERSION

        fun stateOf(context: Context): Bundle? {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.VANILLA_ICE_CREAM) return null
            return try {
                context.getSystemService(SecurityStateManager::class.java)?.globalSecurityState
            } catch (_: RuntimeException) {
                null // Some systems ship the class without the service behind it.
            }
        }
    }
}
