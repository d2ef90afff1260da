package org.atalaya.agent.enrolment

import org.atalaya.agent.key.DeviceKey
import org.atalaya.core.Configuration
import org.atalaya.core.PostureAgent
import org.atalaya.core.Status

/**
 * One enrolment: a folder, a key, a job and a notification of its own. Two employers on one phone are two of these and
 * share nothing.
 *
 * @param number tells its jobs and its notification from those of the others.
 */
class Enrolled internal constructor(
    val name: String,
    val number: Int,
    val agent: PostureAgent,
    internal val key: DeviceKey,
    val choices: Choices,
    private val says: () -> Configuration?,
) {
    /** What device management says now about this employer; null when it says nothing. Reads the disk. */
    fun configuration(): Configuration? = says()
}

/** Whether the server takes nothing more of this phone: it was taken out or closed, or the server does not know it. */
internal val Status.isTakenOut: Boolean get() = enrolment?.left == true || problems.any { it.code == "enrol-again" }
