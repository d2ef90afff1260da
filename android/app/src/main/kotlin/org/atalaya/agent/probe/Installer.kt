package org.atalaya.agent.probe

import android.content.pm.PackageManager
import android.os.Build

/** Where an app came from. */
internal object Installer {
    /** The package of the store that owns its updates, or else of what installed it; null when it came from a file. */
    fun of(manager: PackageManager, name: String): String? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) {
            @Suppress("DEPRECATION")
            return manager.getInstallerPackageName(name)
        }
        val source = manager.getInstallSourceInfo(name)
        val owner = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) source.updateOwnerPackageName else null
        return owner ?: source.installingPackageName
    }
}
