package org.atalaya.agent.support

import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.ApplicationInfo
import android.content.pm.ServiceInfo
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Message
import android.os.Messenger
import org.robolectric.Shadows.shadowOf

/** Bound services that read keyed app states by the protocol. */
class Listener(private val phone: Phone) {
    val heard = mutableListOf<Message>()
    private val messenger by lazy {
        Messenger(
            object : Handler(Looper.getMainLooper()) {
                override fun handleMessage(message: Message) {
                    heard += Message.obtain(message)
                }
            },
        )
    }

    /** The app of this name listens. */
    fun service(name: String = "com.android.vending"): ComponentName {
        val component = ComponentName(name, "$name.States")
        val info = ServiceInfo().apply {
            packageName = name
            this.name = component.className
            exported = true
            applicationInfo = ApplicationInfo().apply { packageName = name }
        }
        shadowOf(phone.context.packageManager).run {
            addOrUpdateService(info)
            addIntentFilterForService(component, IntentFilter("androidx.enterprise.feedback.action.APP_STATES"))
        }
        shadowOf(phone.atalaya).setComponentNameAndServiceForBindServiceForIntent(
            Intent("androidx.enterprise.feedback.action.APP_STATES").setComponent(component),
            component,
            messenger.binder,
        )
        return component
    }

    /** Each key that was told, with its severity and its words, in order. */
    fun states(): List<Pair<String?, String?>> {
        shadowOf(Looper.getMainLooper()).idle()
        @Suppress("DEPRECATION")
        val states = heard.flatMap { (it.obj as Bundle).getParcelableArrayList<Bundle>("androidx.enterprise.feedback.APP_STATES").orEmpty() }
        return states.map { state ->
            val (key, text) = listOf("KEY", "MESSAGE").map { state.getString("androidx.enterprise.feedback.APP_STATE_$it") }
            key to "${state.getInt("androidx.enterprise.feedback.APP_STATE_SEVERITY")} $text"
        }
    }

    /** What was told last under this key. */
    fun last(key: String): String? = states().lastOrNull { it.first == key }?.second
}
