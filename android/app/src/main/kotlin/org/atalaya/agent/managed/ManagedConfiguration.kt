package org.atalaya.agent.managed

import android.content.Context
import android.content.RestrictionsManager
import android.os.Build
import android.os.Bundle
import org.atalaya.core.Configuration
import org.atalaya.core.readConfiguration

/**
 * What device management says now. Read anew each time: nothing tells an app that it changed while it did not run. Since
 * Android 14 there can be several administrators, each with a configuration of its own.
 */
class ManagedConfiguration(private val context: Context) {
    fun read(): List<Configuration> {
        val manager = context.getSystemService(RestrictionsManager::class.java) ?: return emptyList()
        val bundles = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            perAdmin(manager)
        } else {
            listOfNotNull(manager.applicationRestrictions)
        }
        return bundles.map(::texts).filter { it.isNotEmpty() }.map(::readConfiguration)
    }

    private fun perAdmin(manager: RestrictionsManager): List<Bundle> {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.UPSIDE_DOWN_CAKE) return emptyList()
        val all = manager.applicationRestrictionsPerAdmin.orEmpty()
        // Some systems fill only the older list, though they know the newer one.
        return all.ifEmpty { listOfNotNull(manager.applicationRestrictions) }
    }

    // Managements differ in whether a number is handed over as a number or as a text.
    @Suppress("DEPRECATION")
    private fun texts(bundle: Bundle): Map<String, String> =
        bundle.keySet().filter { it != PENDING }.associateWith { key ->
            when (val value = bundle.get(key)) {
                is String -> value
                is Int, is Long, is Boolean -> value.toString()
                else -> ""
            }
        }

    companion object {
        /** What holds where nothing is written. */
        val usual: Configuration by lazy { readConfiguration(emptyMap()) }

        // The system's own mark that the restrictions are still being fetched.
        private const val PENDING = "restrictions_pending"
    }
}
