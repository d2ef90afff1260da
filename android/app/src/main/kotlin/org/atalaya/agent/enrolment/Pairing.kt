package org.atalaya.agent.enrolment

import org.atalaya.core.Configuration

/**
 * Which administrator's configuration is about which enrolment. Android does not name the administrator of a configuration,
 * and several employers may share one server. So, in this order: the configuration whose invitation made the enrolment;
 * one that calls its organisation and the phone as before; and on each server what is left over on both sides, for a token
 * that was replaced makes no new employer, but brings back a phone that was taken out. One whose invitation the person left
 * waits for nothing. Reads nothing and asks nobody.
 *
 * @param leftNames of the invitations that the person has left.
 */
class Pairing(
    val configurations: List<Configuration>,
    enrolments: List<Known>,
    private val leftNames: Set<String> = emptySet(),
) {
    // The same invitation twice is the same employer.
    private val speaking = configurations.distinctBy { it.invitation ?: it }.toMutableList()
    private val unspoken = enrolments.toMutableList()
    private val pairs = mutableMapOf<String, Configuration>()

    init {
        byInvitation()
        likenesses.forEach(::byLikeness)
        speaking.mapNotNull { it.server }.distinct().forEach(::byServer)
    }

    /** Employers that this phone is not enrolled with. */
    val newcomers: List<Configuration> = speaking.filter { it.invitation != null && !isLeft(it) }

    /** Those that the person has left, and that are about no other enrolment. */
    val left: List<Configuration> = speaking.filter(::isLeft)

    /** The configuration that is about this enrolment and no other; null when none is. */
    fun ownOf(name: String): Configuration? = pairs[name]

    /** What holds for this enrolment: its own configuration, or else one that has no enrolment of its own. */
    fun configurationOf(known: Known): Configuration? {
        val everybodys = speaking.filter { it.invitation == null }
        return ownOf(known.name) ?: everybodys.find { it.server == known.server } ?: everybodys.find { it.server == null }
    }

    /** The root by which its server is known. Where no administrator speaks for it, any that names this server tells. */
    fun rootOf(known: Known): String? =
        if (known.name in pairs) {
            pairs[known.name]?.pinnedRoot
        } else {
            configurationOf(known)?.pinnedRoot
                ?: configurations.filter { it.server == known.server }.firstNotNullOfOrNull { it.pinnedRoot }
        }

    /** Whether the person has left this invitation. */
    fun isLeft(configuration: Configuration): Boolean = configuration.invitation?.let { it.name in leftNames } == true

    private fun byInvitation() {
        for (configuration in speaking.toList()) {
            val name = configuration.invitation?.name ?: continue
            val known = unspoken.find { it.name == name } ?: unspoken.find { it.invited == name } ?: continue
            pair(configuration, known)
        }
    }

    // Only where nobody else is as like.
    private fun byLikeness(like: (Marks, Known) -> Boolean) {
        fun alike(configuration: Configuration, known: Known): Boolean {
            val marks = Marks.of(configuration)
            return configuration.server == known.server && like(marks, known)
        }
        val found = speaking.mapNotNull { one ->
            val known = unspoken.singleOrNull { !it.takenOut && alike(one, it) } ?: return@mapNotNull null
            if (speaking.count { alike(it, known) } == 1) one to known else null
        }
        found.forEach { (configuration, known) -> pair(configuration, known) }
    }

    // Whoever lost its administrator before is not waiting for a newcomer. What a person enrolled by hand may be.
    private fun byServer(server: String) {
        val here = speaking.filter { it.server == server && !isLeft(it) }
        val waiting = unspoken.filter { it.server == server && !it.forsaken && !it.takenOut }
        val sides = listOf(here.filter { it.invitation != null }, here).flatMap { configurations ->
            listOf(waiting.filter { it.said != null }, waiting).map { configurations to it }
        }
        val (configurations, known) = sides.find { (one, other) -> one.size == other.size && one.isNotEmpty() } ?: return
        configurations.zip(known).filterNot { (one, other) -> Marks.of(one).contradict(other) }.forEach { (one, other) -> pair(one, other) }
    }

    private fun pair(configuration: Configuration, known: Known) {
        pairs[known.name] = configuration
        speaking.removeAll { it === configuration }
        unspoken.remove(known)
    }

    private companion object {
        val likenesses = listOf<(Marks, Known) -> Boolean>(
            { marks, known -> marks.tell && marks == known.said },
            { marks, known -> marks.organisation != null && marks.organisation in listOf(known.said?.organisation, known.organisation) },
            { marks, known -> marks.deviceRef != null && marks.deviceRef == known.said?.deviceRef && !marks.contradict(known) },
        )

        val Configuration.server: String? get() = invitation?.server ?: serverUrl
    }
}
