package org.atalaya.agent.probe

import android.app.admin.DevicePolicyManager
import android.content.Context
import android.os.Build
import org.atalaya.core.Evidence
import org.atalaya.core.LockComplexity
import org.atalaya.core.LockComplexityReading
import org.atalaya.core.UnknownReason

/** The band of the lock's quality; never anything of the code. Android tells it since 10. */
internal class LockComplexityProbe(private val context: Context) {
    fun read(): LockComplexityReading {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return unknown(UnknownReason.NOT_SUPPORTED)
        val manager = context.getSystemService(DevicePolicyManager::class.java)
            ?: return unknown(UnknownReason.NOT_SUPPORTED)
        val band = try {
            manager.passwordComplexity
        } catch (_: SecurityException) {
            return unknown(UnknownReason.PERMISSION_MISSING)
        } catch (_: IllegalStateException) {
            return unknown(UnknownReason.PROBE_FAILED) // Before the first unlock after a start.
        }
        return of(band)
    }

    companion object {
        fun of(band: Int): LockComplexityReading {
            val quality = when (band) {
                DevicePolicyManager.PASSWORD_COMPLEXITY_NONE -> LockComplexity.NONE
                DevicePolicyManager.PASSWORD_COMPLEXITY_LOW -> LockComplexity.LOW
                DevicePolicyManager.PASSWORD_COMPLEXITY_MEDIUM -> LockComplexity.MEDIUM
                DevicePolicyManager.PASSWORD_COMPLEXITY_HIGH -> LockComplexity.HIGH
                else -> return unknown(UnknownReason.PROBE_FAILED)
            }
            return LockComplexityReading.Known(quality, Evidence.OS_REPORTED)
        }

        private fun unknown(reason: UnknownReason) = LockComplexityReading.Unknown(reason)
    }
}
