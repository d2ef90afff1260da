package org.atalaya.agent.managed

import android.app.admin.DevicePolicyManager
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.content.ServiceConnection
import android.content.pm.PackageManager
import android.content.pm.ResolveInfo
import android.os.Build
import android.os.Bundle
import android.os.IBinder
import android.os.Message
import android.os.Messenger
import android.os.RemoteException

/**
 * Tells device management how this app fares, by keyed app states: bound services of the device's or profile's owner and
 * of the store, and nobody else. Written against the protocol itself, so that no library is needed.
 */
class AppStateReporter(private val context: Context) {
    /** Hands these states to whoever may hear them. Does nothing on a phone that nobody manages. */
    fun tell(states: List<AppState>) {
        for (service in listeners()) {
            val intent = Intent(ACTION).setComponent(service)
            // Each connection sends once and lets go.
            val connection = Once(states)
            val bound = try {
                context.bindService(intent, connection, Context.BIND_AUTO_CREATE)
            } catch (_: SecurityException) {
                false
            }
            if (!bound) connection.letGo()
        }
    }

    private fun listeners(): List<ComponentName> {
        val policy = context.getSystemService(DevicePolicyManager::class.java)
        return services().mapNotNull { it.serviceInfo }
            .filter { it.packageName == STORE || policy != null && policy.owns(it.packageName) }
            .map { ComponentName(it.packageName, it.name) }
    }

    private fun DevicePolicyManager.owns(name: String): Boolean = isDeviceOwnerApp(name) || isProfileOwnerApp(name)

    private fun services(): List<ResolveInfo> =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            context.packageManager.queryIntentServices(Intent(ACTION), PackageManager.ResolveInfoFlags.of(0))
        } else {
            context.packageManager.queryIntentServices(Intent(ACTION), 0)
        }

    private inner class Once(private val states: List<AppState>) : ServiceConnection {
        override fun onServiceConnected(name: ComponentName, binder: IBinder) {
            val message = Message.obtain(null, SET_STATES).apply {
                obj = Bundle().apply {
                    putParcelableArrayList("${AppState.PREFIX}.APP_STATES", ArrayList(states.map { it.bundle() }))
                }
            }
            try {
                Messenger(binder).send(message)
            } catch (_: RemoteException) {
                // It died meanwhile; the next check-in tells it again.
            }
            letGo()
        }

        override fun onServiceDisconnected(name: ComponentName) = Unit

        fun letGo() {
            try {
                context.unbindService(this)
            } catch (_: IllegalArgumentException) {
                // It was never bound.
            }
        }
    }

    private companion object {
        const val ACTION = "androidx.enterprise.feedback.action.APP_STATES"
        const val SET_STATES = 1
        const val STORE = "com.android.vending"
    }
}
