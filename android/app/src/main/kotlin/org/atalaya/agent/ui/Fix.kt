package org.atalaya.agent.ui

import android.app.admin.DevicePolicyManager
import android.content.Intent
import android.net.Uri
import android.provider.Settings
import org.atalaya.agent.R
import org.atalaya.agent.probe.AppProbe
import org.atalaya.core.Remediation

/**
 * The button for what mends a check: its words, and the pages that it tries, most exact first. Makers leave pages out, so
 * the last one is there on every phone.
 */
internal class Fix private constructor(val words: Int, val pages: List<Intent>, val isOurs: Boolean = false) {
    companion object {
        /** The button for this; null when nothing on this phone mends it. */
        fun of(remediation: Remediation): Fix? = when (remediation) {
            Remediation.NONE -> null
            Remediation.SET_SCREEN_LOCK ->
                settings(R.string.fix_screen_lock, DevicePolicyManager.ACTION_SET_NEW_PASSWORD, Settings.ACTION_SECURITY_SETTINGS)
            Remediation.ENCRYPT_STORAGE ->
                settings(R.string.fix_encryption, DevicePolicyManager.ACTION_START_ENCRYPTION, Settings.ACTION_SECURITY_SETTINGS)
            Remediation.UPDATE_SYSTEM -> settings(R.string.fix_system, SYSTEM_UPDATE, Settings.ACTION_DEVICE_INFO_SETTINGS)
            // The step above the button says what to do there.
            Remediation.UPDATE_WHATSAPP_BUSINESS -> store(R.string.fix_reinstall)
            Remediation.INSTALL_WHATSAPP_BUSINESS -> store(R.string.fix_install_business)
            Remediation.REINSTALL_FROM_STORE -> store(R.string.fix_reinstall)
            Remediation.REMOVE_WHATSAPP -> Fix(
                R.string.fix_remove_whatsapp,
                listOf(
                    Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.parse("package:${AppProbe.WHATSAPP}")),
                    Intent(Settings.ACTION_APPLICATION_SETTINGS),
                    Intent(Settings.ACTION_SETTINGS),
                ),
            )
            Remediation.DEVELOPER_OPTIONS -> settings(R.string.fix_developer, Settings.ACTION_APPLICATION_DEVELOPMENT_SETTINGS)
            Remediation.READ_RULES -> Fix(R.string.fix_rules, emptyList(), isOurs = true)
            Remediation.DECLARE -> Fix(R.string.fix_declare, emptyList(), isOurs = true)
            Remediation.ASK_ADMINISTRATOR -> Fix(R.string.fix_ask, emptyList(), isOurs = true)
        }

        private fun settings(words: Int, vararg actions: String): Fix =
            Fix(words, (actions.toList() + Settings.ACTION_SETTINGS).map { Intent(it) })

        private fun store(words: Int): Fix = Fix(
            words,
            listOf(
                Intent(Intent.ACTION_VIEW, Uri.parse("market://details?id=${AppProbe.WHATSAPP_BUSINESS}")),
                Intent(Intent.ACTION_VIEW, Uri.parse("https://play.google.com/store/apps/details?id=${AppProbe.WHATSAPP_BUSINESS}")),
            ),
        )

        // Not in the public list of pages, and there on nearly every phone.
        private const val SYSTEM_UPDATE = "android.settings.SYSTEM_UPDATE_SETTINGS"
    }
}
