package org.atalaya.agent.ui

import android.content.Context
import android.graphics.Color
import org.atalaya.agent.R
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

/** Every colour of words against every ground that it stands on, by the formula of WCAG 2.2. */
@RunWith(RobolectricTestRunner::class)
class ContrastTest {
    private val words = listOf(
        R.color.ink to listOf(R.color.paper, R.color.card, R.color.compliant_tint, R.color.grace_tint, R.color.failing_tint, R.color.unknown_tint, R.color.stale_tint),
        R.color.soft to listOf(R.color.paper, R.color.card),
        R.color.accent to listOf(R.color.paper, R.color.card),
        R.color.on_accent to listOf(R.color.accent),
        R.color.on_state to listOf(R.color.compliant, R.color.grace, R.color.failing, R.color.unknown, R.color.stale),
        R.color.compliant to listOf(R.color.paper, R.color.compliant_tint),
        R.color.grace to listOf(R.color.paper, R.color.grace_tint),
        R.color.failing to listOf(R.color.paper, R.color.card, R.color.failing_tint),
        R.color.unknown to listOf(R.color.paper, R.color.unknown_tint),
        R.color.stale to listOf(R.color.paper, R.color.stale_tint),
    )

    @Test
    fun words_can_be_read_by_day() = check("notnight")

    @Test
    fun words_can_be_read_by_night() = check("night")

    private fun check(time: String) {
        RuntimeEnvironment.setQualifiers("+$time")
        val context: Context = RuntimeEnvironment.getApplication()
        for ((ink, grounds) in words) {
            for (ground in grounds) {
                val contrast = contrast(context.getColor(ink), context.getColor(ground))
                val name = context.resources.run { "${getResourceEntryName(ink)} on ${getResourceEntryName(ground)}" }
                assertTrue("$name by $time: $contrast", contrast >= 4.5)
            }
        }
    }

    private fun contrast(one: Int, other: Int): Double {
        val (dark, light) = listOf(one, other).map { Color.luminance(it).toDouble() }.sorted()
        return (light + 0.05) / (dark + 0.05)
    }
}
