package org.atalaya.agent.probe

import android.app.admin.DevicePolicyManager
import android.content.Context
import org.atalaya.core.Evidence
import org.atalaya.core.StorageEncryption
import org.atalaya.core.StorageEncryptionReading
import org.atalaya.core.UnknownReason

/** How storage is encrypted. A number that this app does not know is unknown, never encrypted. */
internal class StorageEncryptionProbe(private val context: Context) {
    fun read(): StorageEncryptionReading {
        val manager = context.getSystemService(DevicePolicyManager::class.java)
            ?: return StorageEncryptionReading.Unknown(UnknownReason.NOT_SUPPORTED)
        return of(manager.storageEncryptionStatus)
    }

    companion object {
        // ENCRYPTION_STATUS_ACTIVATING is deprecated and old systems still answer it.
        private const val ACTIVATING = 2

        fun of(status: Int): StorageEncryptionReading {
            val kind = when (status) {
                DevicePolicyManager.ENCRYPTION_STATUS_UNSUPPORTED -> StorageEncryption.UNSUPPORTED
                DevicePolicyManager.ENCRYPTION_STATUS_INACTIVE -> StorageEncryption.INACTIVE
                ACTIVATING -> StorageEncryption.ACTIVATING
                DevicePolicyManager.ENCRYPTION_STATUS_ACTIVE -> StorageEncryption.WHOLE_DISK
                DevicePolicyManager.ENCRYPTION_STATUS_ACTIVE_DEFAULT_KEY -> StorageEncryption.DEFAULT_KEY
                DevicePolicyManager.ENCRYPTION_STATUS_ACTIVE_PER_USER -> StorageEncryption.PER_USER
                else -> return StorageEncryptionReading.Unknown(UnknownReason.PROBE_FAILED)
            }
            return StorageEncryptionReading.Known(kind, Evidence.OS_REPORTED)
        }
    }
}
