package org.atalaya.agent.job

import android.content.Context
import java.time.Instant
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.atalaya.agent.enrolment.Damaged
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.enrolment.Enrolments
import org.atalaya.agent.enrolment.isTakenOut
import org.atalaya.agent.managed.AppState
import org.atalaya.agent.managed.AppStateReporter
import org.atalaya.agent.notify.Notifier
import org.atalaya.core.AgentException
import org.atalaya.core.Configuration
import org.atalaya.core.Delivery
import org.atalaya.core.DeviceState
import org.atalaya.core.Held
import org.atalaya.core.Language
import org.atalaya.core.Leaving
import org.atalaya.core.Status
import org.atalaya.core.Urgency

/** Check-ins: look, report, deliver, and what follows from it. What may happen when is the core's to say. */
class Rounds(private val context: Context, private val enrolments: Enrolments) {
    // Whoever comes second finds enrolled what the first one is just enrolling.
    private val following = Mutex()

    /** Nobody asked. In quiet hours nothing is read, sent or notified. */
    suspend fun background(enrolled: Enrolled): Outcome {
        val before = enrolled.agent.status(Language.EN)
        val quiet = before.quietUntil
        // That a person leaves is told at any hour.
        if (quiet != null && !before.withdraws) {
            Schedule(context).again(enrolled, quiet, Instant.now())
            return Outcome.Quiet(quiet)
        }
        val outcome = round(enrolled, Urgency.BACKGROUND)
        val status = enrolled.agent.status(Language.EN)
        if (status.enrolment == null) return outcome.also { gone(enrolled) }
        val next = (outcome as? Outcome.Delivered)?.delivery?.let { it.heldUntil() ?: it.nextTry }
        if (next != null) Schedule(context).again(enrolled, next, Instant.now())
        Notifier(context).consider(enrolled, status, Instant.now())
        answer(enrolled, states(enrolled, status, outcome))
        return outcome
    }

    /** The person asked, so nothing holds it back. */
    suspend fun asked(enrolled: Enrolled): Outcome {
        val outcome = round(enrolled, Urgency.PERSON_ASKED)
        val status = enrolled.agent.status(Language.EN)
        if (status.enrolment == null) return outcome.also { gone(enrolled) }
        Notifier(context).settle(enrolled, status)
        answer(enrolled, states(enrolled, status, outcome))
        return outcome
    }

    /** The person leaves. What the server cannot be told now, the next check-in tells, and then everything of it goes. */
    suspend fun leave(enrolled: Enrolled): Leaving {
        enrolments.noteLeaving(enrolled)
        return enrolled.agent.withdraw().also { gone(enrolled) }
    }

    // The server has heard that the person leaves, or never can or need not.
    private fun gone(enrolled: Enrolled) {
        enrolments.noteLeaving(enrolled)
        answer(enrolled, listOf(LEFT))
        enrolments.forget(enrolled)
        Schedule(context).keep(enrolments)
    }

    // Whoever manages the phone hears of the enrolment that it speaks for, and not how things stand with another employer.
    private fun answer(enrolled: Enrolled, states: List<AppState>) {
        if (enrolled.configuration() != null) AppStateReporter(context).tell(states)
    }

    /** What the person said goes out at once, even where nothing else may. Nothing of the phone is read for it. */
    suspend fun tell(enrolled: Enrolled) {
        try {
            enrolled.agent.deliver(Urgency.PERSON_ASKED)
        } catch (_: AgentException) {
            return // It waits in the core, and the next check-in takes it along.
        }
    }

    /** Enrols where device management says so and this phone has not yet: to fetch the policy and the notice, no more. */
    suspend fun followConfiguration() = following.withLock {
        val pairing = enrolments.pairing()
        val (_, damaged) = enrolments.look()
        val told = if (pairing.configurations.isEmpty()) emptyList() else states(pairing.configurations)
        if (told.isNotEmpty() || damaged.isNotEmpty()) AppStateReporter(context).tell(told + stateOf(damaged))
        if (pairing.left.isNotEmpty()) AppStateReporter(context).tell(listOf(LEFT))
        enrolments.remember(pairing)
        val lost = enrolments.all()
            .filter { it.choices.keyLost && !it.choices.takenOut }
            .mapNotNull { pairing.ownOf(it.name) }
            .filterNot(pairing::isLeft)
        (pairing.newcomers + lost).forEach { enrol(it) }
    }

    // What was said stays with device management until it is said otherwise, so that all is well is said, too.
    private fun states(configurations: List<Configuration>): List<AppState> {
        val faults = configurations.flatMap { it.faults }.joinToString("; ") { "${it.key}: ${it.words}" }
        return listOf(
            AppState("config_version", configurations.map { it.configVersion }.distinct().joinToString()),
            AppState("config_error", faults.ifEmpty { "none" }, isError = faults.isNotEmpty()),
        )
    }

    private fun stateOf(damaged: List<Damaged>): AppState {
        val kinds = damaged.joinToString { it.kind }
        return AppState("enrolment_error", kinds.ifEmpty { "none" }, isError = kinds.isNotEmpty())
    }

    private suspend fun enrol(configuration: Configuration) {
        val invitation = configuration.invitation ?: return
        try {
            enrolments.enrol(invitation, configuration)
            AppStateReporter(context).tell(listOf(AppState("enrolment", "enrolled")))
        } catch (failure: AgentException) {
            AppStateReporter(context).tell(listOf(AppState("enrolment", wordFor(failure), isError = true)))
        }
    }

    private suspend fun round(enrolled: Enrolled, urgency: Urgency): Outcome =
        try {
            report(enrolled)
            var delivery = enrolled.agent.deliver(urgency)
            if (delivery.reportAgain) {
                report(enrolled)
                delivery = enrolled.agent.deliver(urgency)
            }
            enrolled.choices.keyLost = false
            if (delivery.acknowledged > 0u) enrolled.choices.letIn()
            Outcome.Delivered(delivery)
        } catch (failure: AgentException) {
            if (failure is AgentException.KeyLost || failure is AgentException.EnrolAgain) enrolled.choices.keyLost = true
            Outcome.Failed(failure)
        }

    // Before the notice was read nothing of this phone is reported, and the newer policy is fetched all the same.
    private fun report(enrolled: Enrolled) {
        try {
            enrolled.agent.report()
        } catch (_: AgentException.NoticePending) {
            return
        } catch (_: AgentException.Left) {
            return // That the person leaves still has to be told.
        }
    }

    private fun states(enrolled: Enrolled, status: Status, outcome: Outcome): List<AppState> = listOf(
        AppState("enrolment", wordFor(enrolled, status)),
        AppState("last_report", status.sentAt?.toString() ?: "never", isError = outcome is Outcome.Failed),
        AppState("policy_verdict", status.posture?.state?.let(::wordFor) ?: "unknown"),
    )

    private fun wordFor(enrolled: Enrolled, status: Status): String = when {
        status.enrolment?.closed == true -> "closed"
        status.enrolment?.left == true -> "left"
        enrolled.choices.keyLost || status.isTakenOut -> "enrol-again"
        else -> "enrolled"
    }

    private fun wordFor(state: DeviceState): String = state.name.lowercase().replace('_', '-')

    private fun wordFor(failure: AgentException): String = when (failure) {
        is AgentException.Refused -> "refused: ${failure.code}"
        is AgentException.Offline -> "offline"
        is AgentException.ServerUntrusted -> "server-untrusted"
        is AgentException.KeyLost, is AgentException.KeyUnavailable -> "key"
        is AgentException.Outdated -> "outdated"
        else -> "failed"
    }

    private fun Delivery.heldUntil(): Instant? = when (val why = held) {
        null -> null
        is Held.QuietHours -> why.until
        is Held.Pause -> why.until
        is Held.BackOff -> why.until
    }

    private companion object {
        val LEFT = AppState("enrolment", "left")
    }

    /** What a check-in came to. */
    sealed interface Outcome {
        /** Quiet hours, or a pause, until then: nothing was read. */
        data class Quiet(val until: Instant) : Outcome

        data class Delivered(val delivery: Delivery) : Outcome

        data class Failed(val failure: AgentException) : Outcome
    }
}
