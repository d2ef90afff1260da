package org.atalaya.agent.managed

import kotlinx.coroutines.runBlocking
import org.atalaya.agent.enrolment.Enrolled
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

/** A phone with several administrators, each with an employer's server of its own. */
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

    private fun says(server: ServerProcess, root: Authority, reference: String, whatsApp: String): Map<String, String> {
        val (url, token) = server.link().split("/enrol#")
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
