package org.atalaya.agent

import android.app.job.JobScheduler
import android.content.Intent
import android.net.Uri
import java.net.ServerSocket
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.enrolment.TOKEN
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.probe.AppProbe
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.agent.support.press
import org.atalaya.agent.support.texts
import org.atalaya.agent.ui.EnrolScreen
import org.atalaya.agent.ui.NoticeScreen
import org.atalaya.agent.ui.StatusScreen
import org.atalaya.core.AgentException
import org.atalaya.core.DeviceState
import org.atalaya.core.Language
import org.atalaya.core.Outcome
import org.atalaya.core.Sent
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The whole way, on the real core and against a real server. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [26, 35, 36])
class JourneyTest {
    @get:Rule
    val phone = Phone()
    private val server = ServerProcess()

    @After
    fun end() = server.close()

    private fun enrol(link: String = server.link()) =
        runBlocking { phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(link)), null) }

    private fun acknowledged(outcome: Rounds.Outcome): UInt = (outcome as Rounds.Outcome.Delivered).delivery.acknowledged

    @Test
    fun a_phone_enrols_reads_the_notice_reports_and_is_seen() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        val one = enrol()
        val before = one.agent.status(Language.ES)
        assertEquals(true, before.notice?.pending)
        assertThrows(AgentException.NoticePending::class.java) { one.agent.report() }
        assertEquals("the attested key", 2, phone.keystore.kept.values.single().chain.size)

        one.agent.acknowledge(Subject.NOTICE, checkNotNull(before.notice).version, Language.ES)
        val checked = one.agent.check(Language.ES)
        assertTrue(checked.provisional)
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(one) }))

        val after = one.agent.status(Language.ES)
        assertNotNull(after.sentAt)
        assertFalse(checkNotNull(after.posture).provisional)
        val device = checkNotNull(after.enrolment).device
        val shown = server.device(device).toString()
        assertTrue(shown, "Pixel 8" in shown && "2.26.39.71" in shown)
        val report = one.agent.ledger().single { it.kind == Sent.REPORT }
        assertEquals(Outcome.Acknowledged, report.outcome)
        assertTrue(report.says, "\"screenLock\"" in report.says)
    }

    @Test
    fun a_person_goes_from_the_link_to_the_status_by_the_screens_alone() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        val link = server.link()
        val page = Uri.parse("atalaya://enrol?server=${Uri.encode(link.substringBefore("/enrol"))}")
        val handed = Intent(Intent.ACTION_VIEW, page).putExtra(TOKEN, link.substringAfter('#'))
        val enrol = Robolectric.buildActivity(EnrolScreen::class.java, handed).setup().get()
        assertTrue("nothing is sent before the host is confirmed", phone.atalaya.enrolments.all().isEmpty())
        assertTrue("the host is shown", texts(enrol.page).any { "127.0.0.1:" in it })
        press(enrol.page, enrol.getString(R.string.enrol_yes))
        phone.settle("enrolled") { enrol.isFinishing }

        val opened = shadowOf(enrol).nextStartedActivity
        val status = Robolectric.buildActivity(StatusScreen::class.java, opened).setup().get()
        phone.settle("the notice comes first") { shadowOf(status).peekNextStartedActivity() != null }
        val notice = Robolectric.buildActivity(NoticeScreen::class.java, shadowOf(status).nextStartedActivity).setup().get()
        phone.settle("the notice is shown") { texts(notice.page).any { it == notice.getString(R.string.notice_accept) } }
        press(notice.page, notice.getString(R.string.notice_accept))
        phone.settle("acknowledged") { notice.isFinishing }

        val again = Robolectric.buildActivity(StatusScreen::class.java, shadowOf(notice).nextStartedActivity).setup().get()
        phone.settle("the status is shown") { texts(again.page).any { it == again.getString(R.string.status_check_now) } }
        val one = phone.atalaya.enrolments.all().single()
        assertNotNull(one.agent.status(Language.EN).sentAt)
        assertEquals(1, phone.context.getSystemService(JobScheduler::class.java).allPendingJobs.size)
    }

    @Test
    fun without_a_connection_reports_wait_and_go_out_later() {
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        server.stop()
        val outcome = runBlocking { phone.atalaya.rounds.asked(one) } as Rounds.Outcome.Delivered
        assertTrue(outcome.delivery.problem is AgentException.Offline)
        assertTrue(one.agent.status(Language.EN).waiting > 0u)
        server.start()
        assertTrue(acknowledged(runBlocking { phone.atalaya.rounds.asked(one) }) > 0u)
        assertEquals(0u, one.agent.status(Language.EN).waiting)
    }

    @Test
    fun a_restart_of_the_app_loses_nothing() {
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        one.agent.report()
        phone.atalaya.enrolments.close()
        assertThrows(AgentException.Closed::class.java) { one.agent.report() }
        val again = phone.atalaya.enrolments.all().single()
        assertEquals(one.name, again.name)
        assertTrue(acknowledged(runBlocking { phone.atalaya.rounds.asked(again) }) > 0u)
    }

    @Test
    fun a_link_that_is_opened_again_changes_nothing() {
        val link = server.link()
        val one = enrol(link)
        val key = phone.keystore.kept.values.single()
        assertEquals(one, enrol(link))
        assertEquals(key, phone.keystore.kept.values.single())
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(one) }))

        // Where it is used up it does not mend a lost key, and what was enrolled with it stays to be seen.
        one.choices.keyLost = true
        assertThrows(AgentException.Refused::class.java) { enrol(link) }
        assertEquals(listOf(one.name), phone.atalaya.enrolments.all().map { it.name })
        assertTrue(one.choices.keyLost)
    }

    @Test
    fun a_lost_key_is_told_and_the_phone_enrols_again() {
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        phone.keystore.kept.clear()
        val outcome = runBlocking { phone.atalaya.rounds.asked(one) }
        assertTrue("$outcome", (outcome as Rounds.Outcome.Failed).failure is AgentException.KeyLost)
        assertTrue(one.choices.keyLost)
        val second = enrol()
        assertFalse(second.choices.keyLost)
        assertEquals(DeviceState.UNKNOWN, second.agent.status(Language.EN).posture?.state ?: DeviceState.UNKNOWN)
    }

    @Test
    fun where_phones_could_prove_nothing_another_key_brings_evidence_and_a_restart_finds_it() {
        phone.keystore.refusesAttestation = true
        val one = enrol()
        phone.keystore.refusesAttestation = false
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        val device = checkNotNull(one.agent.status(Language.EN).enrolment).device
        fun key() = server.device(device).getString("keyThumbprint")
        fun proofs() = server.device(device).getJSONArray("attestations")
        val first = key()
        assertEquals(0, proofs().length())

        // The server would like evidence: the next key is made, and signs nothing before the server knows it.
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(one) }))
        assertEquals(2, phone.keystore.kept.size)
        assertEquals(first, key())
        phone.atalaya.enrolments.close()
        val again = phone.atalaya.enrolments.all().single()
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(again) }))
        assertEquals(1, phone.keystore.kept.size)
        assertFalse(first == key())
        assertEquals(1, proofs().length())
        assertEquals(key(), proofs().getJSONObject(0).getString("thumbprint"))

        phone.atalaya.enrolments.close()
        val third = phone.atalaya.enrolments.all().single()
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(third) }))
        phone.atalaya.enrolments.forget(third)
        assertTrue(phone.keystore.kept.isEmpty())
    }

    @Test
    fun who_leaves_while_a_next_key_waits_leaves_neither_of_the_two_behind() {
        val one = enrol()
        // The app ended when the key was made and nobody had been told of it yet.
        one.key.makeNext(ByteArray(32))
        assertEquals(2, phone.keystore.kept.size)
        runBlocking { one.agent.withdraw() }
        runBlocking { phone.atalaya.rounds.asked(one) }
        assertTrue(phone.atalaya.enrolments.all().isEmpty())
        assertEquals(emptySet<String>(), phone.keystore.kept.keys)
    }

    @Test
    fun two_employers_share_nothing() {
        ServerProcess().use { other ->
            val first = enrol()
            val second = enrol(other.link())
            assertEquals(2, phone.atalaya.enrolments.all().size)
            assertEquals(2, phone.keystore.kept.size)
            assertFalse(first.number == second.number)
            first.agent.acknowledge(Subject.NOTICE, checkNotNull(first.agent.status(Language.EN).notice).version, Language.EN)
            assertEquals(true, second.agent.status(Language.EN).notice?.pending)
            phone.atalaya.enrolments.forget(first)
            assertEquals(listOf(second.name), phone.atalaya.enrolments.all().map { it.name })
            assertEquals(1, phone.keystore.kept.size)
        }
    }

    @Test
    fun in_quiet_hours_nothing_is_read_or_sent_until_somebody_asks() {
        server.apply(ALWAYS_QUIET)
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        val before = one.agent.ledger().size
        val outcome = runBlocking { phone.atalaya.rounds.background(one) }
        assertTrue("$outcome", outcome is Rounds.Outcome.Quiet)
        assertEquals(before, one.agent.ledger().size)
        assertEquals(0, one.agent.ledger().count { it.kind == Sent.REPORT })
        assertEquals(1u, acknowledged(runBlocking { phone.atalaya.rounds.asked(one) }))
    }

    @Test
    fun managed_configuration_enrols_silently_and_reports_nothing() {
        val link = server.link()
        phone.manage("server_url" to link.substringBefore("/enrol"), "enrolment_token" to link.substringAfter('#'))
        runBlocking { phone.atalaya.rounds.followConfiguration() }
        val one = phone.atalaya.enrolments.all().single()
        runBlocking { phone.atalaya.rounds.background(one) }
        assertEquals(0, one.agent.ledger().count { it.kind == Sent.REPORT })
        // What changes underneath is taken up without a second enrolment.
        phone.manage(
            "server_url" to link.substringBefore("/enrol"),
            "enrolment_token" to link.substringAfter('#'),
            "check_whatsapp" to "never",
        )
        runBlocking { phone.atalaya.rounds.followConfiguration() }
        assertEquals(1, phone.atalaya.enrolments.all().size)
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        runBlocking { phone.atalaya.rounds.asked(one) }
        val said = one.agent.ledger().single { it.kind == Sent.REPORT }.says
        assertTrue(said, "permission-missing" in said)
    }

    @Test
    fun the_first_screen_enrols_as_configured_once_there_is_a_connection_and_sees_to_the_jobs() {
        val link = server.link()
        val (url, token) = link.split("/enrol#")
        server.stop()
        phone.manage("server_url" to url, "enrolment_token" to token)
        runBlocking { phone.atalaya.rounds.followConfiguration() }
        assertTrue(phone.atalaya.enrolments.all().isEmpty())
        server.start()
        val screen = Robolectric.buildActivity(StatusScreen::class.java).setup().get()
        phone.settle("the notice comes first") { shadowOf(screen).peekNextStartedActivity() != null }
        assertEquals(1, phone.context.getSystemService(JobScheduler::class.java).allPendingJobs.size)
    }

    @Test
    fun the_status_is_shown_before_another_employer_s_server_has_answered() {
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        // It takes the connection and never answers.
        ServerSocket(0).use { silent ->
            phone.manage("server_url" to "http://127.0.0.1:${silent.localPort}", "enrolment_token" to "00000000WXYZ0123456789ABCD")
            val screen = Robolectric.buildActivity(StatusScreen::class.java).setup().get()
            val began = System.nanoTime()
            phone.settle("the status is shown") { screen.getString(R.string.status_check_now) in texts(screen.page) }
            assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(8))
            assertEquals(1, phone.atalaya.enrolments.all().size)
        }
    }

    @Test
    fun a_refused_token_leaves_nothing_behind() {
        val link = server.link()
        val wrong = link.substringBefore('#') + "#00000000WXYZ0123456789ABCD"
        assertThrows(AgentException.Refused::class.java) { enrol(wrong) }
        assertTrue(phone.atalaya.enrolments.all().isEmpty())
        assertTrue(phone.keystore.kept.isEmpty())
    }

    private companion object {
        val ALWAYS_QUIET = """
            apiVersion: posture/v1
            kind: Policy
            metadata: { name: quiet, revision: 2 }
            spec:
              quietHours: { timezone: Europe/Madrid, windows: ["Mon-Sun 00:00-24:00"] }
              checks:
                screen-lock: { severity: fail }
        """.trimIndent()
    }
}
