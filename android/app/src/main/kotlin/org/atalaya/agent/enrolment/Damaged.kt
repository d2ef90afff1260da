package org.atalaya.agent.enrolment

import org.atalaya.core.AgentException

/**
 * An enrolment that cannot be read. It stays on the phone as it is: whoever mends it finds its key and its job again.
 *
 * @param organisation as the server called it; null when it had not answered.
 */
class Damaged(val number: Int, val organisation: String?, failure: AgentException) {
    /** The kind of failure. Its text is for developers. */
    val kind: String = failure.javaClass.simpleName
}
