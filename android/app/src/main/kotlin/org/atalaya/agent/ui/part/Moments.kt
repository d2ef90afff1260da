package org.atalaya.agent.ui.part

import android.content.Context
import android.text.format.DateFormat
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.DateTimeParseException
import java.time.format.FormatStyle
import java.util.Locale
import org.atalaya.agent.R

/** Moments in words, as seen from now. The phone's zone as it is at this moment: people travel. */
internal class Moments(private val context: Context, private val now: Instant, private val zone: ZoneId = ZoneId.systemDefault()) {
    // In the language of the words around them: those are Spanish or English, whatever the phone speaks.
    private val locale = context.resources.configuration.locales[0].takeIf { it.language in setOf("es", "en") } ?: Locale.ENGLISH

    /** "just now", "12 min ago", "at 09:30", "on 3 Nov 2026". */
    fun past(at: Instant): String {
        val ago = Duration.between(at, now)
        return when {
            ago.abs() < Duration.ofMinutes(1) -> context.getString(R.string.when_now)
            !ago.isNegative && ago < Duration.ofHours(1) -> together(context.getString(R.string.when_minutes, ago.toMinutes().toString()))
            isToday(at) -> together(context.getString(R.string.when_today, time(at)))
            else -> context.getString(R.string.when_day, day(at))
        }
    }

    /** The day and the hour, or the hour alone when it is today. */
    fun until(at: Instant): String = if (isToday(at)) time(at) else "${day(at)} ${time(at)}"

    fun isToday(at: Instant): Boolean = local(at).toLocalDate() == local(now).toLocalDate()

    fun time(at: Instant): String {
        val pattern = if (DateFormat.is24HourFormat(context)) "HH:mm" else "h:mm a"
        return DateTimeFormatter.ofPattern(pattern, locale).format(local(at))
    }

    fun day(at: Instant): String = day(local(at).toLocalDate())

    /** A day as the core writes it, `2026-11-03`. */
    fun day(text: String): String =
        try {
            day(LocalDate.parse(text))
        } catch (_: DateTimeParseException) {
            text
        }

    // No line ends within a moment.
    private fun together(words: String): String = words.replace(' ', '\u00a0')

    private fun day(day: LocalDate): String =
        DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).withLocale(locale).format(day)

    private fun local(at: Instant): LocalDateTime = LocalDateTime.ofInstant(at, zone)
}
