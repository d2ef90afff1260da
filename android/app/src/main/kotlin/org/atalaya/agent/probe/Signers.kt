package org.atalaya.agent.probe

import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.content.pm.PackageManager.NameNotFoundException
import android.content.pm.Signature
import android.os.Build
import java.security.MessageDigest

/** Who signed an app: SHA-256 of each certificate, oldest first, lower-case hexadecimal; empty when it cannot be told. */
internal object Signers {
    fun of(context: Context, name: String): List<String> = certificates(context.packageManager, name).map { digest(it) }

    private fun certificates(manager: PackageManager, name: String): List<Signature> =
        try {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) history(manager, name) else legacy(manager, name)
        } catch (_: NameNotFoundException) {
            emptyList()
        }

    private fun history(manager: PackageManager, name: String): List<Signature> {
        val signing = manager.getPackageInfo(name, PackageManager.GET_SIGNING_CERTIFICATES).signingInfo
            ?: return emptyList()
        // An app with several signers at once has no history.
        val found = if (signing.hasMultipleSigners()) signing.apkContentsSigners else signing.signingCertificateHistory
        return found.orEmpty().toList()
    }

    // The flag is unsafe for trusting an app below Android 5; this app begins at 8.
    @SuppressLint("PackageManagerGetSignatures")
    @Suppress("DEPRECATION")
    private fun legacy(manager: PackageManager, name: String): List<Signature> =
        manager.getPackageInfo(name, PackageManager.GET_SIGNATURES).signatures.orEmpty().toList()

    private fun digest(certificate: Signature): String =
        MessageDigest.getInstance("SHA-256").digest(certificate.toByteArray()).joinToString("") { "%02x".format(it) }
}
