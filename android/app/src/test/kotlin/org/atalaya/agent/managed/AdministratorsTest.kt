package org.atalaya.agent.managed

import kotlinx.coroutines.runBlocking
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.probe.AppProbe
import org.atalaya.agent.support.Administrators
import org.atalaya.agent.support.Authority
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.core.Language
import org.atalaya.core.Sent
import org.atalaya.core.Subject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** A phone with several administrators, each with an employer's server of its own or with one that they share. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35, 36], shadows = [Administrators::class])
class AdministratorsTest {
    @get:Rule
    val phone = Phone()
    private val clinicRoot = Authority("Clinic")
    private val bankRoot = Authority("Bank")
    private val clinic = ServerProcess(clinicRoot)
    private val bank = ServerProcess(bankRoot)
    private val clinicSays = says(clinic, clinicRoot, "CLINIC-7", "never")
    private val bankSays = says(bank, bankRoot, "BANK-9", "always")

    @After
    fun end() {
        Administrators.say()
        clinic.close()
        bank.close()
    }

    private fun says(
        server: ServerProcess,
        root: Authority,
        reference: String,
        whatsApp: String,
        organisation: String? = null,
    ): Map<String, String> {
        val (url, token) = server.link(organisation).split("/enrol#")
        return mapOf(
            "server_url" to url,
            "enrolment_token" to token,
            "device_ref" to reference,
            "check_whatsapp" to whatsApp,
            "pinned_root" to root.pem,
        )
    }

    private fun follow() = runBlocking { phone.atalaya.rounds.followConfiguration() }

    private fun with(says: Map<String, String>): Enrolled =
        phone.atalaya.enrolments.all().single { it.choices.server == says["server_url"] }

    private fun asked(one: Enrolled) = runBlocking { phone.atalaya.rounds.asked(one) }

    private fun acknowledged(one: Enrolled): UInt {
        one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
        return (asked(one) as Rounds.Outcome.Delivered).delivery.acknowledged
    }

    private fun device(one: Enrolled): String = checkNotNull(one.agent.status(Language.EN).enrolment).device

    /** What two employers on the clinic's server say. */
    private fun sharing(): Pair<Map<String, String>, Map<String, String>> {
        clinic.organise("Bank")
        return says(clinic, clinicRoot, "CLINIC-7", "never", "1") to says(clinic, clinicRoot, "BANK-9", "always", "Bank")
    }

    private fun renewed(says: Map<String, String>, organisation: String): Map<String, String> =
        says + ("enrolment_token" to clinic.link(organisation).substringAfter('#'))

    private fun all(): List<Enrolled> = phone.atalaya.enrolments.all()

    /** Of the clinic and of the bank. */
    private fun theTwo(): Pair<Enrolled, Enrolled> = all().sortedBy { it.choices.organisation == "Bank" }.let { (one, other) -> one to other }

    private fun enrolments(one: Enrolled): Int = one.agent.ledger().count { it.kind == Sent.ENROLMENT }

    @Test
    fun each_one_s_configuration_becomes_an_enrolment_of_its_own_and_all_is_kept_apart() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        Administrators.say(clinicSays, bankSays)
        repeat(2) { follow() }
        assertEquals(2, phone.atalaya.enrolments.all().size)
        val (first, second) = with(clinicSays) to with(bankSays)
        assertEquals("a key each", 2, phone.keystore.kept.size)
        assertFalse(first.agent.status(Language.EN).enrolment == second.agent.status(Language.EN).enrolment)

        assertEquals(1u, acknowledged(first))
        assertEquals("only one notice was read", true, second.agent.status(Language.EN).notice?.pending)
        assertEquals(0, second.agent.ledger().count { it.kind == Sent.REPORT })
        assertEquals(1u, acknowledged(second))

        val (theirs, others) = clinic.device(device(first)).toString() to bank.device(device(second)).toString()
        assertTrue("each looks for what its own employer lets it", "2.26.39.71" in others && "2.26.39.71" !in theirs)
        for ((one, says) in listOf(first to clinicSays, second to bankSays)) {
            val left = one.agent.ledger()
            assertTrue(left.all { it.to.startsWith("${says["server_url"]}/") })
            val enrolment = left.single { it.kind == Sent.ENROLMENT }.says
            assertTrue(enrolment, "\"${says["device_ref"]}\"" in enrolment)
        }

        runBlocking { first.agent.withdraw() }
        asked(first)
        assertEquals(listOf(second.name), phone.atalaya.enrolments.all().map { it.name })
        assertEquals(1, phone.keystore.kept.size)
        assertEquals("who stays goes on", 1u, acknowledged(second))
    }

    @Test
    fun two_employers_on_one_server_are_enrolled_each_and_all_is_kept_apart() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        val (first, second) = sharing()
        Administrators.say(first, second)
        repeat(2) { follow() }
        val (theirs, others) = theTwo()
        assertEquals(listOf(1, 1), all().map(::enrolments))
        assertEquals("a key each", 2, phone.keystore.kept.size)
        for ((one, reference) in listOf(theirs to "CLINIC-7", others to "BANK-9")) {
            assertTrue(reference in one.agent.ledger().single { it.kind == Sent.ENROLMENT }.says)
            assertEquals(reference, one.configuration()?.deviceRef)
            assertEquals(1u, acknowledged(one))
        }
        val seen = clinic.device(device(theirs), "1").toString() to clinic.device(device(others), "Bank").toString()
        assertTrue("each looks for what its own employer lets it", "2.26.39.71" !in seen.first && "2.26.39.71" in seen.second)

        // The other way round, and after a restart.
        Administrators.say(second, first)
        phone.atalaya.enrolments.close()
        follow()
        assertEquals(listOf("CLINIC-7", "BANK-9"), theTwo().toList().map { it.configuration()?.deviceRef })
        assertEquals(listOf(1, 1), all().map(::enrolments))
    }

    @Test
    fun a_token_that_is_replaced_enrols_nothing_again_on_a_shared_server() {
        var (first, second) = sharing()
        Administrators.say(first, second)
        follow()
        val names = all().map { it.name }
        fun unchanged() {
            Administrators.say(second, first)
            repeat(2) { follow() }
            assertEquals(names, all().map { it.name })
            assertEquals(listOf(1, 1), all().map(::enrolments))
            assertEquals(listOf("never", "always"), theTwo().toList().map { it.configuration()?.checkWhatsapp?.name?.lowercase() })
        }
        first = renewed(first, "1")
        unchanged()
        // Nothing but the token that it was given last tells either from the other now.
        first = first - "device_ref"
        unchanged()
        second = renewed(second, "Bank")
        unchanged()
        second = second - "device_ref"
        unchanged()
        first = renewed(first, "1")
        unchanged()
    }

    @Test
    fun an_employer_that_comes_to_the_server_of_one_that_went_is_enrolled() {
        val (first, second) = sharing()
        Administrators.say(first - "device_ref")
        follow()
        Administrators.say()
        follow()
        Administrators.say(second - "device_ref")
        follow()
        assertEquals(2, all().size)
    }

    @Test
    fun a_newcomer_is_enrolled_by_its_own_root_alone_on_a_shared_server() {
        val (first, second) = sharing()
        Administrators.say(first, second + ("pinned_root" to bankRoot.pem))
        follow()
        assertEquals("CLINIC-7", all().single().configuration()?.deviceRef)
        Administrators.say(first, second)
        follow()
        assertEquals(2, all().size)
    }

    @Test
    fun who_lost_its_key_is_enrolled_again_and_takes_nobody_s_place_but_its_own() {
        val (first, second) = sharing()
        Administrators.say(first, second)
        follow()
        val (theirs, others) = theTwo()
        listOf(theirs, others).forEach { it.choices.keyLost = true }
        Administrators.say(renewed(first, "1"), second)
        follow()
        val (again, still) = theTwo()
        assertEquals("the other one's token is used up", listOf(false, true), listOf(again, still).map { it.choices.keyLost })
        assertFalse(again.name == theirs.name)
        assertEquals(others.name, still.name)
        assertEquals(2, all().size)

        // By hand: the server says whose it is.
        val link = checkNotNull(invitationOf(clinic.link("Bank")))
        val new = runBlocking { phone.atalaya.enrolments.enrol(link, null) }
        assertEquals(listOf(again.name, new.name), all().map { it.name })
        follow()
        assertEquals(listOf("CLINIC-7", "BANK-9"), theTwo().toList().map { it.configuration()?.deviceRef })
        assertEquals(listOf(again.name, new.name), all().map { it.name })
    }

    @Test
    fun what_was_enrolled_by_hand_is_not_enrolled_again_beside_another_on_its_server() {
        val (first, second) = sharing()
        Administrators.say(first)
        follow()
        val hand = runBlocking { phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(clinic.link("Bank"))), null) }
        Administrators.say(first, second)
        repeat(2) { follow() }
        assertEquals(2, all().size)
        assertEquals("BANK-9", hand.configuration()?.deviceRef)
        assertEquals(1u, acknowledged(hand))
    }

    @Test
    fun an_administrator_that_goes_takes_nobody_else_with_it() {
        Administrators.say(clinicSays, bankSays)
        follow()
        Administrators.say(bankSays)
        follow()
        assertEquals(2, phone.atalaya.enrolments.all().size)
        assertEquals(1u, acknowledged(with(bankSays)))
    }

    @Test
    fun what_one_says_wrongly_keeps_no_other_from_enrolling() {
        Administrators.say(emptyMap(), clinicSays + ("enrolment_token" to "00000000WXYZ0123456789ABCD"), bankSays)
        follow()
        assertEquals(with(bankSays).name, phone.atalaya.enrolments.all().single().name)
    }

    @Test
    fun a_root_holds_for_its_own_employer_s_server_alone() {
        Administrators.say(clinicSays + ("pinned_root" to bankRoot.pem), bankSays)
        follow()
        assertEquals(with(bankSays).name, phone.atalaya.enrolments.all().single().name)
        Administrators.say(clinicSays, bankSays)
        follow()
        assertEquals(2, phone.atalaya.enrolments.all().size)
    }

    @Test
    fun where_the_system_fills_the_older_list_alone_that_one_is_read() {
        phone.manage(*clinicSays.toList().toTypedArray())
        follow()
        assertEquals(with(clinicSays).name, phone.atalaya.enrolments.all().single().name)
        // Where it fills both, the older holds a mixture.
        Administrators.say(bankSays)
        follow()
        assertEquals(listOf(bankSays["server_url"]), ManagedConfiguration(phone.context).read().map { it.serverUrl })
    }
}
