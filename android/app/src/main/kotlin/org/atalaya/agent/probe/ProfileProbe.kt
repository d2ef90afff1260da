package org.atalaya.agent.probe

import android.app.admin.DevicePolicyManager
import android.content.Context
import android.os.Build
import android.os.UserManager

/** Which profile this app lives in. An app sees only its own, so an app that is missing here may be in another. */
internal class ProfileProbe(private val context: Context) {
    fun read(): Profile {
        if (inWorkProfile()) return Profile.WORK
        val profiles = context.getSystemService(UserManager::class.java)?.userProfiles.orEmpty()
        return if (profiles.size > 1) Profile.PERSONAL_BESIDE_ANOTHER else Profile.ONLY
    }

    private fun inWorkProfile(): Boolean {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            return context.getSystemService(UserManager::class.java)?.isManagedProfile == true
        }
        // Before Android 11 only the owner's own package gives the profile away.
        val manager = context.getSystemService(DevicePolicyManager::class.java) ?: return false
        return manager.activeAdmins.orEmpty().any { manager.isProfileOwnerApp(it.packageName) }
    }
}

internal enum class Profile {
    /** There is no other profile that could hold an app. */
    ONLY,

    /** The one that the company manages: where WhatsApp Business belongs. */
    WORK,

    /** The person's own, with another profile beside it that cannot be seen from here. */
    PERSONAL_BESIDE_ANOTHER,
}
