package org.atalaya.agent.job

import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.Intent
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.runBlocking
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.ServerProcess
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner

/** When the phone looks at itself. */
@RunWith(RobolectricTestRunner::class)
class ScheduleTest {
    @get:Rule
    val phone = Phone()
    private val server = ServerProcess()
    private val scheduler get() = phone.context.getSystemService(JobScheduler::class.java)

    @After
    fun end() = server.close()

    private fun enrolled(): Enrolled = runBlocking {
        phone.atalaya.enrolments.enrol(checkNotNull(invitationOf(server.link())), null)
    }

    @Test
    fun each_enrolment_has_a_job_that_lasts_and_a_forgotten_one_has_none() {
        val one = enrolled()
        val other = enrolled()
        Schedule(phone.context).keep(listOf(one, other))
        assertEquals(2, scheduler.allPendingJobs.size)
        val job = checkNotNull(scheduler.getPendingJob(Schedule.periodicId(one.number)))
        assertTrue(job.isPeriodic && job.isPersisted)
        assertEquals(Duration.ofHours(6).toMillis(), job.intervalMillis)
        assertEquals(Duration.ofMinutes(36).toMillis(), job.flexMillis)
        assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
        Schedule(phone.context).keep(listOf(other))
        assertEquals(listOf(Schedule.periodicId(other.number)), scheduler.allPendingJobs.map { it.id })
    }

    @Test
    fun the_configured_interval_holds_from_the_next_look_on() {
        val one = enrolled()
        Schedule(phone.context).keep(listOf(one))
        phone.manage("report_interval_hours" to "12")
        Schedule(phone.context).keep(listOf(one))
        assertEquals(Duration.ofHours(12).toMillis(), scheduler.allPendingJobs.single().intervalMillis)
    }

    @Test
    fun what_is_due_earlier_has_a_job_of_its_own_and_what_is_due_later_has_none() {
        val one = enrolled()
        val now = Instant.now()
        Schedule(phone.context).again(one, now.plus(Duration.ofHours(7)), now)
        assertTrue(scheduler.allPendingJobs.isEmpty())
        Schedule(phone.context).again(one, now.minusSeconds(5), now)
        val job = scheduler.allPendingJobs.single()
        assertEquals(Schedule.onceId(one.number), job.id)
        assertEquals(Duration.ofMinutes(1).toMillis(), job.minLatencyMillis)
        assertFalse(job.isPeriodic)
    }

    @Test
    fun after_a_start_and_after_an_update_the_jobs_are_there_again() {
        val one = enrolled()
        for (action in listOf(Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)) {
            scheduler.cancelAll()
            phone.context.sendBroadcast(Intent(action).setPackage(phone.context.packageName))
            phone.settle(action) { scheduler.getPendingJob(Schedule.periodicId(one.number)) != null }
        }
    }

    @Test
    fun a_job_checks_in_and_says_that_it_is_done() {
        val one = enrolled()
        val parameters = org.robolectric.util.ReflectionHelpers.callConstructor(android.app.job.JobParameters::class.java)
        org.robolectric.util.ReflectionHelpers.setField(parameters, "jobId", Schedule.periodicId(one.number))
        val service = Robolectric.buildService(PostureJob::class.java).create().get()
        val before = one.agent.status(org.atalaya.core.Language.EN).nextAt
        assertTrue(service.onStartJob(parameters))
        phone.settle("the job") { org.robolectric.Shadows.shadowOf(service).isJobFinished }
        assertFalse(org.robolectric.Shadows.shadowOf(service).isRescheduleNeeded)
        assertTrue(scheduler.allPendingJobs.isNotEmpty() || before != null)
    }
}
