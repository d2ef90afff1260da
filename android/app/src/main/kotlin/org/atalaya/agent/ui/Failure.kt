package org.atalaya.agent.ui

import android.content.Context
import org.atalaya.agent.R
import org.atalaya.core.AgentException

/** What could not be done, in the person's words. Only the kind of failure is looked at: its text is for developers. */
internal fun Context.wordsFor(failure: AgentException): String = when (failure) {
    is AgentException.Offline, is AgentException.UnderWay -> getString(R.string.status_offline)
    is AgentException.KeyLost, is AgentException.EnrolAgain -> getString(R.string.status_key_lost)
    is AgentException.KeyUnavailable -> getString(R.string.problem_key)
    is AgentException.DeviceClosed -> getString(R.string.status_closed)
    is AgentException.ServerUntrusted -> getString(R.string.problem_untrusted)
    is AgentException.Storage -> getString(R.string.problem_storage)
    is AgentException.Outdated -> getString(R.string.problem_outdated)
    is AgentException.Refused -> getString(R.string.problem_other, failure.code)
    else -> getString(R.string.problem_other, failure.javaClass.simpleName)
}
