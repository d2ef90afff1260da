package org.atalaya.agent.support

import android.app.KeyguardManager
import android.app.admin.DevicePolicyManager
import android.content.Context
import android.content.RestrictionsManager
import android.content.pm.ApplicationInfo
import android.content.pm.PackageInfo
import android.content.pm.Signature
import android.os.Build
import android.os.Bundle
import android.os.Looper
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport
import org.atalaya.agent.Atalaya
import org.junit.rules.ExternalResource
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowBuild
import org.robolectric.shadows.ShadowRestrictionsManager
import org.robolectric.shadows.ShadowSigningInfo

/** A phone with a Keystore: locked, encrypted, with WhatsApp Business on it, unless a test says otherwise. */
class Phone : ExternalResource() {
    val keystore = FakeKeystore()
    val context: Context get() = RuntimeEnvironment.getApplication()
    val atalaya: Atalaya get() = Atalaya.of(context)

    override fun before() {
        OwnLibrary().before()
        keystore.install()
        ShadowBuild.setModel("Pixel 8")
        locked(true)
        encryption(DevicePolicyManager.ENCRYPTION_STATUS_ACTIVE_PER_USER)
    }

    override fun after() {
        atalaya.enrolments.close()
        keystore.remove()
    }

    fun locked(yes: Boolean) = shadowOf(context.getSystemService(KeyguardManager::class.java)).setIsDeviceSecure(yes)

    fun encryption(status: Int) =
        shadowOf(context.getSystemService(DevicePolicyManager::class.java)).setStorageEncryptionStatus(status)

    fun install(name: String, version: String, installer: String? = "com.android.vending", signer: Signature = SIGNER) {
        val app = PackageInfo().apply {
            packageName = name
            versionName = version
            applicationInfo = ApplicationInfo().apply {
                packageName = name
                this.name = name
                enabled = true
            }
            @Suppress("DEPRECATION")
            signatures = arrayOf(signer)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
                signingInfo = Shadow.newInstanceOf(android.content.pm.SigningInfo::class.java).also {
                    Shadow.extract<ShadowSigningInfo>(it).setSignatures(arrayOf(signer))
                }
            }
        }
        shadowOf(context.packageManager).installPackage(app)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            shadowOf(context.packageManager).setInstallSourceInfo(name, installer, installer)
        } else if (installer != null) {
            context.packageManager.setInstallerPackageName(name, installer)
        }
    }

    /** What device management hands over. */
    fun manage(vararg entries: kotlin.Pair<String, String>) {
        val bundle = Bundle().apply { entries.forEach { (key, value) -> putString(key, value) } }
        val manager = context.getSystemService(RestrictionsManager::class.java)
        Shadow.extract<ShadowRestrictionsManager>(manager).setApplicationRestrictions(bundle)
    }

    /** Lets the main thread do what comes, until this is so. */
    fun settle(what: String, isSo: () -> Boolean) {
        val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)
        while (!isSo()) {
            shadowOf(Looper.getMainLooper()).idle()
            check(System.nanoTime() < end) { "$what: not within $PATIENCE_SECONDS s" }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2))
        }
    }

    companion object {
        const val PATIENCE_SECONDS = 60L
        val SIGNER = Signature(byteArrayOf(1, 2, 3, 4))
    }
}
