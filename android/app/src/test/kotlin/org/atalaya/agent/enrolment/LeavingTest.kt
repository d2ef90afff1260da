package org.atalaya.agent.enrolment

import android.content.DialogInterface
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.R
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.support.Listener
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.agent.support.press
import org.atalaya.agent.support.texts
import org.atalaya.agent.ui.EnrolScreen
import org.atalaya.agent.ui.SettingsScreen
import org.atalaya.agent.ui.StatusScreen
import org.atalaya.core.AgentException
import org.atalaya.core.Language
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowToast

/** Who leaves and who is taken out, and what brings either back: never the token that device management still says. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [26, 35])
class LeavingTest {
    @get:Rule
    val phone = Phone()
    private val listener = Listener(phone)
    private val server = ServerProcess()
    private val link = server.link(uses = 9)

    @After
    fun end() = server.close()

    private fun all(): List<Enrolled> = phone.atalaya.enrolments.all()

    private fun manage(link: String) {
        val (url, token) = link.split("/enrol#")
        phone.manage("server_url" to url, "enrolment_token" to token, "device_ref" to "CLINIC-7")
    }

    /** After a restart of the app, and once more. */
    private fun follow() {
        phone.atalaya.enrolments.close()
        repeat(2) { runBlocking { phone.atalaya.rounds.followConfiguration() } }
    }

    private fun enrolled(): Enrolled {
        manage(link)
        follow()
        return all().single().also { one ->
            one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        }
    }

    private fun byHand(link: String): Enrolled =
        runBlocking { phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(link)), null) }

    private fun asked(one: Enrolled) = runBlocking { phone.atalaya.rounds.asked(one) }

    /** By the settings; gives the screen, and what it says at the end. */
    private fun withdrawn(): Pair<SettingsScreen, String?> {
        val screen = Robolectric.buildActivity(SettingsScreen::class.java).setup().get()
        val withdraw = screen.getString(R.string.settings_withdraw)
        phone.settle("the settings are shown") { withdraw in texts(screen.page) }
        press(screen.page, withdraw)
        ShadowAlertDialog.getLatestAlertDialog().getButton(DialogInterface.BUTTON_POSITIVE).performClick()
        phone.settle("the person has left") { screen.isFinishing || said() != null }
        assertTrue(all().isEmpty())
        return screen to said()
    }

    private val asks get() = listOf(R.string.settings_withdraw_text, R.string.settings_withdraw_closed).map(phone.context::getString)

    /** What a dialog says at the end; null where none is shown. */
    private fun said(): String? = ShadowAlertDialog.getLatestAlertDialog()?.takeIf { it.isShowing }
        ?.let { shadowOf(it).message?.toString() }
        ?.takeUnless { said -> asks.any { it == said } }

    private fun left() {
        enrolled()
        val (screen, said) = withdrawn()
        assertTrue(screen.isFinishing && said == null)
    }

    @Test
    fun who_leaves_is_not_enrolled_again_by_the_same_invitation_and_management_is_told() {
        listener.service()
        left()
        assertEquals("1 left", listener.last("enrolment"))
        listener.heard.clear()
        follow()
        assertTrue(all().isEmpty())
        assertTrue(phone.keystore.kept.isEmpty())
        assertEquals("1 left", listener.last("enrolment"))
        val kept = checkNotNull(phone.context.dataDir.listFiles()).flatMap { it.walk().filter { file -> file.isFile } }
        assertFalse("the token is not kept", kept.any { link.substringAfter('#') in it.readText() })
    }

    @Test
    fun management_hears_nothing_of_an_employer_that_it_does_not_speak_for() {
        listener.service()
        val one = byHand(link)
        phone.manage("server_url" to "https://other.example", "org_name" to "Bank")
        asked(one)
        assertEquals(null, listener.last("policy_verdict"))
        manage(link)
        asked(one)
        assertEquals("1 unknown", listener.last("policy_verdict"))
        phone.manage("server_url" to "https://other.example", "org_name" to "Bank")
        listener.heard.clear()
        runBlocking { phone.atalaya.rounds.leave(one) }
        assertEquals(emptyList<Any>(), listener.states())
    }

    @Test
    fun who_left_without_a_connection_is_not_enrolled_again_once_the_server_has_heard() {
        val one = enrolled()
        server.stop()
        runBlocking { runCatching { one.agent.withdraw() } }
        server.start()
        asked(one)
        assertTrue(all().isEmpty())
        follow()
        assertTrue(all().isEmpty())
    }

    @Test
    fun a_new_token_enrols_whoever_left() {
        listener.service()
        left()
        manage(server.link())
        follow()
        assertEquals("1 enrolled", listener.last("enrolment"))
        // The mark is gone with it: what is forgotten otherwise is enrolled again.
        phone.atalaya.enrolments.forget(all().single())
        manage(link)
        follow()
        assertEquals(1, all().size)
    }

    @Test
    fun who_left_enrols_by_hand_with_the_same_invitation_and_it_is_followed_again() {
        left()
        val again = byHand(link)
        follow()
        assertEquals(listOf(again.name), all().map { it.name })
        phone.atalaya.enrolments.forget(all().single())
        follow()
        assertEquals(1, all().size)
    }

    @Test
    fun who_left_enrols_by_hand_with_another_invitation_and_the_configuration_holds_for_it() {
        left()
        val again = byHand(server.link())
        follow()
        assertEquals("CLINIC-7", all().single { it.name == again.name }.configuration()?.deviceRef)
    }

    @Test
    fun who_left_and_whose_key_the_server_no_longer_takes_is_not_enrolled_again() {
        val one = enrolled()
        server.stop()
        runBlocking { runCatching { phone.atalaya.rounds.leave(one) } }
        server.start()
        one.choices.keyLost = true
        runBlocking { phone.atalaya.rounds.followConfiguration() }
        assertTrue(one.choices.keyLost)
        assertTrue(one.agent.status(Language.EN).withdraws)
    }

    @Test
    fun who_cannot_leave_while_the_key_does_not_answer_is_told_so_and_stays() {
        val one = enrolled()
        phone.keystore.troubled = true
        val screen = Robolectric.buildActivity(SettingsScreen::class.java).setup().get()
        val withdraw = screen.getString(R.string.settings_withdraw)
        phone.settle("the settings are shown") { withdraw in texts(screen.page) }
        press(screen.page, withdraw)
        ShadowAlertDialog.getLatestAlertDialog().getButton(DialogInterface.BUTTON_POSITIVE).performClick()
        phone.settle("it is told") { ShadowToast.getTextOfLatestToast() == screen.getString(R.string.problem_key) }
        assertFalse(screen.isFinishing)
        assertFalse(one.agent.status(Language.EN).withdraws)
        phone.keystore.troubled = false
        assertTrue(withdrawn().first.isFinishing)
    }

    @Test
    fun whom_the_company_closed_reads_so_and_is_offered_a_way_back() {
        takenOut()
        val screen = Robolectric.buildActivity(StatusScreen::class.java).setup().get()
        phone.settle("it is told") { screen.getString(R.string.status_closed) in texts(screen.page) }
        press(screen.page, screen.getString(R.string.enrol_again))
        assertEquals(EnrolScreen::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    @Test
    fun the_settings_of_whom_the_company_closed_offer_no_pause_and_say_that_nobody_is_told() {
        takenOut()
        val screen = Robolectric.buildActivity(SettingsScreen::class.java).setup().get()
        phone.settle("the settings are shown") { screen.getString(R.string.settings_withdraw_closed) in texts(screen.page) }
        assertFalse(screen.getString(R.string.settings_pause) in texts(screen.page))
    }

    @Test
    fun who_leaves_what_the_company_closed_is_told_that_no_telling_is_needed() {
        listener.service()
        takenOut()
        val (screen, said) = withdrawn()
        assertEquals(screen.getString(R.string.settings_withdrawn_closed), said)
        ShadowAlertDialog.getLatestAlertDialog().dismiss()
        phone.settle("it was read") { screen.isFinishing }
        assertEquals("1 left", listener.last("enrolment"))
        follow()
        assertTrue(all().isEmpty())
    }

    @Test
    fun who_leaves_with_a_lost_key_is_told_whom_to_tell() {
        val organisation = enrolled().choices.organisation
        phone.keystore.kept.clear()
        val (screen, said) = withdrawn()
        val contact = screen.getString(R.string.settings_no_contact, organisation)
        assertEquals(screen.getString(R.string.settings_withdrawn_untold, contact), said)
        follow()
        assertTrue(all().isEmpty())
    }

    private fun takenOut(): Enrolled {
        val one = enrolled()
        server.takeOut(device(one))
        asked(one)
        return one
    }

    private fun device(one: Enrolled): String = checkNotNull(one.agent.status(Language.EN).enrolment).device

    private fun taken(): List<Boolean> = all().map { it.agent.status(Language.EN).isTakenOut }

    @Test
    fun who_was_taken_out_is_brought_back_by_a_new_token_and_not_by_the_same() {
        listener.service()
        val gone = takenOut()
        assertEquals("1 closed", listener.last("enrolment"))
        follow()
        assertEquals(listOf(gone.name), all().map { it.name })
        assertEquals(listOf(true), taken())
        assertEquals("it asks no more", AgentException.DeviceClosed::class, (asked(all().single()) as Rounds.Outcome.Failed).failure::class)
        manage(server.link())
        follow()
        val back = all().single()
        assertFalse(back.name == gone.name)
        assertEquals(listOf(false), taken())
        assertEquals("CLINIC-7", back.configuration()?.deviceRef)
        assertEquals("1 enrolled", listener.last("enrolment"))
    }

    @Test
    fun a_new_token_that_comes_before_the_phone_knows_that_it_was_taken_out_brings_it_back() {
        val one = enrolled()
        server.takeOut(device(one))
        manage(server.link())
        follow()
        asked(all().single())
        follow()
        assertEquals(listOf(false), taken())
    }

    @Test
    fun a_token_that_was_replaced_while_all_was_well_does_not_bring_back_who_is_taken_out_later() {
        enrolled()
        manage(server.link(uses = 9))
        follow()
        val one = all().single()
        asked(one)
        server.takeOut(device(one))
        asked(one)
        follow()
        assertEquals(listOf(one.name), all().map { it.name })
        assertEquals(listOf(true), taken())
    }

    @Test
    fun who_was_taken_out_comes_back_by_hand_with_the_same_invitation() {
        val before = device(takenOut())
        val again = byHand(link)
        assertFalse(device(again) == before)
        assertEquals(listOf(false), taken())
    }
}
