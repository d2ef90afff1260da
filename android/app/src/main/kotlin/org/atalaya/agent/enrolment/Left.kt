package org.atalaya.agent.enrolment

import android.content.Context

/**
 * The invitations that the person has left: none of them enrols this phone again by itself. Only digests are kept, of the
 * invitation and of whose it was.
 */
internal class Left(context: Context) {
    private val kept = context.getSharedPreferences("left", Context.MODE_PRIVATE)

    /** The names of these invitations. */
    fun names(): Set<String> = kept.all.keys

    /** The person leaves this employer, by whichever of its invitations. On the disk before anybody is told. */
    fun note(choices: Choices) {
        val edit = kept.edit()
        choices.invitations().forEach { edit.putString(it, employerOf(choices)) }
        edit.commit()
    }

    /** This invitation, and any other of the same employer, may be followed again. */
    fun lift(name: String, choices: Choices) {
        val edit = kept.edit().remove(name)
        kept.all.filterValues { it == employerOf(choices) }.keys.forEach(edit::remove)
        edit.commit()
    }

    private fun employerOf(choices: Choices): String = digestOf("${choices.server}\n${choices.organisation}")
}
