package org.atalaya.agent.job

import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import java.time.Duration
import java.time.Instant
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.enrolment.Enrolments
import org.atalaya.agent.managed.ManagedConfiguration

/**
 * When the phone looks at itself without being asked: a periodic job for each enrolment, kept over restarts, and one more
 * when something is due earlier. The system moves them as it likes; the server judges silence in days.
 */
class Schedule(private val context: Context) {
    private val scheduler = context.getSystemService(JobScheduler::class.java)
    private val service = ComponentName(context, PostureJob::class.java)

    /** Sees to it that each of these has its job, as often as configured. One that cannot be read keeps the job that it had. */
    fun keep(enrolments: Enrolments) {
        val (enrolled, damaged) = enrolments.look()
        keep(enrolled, damaged.map { it.number })
    }

    /** Sees to it that each of these has its job, as often as configured, and that none but these numbers has one beside. */
    internal fun keep(enrolled: List<Enrolled>, besides: List<Int> = emptyList()) {
        val jobs = scheduler.allPendingJobs.associateBy { it.id }
        for (one in enrolled) {
            val wanted = periodic(one)
            // Scheduling again begins the period anew, so it is left alone while it fits.
            if (jobs[wanted.id]?.intervalMillis != wanted.intervalMillis) scheduler.schedule(wanted)
        }
        val numbers = enrolled.map { it.number } + besides
        jobs.keys.filter { numberOf(it) !in numbers }.forEach(scheduler::cancel)
    }

    /** Looks again at this moment, when it is before the next periodic job; never sooner than in a minute. */
    fun again(enrolled: Enrolled, at: Instant, now: Instant) {
        val wait = Duration.between(now, at).coerceAtLeast(SOONEST)
        if (wait > interval(enrolled)) return
        scheduler.schedule(
            JobInfo.Builder(onceId(enrolled.number), service)
                .setMinimumLatency(wait.toMillis())
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                .setPersisted(true)
                .build(),
        )
    }

    private fun periodic(enrolled: Enrolled): JobInfo {
        val interval = interval(enrolled).toMillis()
        return JobInfo.Builder(periodicId(enrolled.number), service)
            .setPeriodic(interval, interval / FLEX_PART)
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setPersisted(true)
            .build()
    }

    private fun interval(enrolled: Enrolled): Duration {
        val configuration = enrolled.configuration() ?: ManagedConfiguration.usual
        return Duration.ofHours(configuration.reportIntervalHours.toLong())
    }

    companion object {
        private val SOONEST: Duration = Duration.ofMinutes(1)
        private const val FLEX_PART = 10

        // Even numbers come again, odd ones once.
        internal fun periodicId(number: Int): Int = number * 2
        internal fun onceId(number: Int): Int = number * 2 + 1

        /** The number of the enrolment whose job this is. */
        internal fun numberOf(jobId: Int): Int = jobId / 2
    }
}
