package org.atalaya.agent.managed

import android.app.admin.DevicePolicyManager
import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.ServiceInfo
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Message
import android.os.Messenger
import org.atalaya.agent.support.Phone
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** Keyed app states, against a bound service that reads them by the protocol. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [26, 35])
class AppStateReporterTest {
    @get:Rule
    val phone = Phone()
    private val heard = mutableListOf<Message>()
    private val listener = Messenger(
        object : Handler(Looper.getMainLooper()) {
            override fun handleMessage(message: Message) {
                heard += Message.obtain(message)
            }
        },
    )

    private fun service(name: String): ComponentName {
        val component = ComponentName(name, "$name.States")
        val info = ServiceInfo().apply {
            packageName = name
            this.name = component.className
            exported = true
            applicationInfo = android.content.pm.ApplicationInfo().apply { packageName = name }
        }
        shadowOf(phone.context.packageManager).run {
            addOrUpdateService(info)
            addIntentFilterForService(component, IntentFilter("androidx.enterprise.feedback.action.APP_STATES"))
        }
        shadowOf(phone.atalaya).setComponentNameAndServiceForBindServiceForIntent(
            Intent("androidx.enterprise.feedback.action.APP_STATES").setComponent(component),
            component,
            listener.binder,
        )
        return component
    }

    private fun tell() {
        AppStateReporter(phone.context).tell(listOf(AppState("enrolment", "enrolled"), AppState("config_error", "group", isError = true)))
        shadowOf(Looper.getMainLooper()).idle()
    }

    @Test
    fun the_owner_of_the_phone_hears_every_state() {
        val owner = service("com.example.dpc")
        shadowOf(phone.context.getSystemService(DevicePolicyManager::class.java)).setProfileOwner(owner)
        tell()
        val message = heard.single()
        assertEquals(1, message.what)
        @Suppress("DEPRECATION")
        val states: List<Bundle> = checkNotNull((message.obj as Bundle).getParcelableArrayList("androidx.enterprise.feedback.APP_STATES"))
        assertEquals(listOf("enrolment", "config_error"), states.map { it.getString("androidx.enterprise.feedback.APP_STATE_KEY") })
        assertEquals(listOf(1, 2), states.map { it.getInt("androidx.enterprise.feedback.APP_STATE_SEVERITY") })
        assertEquals("enrolled", states.first().getString("androidx.enterprise.feedback.APP_STATE_MESSAGE"))
        assertTrue("let go of", shadowOf(phone.atalaya).boundServiceConnections.isEmpty())
    }

    @Test
    fun the_store_hears_and_any_other_app_does_not() {
        service("com.android.vending")
        service("com.example.curious")
        tell()
        assertEquals(1, heard.size)
    }

    @Test
    fun nobody_listens_and_nothing_happens() {
        tell()
        assertEquals(emptyList<Message>(), heard)
    }
}
