package org.atalaya.agent.probe

import android.content.Context
import android.provider.Settings
import org.atalaya.core.FlagReading
import org.atalaya.core.UnknownReason

/** One global setting that any app may read: developer options, debugging. One that was never touched is off. */
internal class SettingProbe(private val context: Context, private val name: String) {
    fun read(): FlagReading =
        try {
            when (Settings.Global.getString(context.contentResolver, name)?.trim()) {
                null, "", "0" -> known(false)
                "1" -> known(true)
                else -> unknownFlag(UnknownReason.PROBE_FAILED)
            }
        } catch (_: SecurityException) {
            unknownFlag(UnknownReason.PERMISSION_MISSING)
        }

    companion object {
        const val DEVELOPER_OPTIONS = Settings.Global.DEVELOPMENT_SETTINGS_ENABLED
        const val ADB = Settings.Global.ADB_ENABLED
    }
}
