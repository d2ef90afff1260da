package org.atalaya.agent.enrolment

import org.atalaya.core.Configuration

/**
 * An enrolment, as far as it tells whose it is.
 *
 * @param name made from the invitation that it was enrolled with.
 * @param organisation as the server calls it; null before it has answered.
 * @param invited the name of the invitation that its administrator gave last; null when none has spoken for it.
 * @param said what its administrator's configuration called it; null when none has spoken for it.
 * @param forsaken whether its administrator's configuration was gone when it was last looked for.
 * @param takenOut whether the server has taken it out; [invited] is then the invitation that stood while it still let it in.
 */
class Known(
    val name: String,
    val server: String?,
    val organisation: String? = null,
    val invited: String? = null,
    val said: Marks? = null,
    val forsaken: Boolean = false,
    val takenOut: Boolean = false,
)

/** What an employer calls itself and the phone. Stays the same when a token is replaced. */
data class Marks(val organisation: String?, val deviceRef: String?, val group: String?) {
    /** Whether they tell an employer from another; groups are called alike everywhere. */
    val tell: Boolean get() = organisation != null || deviceRef != null

    /** Whether this employer names itself unlike the one of that enrolment did. */
    fun contradict(known: Known): Boolean {
        val before = known.said?.organisation
        return before != null && organisation != null && before != organisation
    }

    // What a company calls its phones is nothing for logs.
    override fun toString(): String = "Marks"

    companion object {
        fun of(configuration: Configuration) = Marks(configuration.orgName, configuration.deviceRef, configuration.group)
    }
}
