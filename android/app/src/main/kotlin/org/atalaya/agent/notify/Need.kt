package org.atalaya.agent.notify

import java.time.Duration
import java.time.Instant
import org.atalaya.core.Status
import org.atalaya.core.Verdict

/** Whether something needs the person. */
internal enum class Need {
    NOTHING,
    ENROL_AGAIN,

    /** The company closed the enrolment. Nothing is asked of the person, so they are told once. */
    CLOSED,
    SOMETHING_TO_FIX;

    companion object {
        private val DAY: Duration = Duration.ofDays(1)

        fun of(status: Status, keyLost: Boolean): Need {
            val enrolment = status.enrolment
            return when {
                enrolment == null -> NOTHING
                enrolment.closed -> CLOSED
                enrolment.left -> NOTHING
                keyLost -> ENROL_AGAIN
                status.notice?.pending == true -> SOMETHING_TO_FIX
                // What counts and fails; advice and what nobody can read do not call anyone.
                status.posture?.checks.orEmpty().any { it.counted && it.verdict == Verdict.FAIL } -> SOMETHING_TO_FIX
                else -> NOTHING
            }
        }

        /** Never in quiet hours, and not twice within a day; a clock that was set back does not silence it for ever. */
        fun mayTell(status: Status, toldAt: Instant?, now: Instant): Boolean =
            status.quietUntil == null && (toldAt == null || Duration.between(toldAt, now).abs() >= DAY)
    }
}
