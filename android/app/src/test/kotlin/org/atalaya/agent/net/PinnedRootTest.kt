package org.atalaya.agent.net

import android.content.Intent
import android.net.Uri
import java.io.File
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.TOKEN
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.support.Authority
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.agent.support.press
import org.atalaya.agent.support.texts
import org.atalaya.agent.ui.EnrolScreen
import org.atalaya.agent.ui.StatusScreen
import org.atalaya.core.AgentException
import org.atalaya.core.Language
import org.atalaya.core.Sent
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowToast

/** A server with a certificate of the company's own, and the root that device management names. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [26, 35, 36])
class PinnedRootTest {
    @get:Rule
    val phone = Phone()
    private val company = Authority("Company")
    private val server = ServerProcess(company)
    private val link = server.link()
    private val url = link.substringBefore("/enrol")

    @After
    fun end() = server.close()

    private fun pin(authority: Authority?) =
        phone.manage("server_url" to url, *listOfNotNull(authority?.let { "pinned_root" to it.pem }).toTypedArray())

    private fun enrol() = runBlocking { phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(link)), null) }

    private fun nothingIsLeft() {
        assertTrue(phone.atalaya.enrolments.all().isEmpty())
        assertTrue(phone.keystore.kept.isEmpty())
        assertEquals(emptyList<String>(), File(phone.context.filesDir, "enrolments").list().orEmpty().toList())
    }

    @Test
    fun a_server_of_this_root_is_believed() {
        assertTrue(url, url.startsWith("https://"))
        pin(company)
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        val outcome = runBlocking { phone.atalaya.rounds.asked(one) } as Rounds.Outcome.Delivered
        assertEquals(1u, outcome.delivery.acknowledged)
    }

    @Test
    fun a_server_of_another_root_is_not_enrolled_with_and_the_person_is_told() {
        pin(Authority("Somebody else"))
        val page = Uri.parse("atalaya://enrol?server=${Uri.encode(url)}")
        val handed = Intent(Intent.ACTION_VIEW, page).putExtra(TOKEN, link.substringAfter('#'))
        val screen = Robolectric.buildActivity(EnrolScreen::class.java, handed).setup().get()
        press(screen.page, screen.getString(R.string.enrol_yes))
        val told = screen.getString(R.string.enrol_untrusted, url.removePrefix("https://"))
        phone.settle("the person is told") { told in texts(screen.page) }
        nothingIsLeft()
    }

    @Test
    fun a_try_that_may_have_arrived_outlasts_a_network_that_shows_another_server() {
        pin(company)
        server.stop()
        assertThrows(AgentException.Offline::class.java) { enrol() }
        val begun = File(phone.context.filesDir, "enrolments").list().orEmpty().toList()
        assertEquals(1, begun.size)
        server.start()
        pin(Authority("Somebody else"))
        assertThrows(AgentException.ServerUntrusted::class.java) { enrol() }
        assertEquals(begun, File(phone.context.filesDir, "enrolments").list().orEmpty().toList())
        pin(company)
        assertEquals(begun.single(), enrol().name)
    }

    @Test
    fun without_a_root_of_its_own_the_system_s_roots_decide() {
        pin(null)
        assertThrows(AgentException.ServerUntrusted::class.java) { enrol() }
        nothingIsLeft()
    }

    @Test
    fun a_server_that_changes_its_root_hears_nothing_more_and_the_person_is_told() {
        pin(company)
        val one = enrol()
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        runBlocking { phone.atalaya.rounds.asked(one) }
        pin(Authority("Somebody else"))
        val shown = Robolectric.buildActivity(StatusScreen::class.java, StatusScreen.of(phone.context, one.name)).setup().get()
        val check = shown.getString(R.string.status_check_now)
        phone.settle("the status is shown") { check in texts(shown.page) }
        press(shown.page, check)
        val words = shown.getString(R.string.problem_untrusted)
        phone.settle("the person is told") { ShadowToast.getTextOfLatestToast() == words }
        val problem = one.agent.status(Language.EN).problems.single()
        assertEquals("server-identity", problem.code)
        assertTrue("it stands there from now on", problem.words in texts(shown.page))
        assertEquals("the report waits", 1u, one.agent.status(Language.EN).waiting)

        pin(company)
        val outcome = runBlocking { phone.atalaya.rounds.asked(one) } as Rounds.Outcome.Delivered
        assertTrue(outcome.delivery.acknowledged >= 1u)
        assertTrue(one.agent.ledger().count { it.kind == Sent.REPORT } >= 2)
    }
}
