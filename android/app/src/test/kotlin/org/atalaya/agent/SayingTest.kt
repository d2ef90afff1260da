package org.atalaya.agent

import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.atalaya.core.Check
import org.atalaya.core.Declaration
import org.atalaya.core.Language
import org.atalaya.core.Sent
import org.atalaya.core.Subject
import org.atalaya.core.Verdict
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What a person says on the phone, and what comes of it on the server. */
@RunWith(RobolectricTestRunner::class)
class SayingTest {
    @get:Rule
    val phone = Phone()
    private val server = ServerProcess()

    @After
    fun end() = server.close()

    private fun ready(): Enrolled = runBlocking {
        phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(server.link())), null).also { one ->
            one.agent.acknowledge(Subject.NOTICE, checkNotNull(one.agent.status(Language.EN).notice).version, Language.EN)
            phone.atalaya.rounds.asked(one)
        }
    }

    private fun asked(one: Enrolled) = runBlocking { phone.atalaya.rounds.asked(one) }

    private fun verdict(one: Enrolled, check: Check) =
        checkNotNull(one.agent.status(Language.EN).posture).checks.single { it.check == check }.verdict

    @Test
    fun a_new_policy_asks_for_rules_and_answers_and_both_are_given() {
        val one = ready()
        server.apply(ASKING)
        val delivered = (asked(one) as Rounds.Outcome.Delivered).delivery
        assertTrue(delivered.newPolicy)
        asked(one)
        assertEquals(Verdict.FAIL, verdict(one, Check.USAGE_RULES))

        val rules = checkNotNull(one.agent.status(Language.ES).usageRules)
        assertTrue(rules.pending && rules.text.isNotBlank())
        one.agent.acknowledge(Subject.USAGE_RULES, rules.version, Language.ES)
        one.agent.declare(Declaration.TWO_STEP_VERIFICATION, true)
        asked(one)
        assertEquals(Verdict.PASS, verdict(one, Check.USAGE_RULES))
        assertEquals(Verdict.PASS, verdict(one, Check.DECLARATIONS))
        val shown = server.device(checkNotNull(one.agent.status(Language.EN).enrolment).device).toString()
        assertTrue(shown, "usage-rules" in shown)
    }

    @Test
    fun a_pause_holds_check_ins_back_until_it_is_ended() {
        val one = ready()
        val reports = { one.agent.ledger().count { it.kind == Sent.REPORT } }
        val before = reports()
        one.agent.pause(Instant.now(), Instant.now().plus(Duration.ofDays(7)))
        runBlocking { phone.atalaya.rounds.tell(one) }
        assertNotNull(one.agent.status(Language.EN).pausedUntil)
        assertTrue(runBlocking { phone.atalaya.rounds.background(one) } is Rounds.Outcome.Quiet)
        assertEquals(before, reports())
        val soon = Instant.now().plusMillis(500)
        one.agent.pause(soon, soon)
        phone.settle("the pause ends") { one.agent.status(Language.EN).pausedUntil == null }
        runBlocking { phone.atalaya.rounds.tell(one) }
    }

    @Test
    fun who_withdraws_offline_is_forgotten_once_the_server_has_heard() {
        val one = ready()
        server.stop()
        runBlocking { runCatching { one.agent.withdraw() } }
        assertTrue(one.agent.status(Language.EN).withdraws)
        server.start()
        asked(one)
        assertTrue(phone.atalaya.enrolments.all().isEmpty())
        assertTrue(phone.keystore.kept.isEmpty())
    }

    private companion object {
        val ASKING = """
            apiVersion: posture/v1
            kind: Policy
            metadata: { name: asking, revision: 2 }
            spec:
              checks:
                screen-lock: { severity: fail }
                usage-rules: { version: 3 }
                declarations: { two-step-verification: { maxAge: 180d } }
        """.trimIndent()
    }
}
