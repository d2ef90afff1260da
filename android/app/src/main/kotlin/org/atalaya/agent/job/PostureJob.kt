package org.atalaya.agent.job

import android.app.job.JobParameters
import android.app.job.JobService
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import org.atalaya.agent.Atalaya

/** One check-in that nobody asked for. When the system takes its time back, the check-in is given up where it stands. */
class PostureJob : JobService() {
    private val running = mutableMapOf<Int, Job>()

    override fun onStartJob(parameters: JobParameters): Boolean {
        val atalaya = Atalaya.of(this)
        running[parameters.jobId] = atalaya.background.launch {
            try {
                atalaya.rounds.followConfiguration()
                val enrolled = atalaya.enrolments.ofNumber(Schedule.numberOf(parameters.jobId))
                if (enrolled != null) atalaya.rounds.background(enrolled)
                Schedule(this@PostureJob).keep(atalaya.enrolments)
            } finally {
                // What could not be sent waits in the core for the next job: the system need not try again by itself.
                jobFinished(parameters, false)
            }
        }
        return true
    }

    override fun onStopJob(parameters: JobParameters): Boolean {
        running.remove(parameters.jobId)?.cancel()
        return true
    }
}
