package org.atalaya.agent.ui.status

import android.content.res.ColorStateList
import android.view.View
import android.view.View.AccessibilityDelegate
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.Button
import android.widget.ImageView
import android.widget.LinearLayout
import android.widget.TextView
import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.ui.Fix
import org.atalaya.agent.ui.part.Moments
import org.atalaya.agent.ui.part.Parts
import org.atalaya.agent.ui.part.Shape
import org.atalaya.agent.ui.part.headingForReaders
import org.atalaya.core.CheckVerdict
import org.atalaya.core.Evidence
import org.atalaya.core.Remediation
import org.atalaya.core.Status
import org.atalaya.core.Verdict

/** How things stand: the answer, what to do, then every check, then when. Draws what it is given and decides nothing. */
internal class StatusPage(private val status: Status, private val keyLost: Boolean, private val now: Instant) {
    /** What the person can do here. */
    interface Acts {
        fun fix(check: CheckVerdict)

        fun checkNow()

        fun whatLeaves()

        fun enrolAgain()
    }

    fun draw(parts: Parts, acts: Acts) {
        if (status.enrolment?.left == true) return parts.gone(acts)
        val checks = status.posture?.checks.orEmpty().filter { it.verdict != Verdict.NOT_APPLICABLE }
        val first = checks.firstOrNull { needsSomeone(it) }
        parts.answer(first, acts)
        val rest = checks.filter { it !== first }
        if (rest.isNotEmpty()) {
            val list = LinearLayout(parts.context).apply { orientation = LinearLayout.VERTICAL }
            parts.add(list, ABOVE_LIST)
            rest.forEach { Parts(list).row(it, acts) }
        }
        parts.line(above = 14)
        parts.text(footer(parts), R.style.Text_Small, above = 14)
        quiet(parts)?.let { parts.text(it, R.style.Text_Small, above = 8).crescent(parts) }
        status.problems.forEach { parts.text(it.words, R.style.Text_Small, above = 8).setTextColor(parts.context.getColor(R.color.grace)) }
        parts.pair(
            parts.words(R.string.status_check_now),
            parts.words(R.string.status_what_leaves),
            above = 16,
            onFirst = { acts.checkNow() },
            onSecond = { acts.whatLeaves() },
        )
    }

    // What someone is asked to do now: what fails; after it what is left open, where there is a step to take.
    private fun needsSomeone(check: CheckVerdict): Boolean =
        check.verdict == Verdict.FAIL || check.verdict == Verdict.UNKNOWN && check.counted && check.remediation != Remediation.NONE

    private fun Parts.answer(first: CheckVerdict?, acts: Acts) {
        val posture = status.posture
        when {
            keyLost -> plain(Shape.NOT_COMPLIANT, words(R.string.notify_enrol), words(R.string.status_key_lost))
                .button(words(R.string.enrol_again), Shape.NOT_COMPLIANT) { acts.enrolAgain() }
            posture == null -> plain(Shape.UNKNOWN, status.headline, words(R.string.status_not_read))
            first == null -> plain(Shape.of(posture.state), status.headline, words(R.string.status_nothing_to_do))
            else -> failing(first, acts)
        }
    }

    private fun Parts.gone(acts: Acts) {
        if (status.enrolment?.closed == true) {
            card(Shape.STALE, organisation(), status.headline, words(R.string.status_closed))
                .button(words(R.string.enrol_again), Shape.STALE) { acts.enrolAgain() }
        } else {
            card(Shape.STALE, organisation(), status.headline, words(R.string.status_left, organisation()))
        }
        button(words(R.string.status_what_leaves), above = 16) { acts.whatLeaves() }
    }

    private fun Parts.failing(check: CheckVerdict, acts: Acts) {
        val shape = Shape.of(check)
        // The first sentence of the step is what to do, the rest is how long it takes.
        val fix = check.fix.orEmpty()
        val step = fix.substringBefore(". ").trimEnd('.')
        val effort = fix.substringAfter(". ", "")
        val detail = listOf(check.what, effort).filter { it.isNotBlank() }.joinToString(" ")
        val card = card(shape, status.headline, step.ifBlank { check.title }, detail)
        check.deadline?.let { card.limit(words(R.string.status_deadline, Moments(context, now).until(it)), shape) }
        Fix.of(check.remediation)?.let { card.button(words(it.words), shape) { acts.fix(check) } }
    }

    private fun Parts.plain(shape: Shape, answer: String, detail: String): View = card(shape, words(shape.word), answer, detail)

    private fun Parts.card(shape: Shape, word: String, answer: String, detail: String): View =
        inflate(R.layout.first_card).apply {
            backgroundTintList = ColorStateList.valueOf(context.getColor(shape.tint))
            findViewById<ImageView>(R.id.shape).setImageResource(shape.picture)
            findViewById<TextView>(R.id.word).apply {
                text = word
                setTextColor(context.getColor(shape.colour))
            }
            findViewById<TextView>(R.id.answer).apply {
                text = answer
                headingForReaders()
            }
            findViewById<TextView>(R.id.detail).text = detail
            findViewById<View>(R.id.limit).visibility = View.GONE
            findViewById<View>(R.id.act).visibility = View.GONE
        }

    private fun View.limit(words: String, shape: Shape) = findViewById<TextView>(R.id.limit).run {
        text = words
        setTextColor(context.getColor(shape.colour))
        visibility = View.VISIBLE
    }

    private fun View.button(words: String, shape: Shape, act: () -> Unit) = findViewById<Button>(R.id.act).run {
        text = words
        backgroundTintList = ColorStateList.valueOf(context.getColor(shape.colour))
        setTextColor(context.getColor(R.color.on_state))
        visibility = View.VISIBLE
        setOnClickListener { act() }
    }

    private fun Parts.row(check: CheckVerdict, acts: Acts) {
        val shape = Shape.of(check)
        val row = inflate(R.layout.check_row)
        row.findViewById<ImageView>(R.id.shape).setImageResource(shape.picture)
        row.findViewById<TextView>(R.id.name).text = check.title
        row.findViewById<TextView>(R.id.what).text = check.what
        check.deadline?.takeIf { check.verdict == Verdict.FAIL }?.let {
            row.findViewById<TextView>(R.id.limit).apply {
                text = words(R.string.status_deadline, Moments(context, now).until(it))
                setTextColor(context.getColor(shape.colour))
                visibility = View.VISIBLE
            }
        }
        row.contentDescription = words(R.string.status_row, check.title, words(shape.word), check.what.trimEnd('.'))
        val detail = LinearLayout(context).apply {
            orientation = LinearLayout.VERTICAL
            visibility = View.GONE
            setPaddingRelative(dp(DETAIL_START), 0, dp(4), dp(8))
        }
        add(detail)
        Parts(detail).detail(check, acts)
        row.setOnClickListener { detail.visibility = if (detail.visibility == View.GONE) View.VISIBLE else View.GONE }
        row.accessibilityDelegate = SaysWhatATapDoes(words(R.string.status_details))
    }

    private fun Parts.detail(check: CheckVerdict, acts: Acts) {
        text(words(R.string.status_why), R.style.Text_Small)
        text(check.why)
        check.fix?.let {
            text(words(R.string.status_how), R.style.Text_Small, above = 8)
            text(it)
        }
        val since = words(R.string.status_since, Moments(context, now).until(check.since))
        val who = check.evidence?.let { words(R.string.status_evidence, words(wordFor(it))) }
        text(listOfNotNull(since, who).joinToString(" · "), R.style.Text_Small, above = 8)
        if (check.verdict == Verdict.PASS) return
        Fix.of(check.remediation)?.let { fix -> button(words(fix.words)) { acts.fix(check) } }
    }

    private fun wordFor(evidence: Evidence): Int = when (evidence) {
        Evidence.USER_DECLARED -> R.string.evidence_user_declared
        Evidence.HEURISTIC -> R.string.evidence_heuristic
        Evidence.OS_REPORTED -> R.string.evidence_os_reported
        Evidence.MDM_CONFIRMED -> R.string.evidence_mdm_confirmed
        Evidence.HARDWARE_ATTESTED -> R.string.evidence_hardware_attested
    }

    private fun footer(parts: Parts): String {
        val moments = Moments(parts.context, now)
        val checked = status.checkedAt?.let { parts.words(R.string.status_checked, moments.past(it)) }
        val sent = status.sentAt?.let { parts.words(R.string.status_sent, organisation(), moments.past(it)) }
            ?: parts.words(R.string.status_not_sent, organisation())
        val next = status.nextAt?.takeIf { it > now }?.let {
            if (moments.isToday(it)) {
                parts.words(R.string.status_next, moments.time(it))
            } else {
                parts.words(R.string.when_next_day, moments.until(it))
            }
        }
        val line = listOfNotNull(checked, sent, next).joinToString(" · ").replaceFirstChar(Char::uppercase) + "."
        val waiting = status.waiting.takeIf { it > 0u }?.let { parts.words(R.string.status_waiting, it.toString()) + "." }
        val provisional = parts.words(R.string.status_provisional).takeIf { status.posture?.provisional == true }
        return listOfNotNull(line, waiting, provisional).joinToString(" ")
    }

    private fun quiet(parts: Parts): String? {
        val moments = Moments(parts.context, now)
        val pause = status.pausedUntil
        val quiet = status.quietUntil
        return when {
            pause != null -> parts.words(R.string.status_paused, moments.until(pause))
            quiet != null -> parts.words(R.string.status_quiet, moments.until(quiet))
            else -> null
        }
    }

    private fun TextView.crescent(parts: Parts) {
        val shape = context.getDrawable(Shape.QUIET.picture)?.apply { setBounds(0, 0, parts.dp(CRESCENT), parts.dp(CRESCENT)) }
        setCompoundDrawablesRelative(shape, null, null, null)
        compoundDrawablePadding = parts.dp(8)
    }

    private fun organisation(): String = status.enrolment?.organisation.orEmpty()

    private class SaysWhatATapDoes(private val words: String) : AccessibilityDelegate() {
        override fun onInitializeAccessibilityNodeInfo(host: View, info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(host, info)
            info.addAction(AccessibilityNodeInfo.AccessibilityAction(AccessibilityNodeInfo.ACTION_CLICK, words))
        }
    }

    private companion object {
        const val ABOVE_LIST = 20
        const val CRESCENT = 16
        const val DETAIL_START = 42
    }
}
