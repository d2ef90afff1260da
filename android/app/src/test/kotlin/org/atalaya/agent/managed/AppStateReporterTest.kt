package org.atalaya.agent.managed

import android.app.admin.DevicePolicyManager
import android.os.Bundle
import android.os.Looper
import android.os.Message
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.support.Listener
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
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
    private val listener = Listener(phone)

    private fun tell() {
        AppStateReporter(phone.context).tell(listOf(AppState("enrolment", "enrolled"), AppState("config_error", "group", isError = true)))
        shadowOf(Looper.getMainLooper()).idle()
    }

    @Test
    fun the_owner_of_the_phone_hears_every_state() {
        val owner = listener.service("com.example.dpc")
        shadowOf(phone.context.getSystemService(DevicePolicyManager::class.java)).setProfileOwner(owner)
        tell()
        val message = listener.heard.single()
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
        listener.service("com.android.vending")
        listener.service("com.example.curious")
        tell()
        assertEquals(1, listener.heard.size)
    }

    @Test
    fun two_who_follow_the_configuration_at_once_enrol_once_and_tell_of_no_failure() {
        listener.service("com.android.vending")
        ServerProcess().use { server ->
            val (url, token) = server.link().split("/enrol#")
            phone.manage("server_url" to url, "enrolment_token" to token)
            runBlocking(Dispatchers.Default) { List(2) { async { phone.atalaya.rounds.followConfiguration() } }.awaitAll() }
            assertEquals(listOf("1 enrolled"), listener.states().filter { it.first == "enrolment" }.map { it.second })
        }
    }

    @Test
    fun what_is_wrong_with_a_configuration_is_told_and_that_it_was_mended_and_which_one_is_in_force() {
        listener.service("com.android.vending")
        fun told(): Map<String?, String?> {
            listener.heard.clear()
            runBlocking { phone.atalaya.rounds.followConfiguration() }
            return listener.states().toMap()
        }
        assertEquals("nobody manages this phone", emptyMap<String?, String?>(), told())
        phone.manage("report_interval_hours" to "99", "config_version" to "3")
        assertEquals("1 3", told()["config_version"])
        assertTrue(told().toString(), told().getValue("config_error").orEmpty().startsWith("2 report_interval_hours: "))
        phone.manage("report_interval_hours" to "9", "config_version" to "4")
        assertEquals(mapOf("config_version" to "1 4", "config_error" to "1 none", "enrolment_error" to "1 none"), told())
    }

    @Test
    fun nobody_listens_and_nothing_happens() {
        tell()
        assertEquals(emptyList<Message>(), listener.heard)
    }
}
