package org.atalaya.agent.enrolment

import android.app.job.JobScheduler
import java.io.File
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.R
import org.atalaya.agent.job.Schedule
import org.atalaya.agent.support.Listener
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.agent.support.texts
import org.atalaya.agent.ui.StatusScreen
import org.atalaya.core.Language
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** An enrolment whose files cannot be read, beside another employer's. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [26, 35])
class DamagedTest {
    @get:Rule
    val phone = Phone()
    private val listener = Listener(phone)
    private val server = ServerProcess()
    private val other = ServerProcess()
    private val link = server.link(uses = 9)
    private val damage = mutableMapOf<File, String>()

    @After
    fun end() {
        server.close()
        other.close()
    }

    private fun follow() = runBlocking { phone.atalaya.rounds.followConfiguration() }

    private fun enrolled(): Enrolled {
        val (url, token) = link.split("/enrol#")
        phone.manage("server_url" to url, "enrolment_token" to token)
        follow()
        return phone.atalaya.enrolments.all().single()
    }

    private fun byHand(): Enrolled = runBlocking {
        phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(other.link())), null).also { one ->
            one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        }
    }

    private fun damage(one: Enrolled) {
        phone.atalaya.enrolments.close()
        val file = File(phone.context.filesDir, "enrolments/${one.name}/enrolment.json")
        damage[file] = file.readText()
        file.writeText("{")
    }

    private fun mend() {
        damage.forEach { (file, text) -> file.writeText(text) }
        phone.atalaya.enrolments.close()
    }

    private fun jobs(): Set<Int> = phone.context.getSystemService(JobScheduler::class.java).allPendingJobs.map { it.id }.toSet()

    private fun shown(): List<String> {
        val screen = Robolectric.buildActivity(StatusScreen::class.java).setup().get()
        phone.settle("something is shown") { texts(screen.page).isNotEmpty() }
        return texts(screen.page)
    }

    @Test
    fun the_others_go_on_and_nothing_of_it_is_deleted() {
        val (one, second) = enrolled() to byHand()
        Schedule(phone.context).keep(phone.atalaya.enrolments)
        val before = jobs()
        damage(one)
        repeat(2) { follow() }
        Schedule(phone.context).keep(phone.atalaya.enrolments)
        assertEquals(listOf(second.name), phone.atalaya.enrolments.all().map { it.name })
        assertEquals("its job waits for it", before, jobs())
        mend()
        assertEquals(listOf(one.name, second.name), phone.atalaya.enrolments.all().map { it.name })
        assertEquals(2, phone.keystore.kept.size)
    }

    @Test
    fun management_is_told_of_it_and_that_it_was_mended() {
        listener.service()
        val one = enrolled()
        assertEquals("1 none", listener.last("enrolment_error"))
        damage(one)
        follow()
        assertEquals("2 Storage", listener.last("enrolment_error"))
        mend()
        follow()
        assertEquals("1 none", listener.last("enrolment_error"))
    }

    @Test
    fun the_person_is_told_beside_the_other_employer_and_where_there_is_none() {
        val one = enrolled()
        val organisation = checkNotNull(one.choices.organisation)
        val says = phone.context.getString(R.string.problem_other, "Storage")
        damage(one)
        shown().let { assertTrue("$it", says in it && organisation in it && phone.context.getString(R.string.enrol_title) in it) }
        byHand()
        shown().let { assertTrue("$it", says in it && phone.context.getString(R.string.status_check_now) in it) }
    }
}
