package org.atalaya.agent.ui.part

import org.atalaya.agent.R
import org.atalaya.core.CheckVerdict
import org.atalaya.core.DeviceState
import org.atalaya.core.Verdict

/** A state as it is shown: always a word, a shape and a colour together. */
internal enum class Shape(val picture: Int, val colour: Int, val tint: Int, val word: Int) {
    COMPLIANT(R.drawable.shape_compliant, R.color.compliant, R.color.compliant_tint, R.string.shape_pass),
    IN_GRACE(R.drawable.shape_grace, R.color.grace, R.color.grace_tint, R.string.shape_in_grace),
    NOT_COMPLIANT(R.drawable.shape_failing, R.color.failing, R.color.failing_tint, R.string.shape_fail),
    UNKNOWN(R.drawable.shape_unknown, R.color.unknown, R.color.unknown_tint, R.string.shape_unknown),
    STALE(R.drawable.shape_stale, R.color.stale, R.color.stale_tint, R.string.shape_unknown),
    NUDGE(R.drawable.shape_nudge, R.color.grace, R.color.grace_tint, R.string.shape_nudge),
    NOT_ASKED(R.drawable.shape_not_asked, R.color.soft, R.color.card, R.string.shape_not_applicable),
    QUIET(R.drawable.shape_quiet, R.color.soft, R.color.card, R.string.shape_not_applicable);

    companion object {
        fun of(check: CheckVerdict): Shape = when (check.verdict) {
            Verdict.PASS -> COMPLIANT
            Verdict.NUDGE -> NUDGE
            Verdict.FAIL -> if (check.inGrace) IN_GRACE else NOT_COMPLIANT
            Verdict.UNKNOWN -> UNKNOWN
            Verdict.NOT_APPLICABLE -> NOT_ASKED
        }

        fun of(state: DeviceState): Shape = when (state) {
            DeviceState.COMPLIANT -> COMPLIANT
            DeviceState.IN_GRACE -> IN_GRACE
            DeviceState.NOT_COMPLIANT -> NOT_COMPLIANT
            DeviceState.UNKNOWN -> UNKNOWN
            DeviceState.STALE -> STALE
        }
    }
}
