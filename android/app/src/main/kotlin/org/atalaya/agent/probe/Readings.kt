package org.atalaya.agent.probe

import org.atalaya.core.Evidence
import org.atalaya.core.FlagReading
import org.atalaya.core.Presence
import org.atalaya.core.PresenceReading
import org.atalaya.core.TextReading
import org.atalaya.core.TextsReading
import org.atalaya.core.UnknownReason

// What the system says of itself; the core has stronger words only for what hardware proves.

internal fun known(text: String): TextReading = TextReading.Known(text, Evidence.OS_REPORTED)

internal fun unknownText(reason: UnknownReason): TextReading = TextReading.Unknown(reason)

internal fun known(flag: Boolean): FlagReading = FlagReading.Known(flag, Evidence.OS_REPORTED)

internal fun unknownFlag(reason: UnknownReason): FlagReading = FlagReading.Unknown(reason)

internal fun known(presence: Presence): PresenceReading = PresenceReading.Known(presence, Evidence.OS_REPORTED)

internal fun unknownPresence(reason: UnknownReason): PresenceReading = PresenceReading.Unknown(reason)

internal fun known(texts: List<String>): TextsReading = TextsReading.Known(texts, Evidence.OS_REPORTED)

internal fun unknownTexts(reason: UnknownReason): TextsReading = TextsReading.Unknown(reason)

/** Some text that a maker wrote: blank or overlong is a probe that failed. */
internal fun printed(text: String?): TextReading {
    val line = text?.trim().orEmpty()
    return if (line.isEmpty() || line.length > LONGEST) unknownText(UnknownReason.PROBE_FAILED) else known(line)
}

private const val LONGEST = 120
