package org.atalaya.agent.notify

import android.Manifest
import android.app.Notification
import android.app.NotificationManager
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.agent.ui.Fixtures
import org.atalaya.core.Language
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** Whether the person is called, and how often. */
@RunWith(RobolectricTestRunner::class)
class NotifierTest {
    @get:Rule
    val phone = Phone()
    private val server = ServerProcess()
    private val given = Fixtures(es = true)
    private val shown get() = shadowOf(phone.context.getSystemService(NotificationManager::class.java)).allNotifications

    @After
    fun end() = server.close()

    private fun enrolled() = runBlocking { phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(server.link())), null) }

    private fun allow() = shadowOf(phone.atalaya).grantPermissions(Manifest.permission.POST_NOTIFICATIONS)

    @Test
    fun only_what_needs_doing_calls_anyone() {
        assertEquals(Need.SOMETHING_TO_FIX, Need.of(given.failing, keyLost = false))
        assertEquals(Need.SOMETHING_TO_FIX, Need.of(given.grace, keyLost = false))
        assertEquals(Need.SOMETHING_TO_FIX, Need.of(given.toRead, keyLost = false))
        assertEquals(Need.NOTHING, Need.of(given.well, keyLost = false))
        assertEquals(Need.NOTHING, Need.of(given.left, keyLost = true))
        assertEquals(Need.ENROL_AGAIN, Need.of(given.well, keyLost = true))
        assertEquals(Need.CLOSED, Need.of(given.closed, keyLost = true))
    }

    @Test
    fun at_most_daily_and_never_in_quiet_hours() {
        assertTrue(Need.mayTell(given.failing, null, given.now))
        assertFalse(Need.mayTell(given.failing, given.now.minus(Duration.ofHours(23)), given.now))
        assertTrue(Need.mayTell(given.failing, given.now.minus(Duration.ofHours(24)), given.now))
        assertTrue("after the clock was set back", Need.mayTell(given.failing, given.now.plus(Duration.ofDays(400)), given.now))
        assertFalse(Need.mayTell(given.several, null, given.now))
    }

    @Test
    fun a_notification_has_no_detail_and_goes_when_all_is_well() {
        allow()
        val one = enrolled()
        val notifier = Notifier(phone.context)
        notifier.consider(one, given.failing, Instant.now())
        notifier.consider(one, given.failing, Instant.now())
        val notification = shown.single()
        assertEquals(Notification.VISIBILITY_SECRET, notification.visibility)
        assertEquals(phone.context.getString(R.string.notify_text), notification.extras.getString(Notification.EXTRA_TEXT))
        assertFalse("WhatsApp" in notification.extras.toString())
        notifier.consider(one, given.well, Instant.now())
        assertTrue(shown.isEmpty())
    }

    @Test
    fun that_the_company_closed_the_enrolment_is_told_once() {
        allow()
        val one = enrolled()
        val notifier = Notifier(phone.context)
        notifier.consider(one, given.closed, Instant.now())
        assertEquals(phone.context.getString(R.string.notify_closed), shown.single().extras.getString(Notification.EXTRA_TITLE))
        phone.context.getSystemService(NotificationManager::class.java).cancelAll()
        one.choices.notifiedAt = Instant.now().minus(Duration.ofDays(2))
        notifier.consider(one, given.closed, Instant.now())
        assertTrue(shown.isEmpty())
        // Enrolled again, and closed again.
        notifier.consider(one, given.well, Instant.now())
        notifier.consider(one, given.closed, Instant.now())
        assertEquals(1, shown.size)
    }

    @Test
    fun a_notification_goes_with_what_the_person_did_themselves_and_with_the_enrolment() {
        allow()
        server.apply(LOCK_ALONE)
        val one = enrolled()
        Notifier(phone.context).consider(one, one.agent.status(Language.EN), Instant.now())
        assertEquals("the notice is to be read", 1, shown.size)
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        runBlocking { phone.atalaya.rounds.asked(one) }
        assertTrue("all is well now", shown.isEmpty())

        Notifier(phone.context).consider(one, given.failing, Instant.now())
        assertEquals(1, shown.size)
        phone.atalaya.enrolments.forget(one)
        assertTrue(shown.isEmpty())
    }

    @Test
    fun without_leave_nobody_is_called_and_nothing_counts_as_told() {
        val one = enrolled()
        Notifier(phone.context).consider(one, given.failing, Instant.now())
        assertTrue(shown.isEmpty())
        assertEquals(null, one.choices.notifiedAt)
    }

    private companion object {
        val LOCK_ALONE = """
            apiVersion: posture/v1
            kind: Policy
            metadata: { name: lock, revision: 2 }
            spec:
              checks:
                screen-lock: { severity: fail }
        """.trimIndent()
    }
}
