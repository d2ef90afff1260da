package org.atalaya.agent.probe

import android.content.Context
import org.atalaya.agent.R
import org.atalaya.core.Evidence
import org.atalaya.core.FlagReading
import org.atalaya.core.UnknownReason

/**
 * Whether this app is signed by whom it was built for. A copy can lie about itself, so this is a hint; what proves it
 * is the attestation of the key, which the server reads.
 */
internal class OwnAppProbe(private val context: Context) {
    fun read(): FlagReading {
        val expected = context.resources.getStringArray(R.array.own_signers).toSet()
        if (expected.isEmpty()) return unknownFlag(UnknownReason.NOT_SUPPORTED)
        val found = Signers.of(context, context.packageName)
        if (found.isEmpty()) return unknownFlag(UnknownReason.PROBE_FAILED)
        return FlagReading.Known(found.any { it in expected }, Evidence.HEURISTIC)
    }
}
