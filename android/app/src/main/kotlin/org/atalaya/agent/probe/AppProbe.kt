package org.atalaya.agent.probe

import android.content.Context
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.content.pm.PackageManager.NameNotFoundException
import android.os.Build
import org.atalaya.core.Presence
import org.atalaya.core.PresenceReading
import org.atalaya.core.TextReading
import org.atalaya.core.TextsReading
import org.atalaya.core.UnknownReason

/** One other app, of the two that the manifest names: whether it is there, which version, who signed it and who brought it. */
internal class AppProbe(private val context: Context, private val name: String, private val profile: Profile) {
    fun presence(): PresenceReading {
        val app = found() ?: return when (profile) {
            Profile.ONLY, Profile.WORK -> known(Presence.ABSENT)
            Profile.PERSONAL_BESIDE_ANOTHER -> unknownPresence(UnknownReason.NOT_IN_THIS_PROFILE)
        }
        return known(
            when {
                archived(app) -> Presence.ARCHIVED
                app.applicationInfo?.enabled == false -> Presence.DISABLED
                else -> Presence.INSTALLED
            },
        )
    }

    fun version(): TextReading = found()?.let { printed(it.versionName) } ?: unknownText(missing())

    /** SHA-256 of the signing certificates, oldest first, as far back as the system tells. */
    fun signers(): TextsReading {
        found() ?: return unknownTexts(missing())
        val digests = Signers.of(context, name)
        return if (digests.isEmpty()) unknownTexts(UnknownReason.PROBE_FAILED) else known(digests)
    }

    /** The store that may update it, or else the one that brought it; empty when it came from a file. */
    fun installer(): TextReading {
        found() ?: return unknownText(missing())
        return try {
            known(Installer.of(context.packageManager, name).orEmpty())
        } catch (_: NameNotFoundException) {
            unknownText(UnknownReason.PROBE_FAILED)
        } catch (_: IllegalArgumentException) {
            unknownText(UnknownReason.PROBE_FAILED) // What systems before Android 11 throw instead.
        }
    }

    private fun missing(): UnknownReason = when (profile) {
        Profile.ONLY, Profile.WORK -> UnknownReason.NOT_SUPPORTED
        Profile.PERSONAL_BESIDE_ANOTHER -> UnknownReason.NOT_IN_THIS_PROFILE
    }

    private fun found(): PackageInfo? =
        try {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.VANILLA_ICE_CREAM) {
                val flags = PackageManager.PackageInfoFlags.of(PackageManager.MATCH_ARCHIVED_PACKAGES)
                context.packageManager.getPackageInfo(name, flags)
            } else {
                context.packageManager.getPackageInfo(name, 0)
            }
        } catch (_: NameNotFoundException) {
            null
        }

    private fun archived(app: PackageInfo): Boolean =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.VANILLA_ICE_CREAM && app.applicationInfo?.isArchived == true

    companion object {
        const val WHATSAPP_BUSINESS = "com.whatsapp.w4b"
        const val WHATSAPP = "com.whatsapp"
    }
}
