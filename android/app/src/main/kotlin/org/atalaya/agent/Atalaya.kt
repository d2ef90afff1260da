package org.atalaya.agent

import android.app.Application
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.Build
import android.util.Log
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.launch
import org.atalaya.agent.enrolment.Enrolments
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.job.Schedule
import org.atalaya.agent.notify.Notifier
import org.atalaya.core.AgentException

/** The process: one of everything that there is one of. */
class Atalaya : Application() {
    // One thread: check-ins take turns, and nothing of the core runs on the thread that draws.
    private val worker: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "atalaya") }

    // A full disk, a folder that cannot be read: the next check-in tries again. Only the kind is logged, never its text.
    private val failing = CoroutineExceptionHandler { _, failure ->
        if (failure is AgentException) Log.w("Atalaya", failure.javaClass.simpleName) else throw failure
    }

    /** Where everything that takes time runs. */
    val background = CoroutineScope(worker.asCoroutineDispatcher() + SupervisorJob() + failing)
    val enrolments by lazy { Enrolments(this, version()) }
    val rounds by lazy { Rounds(this, enrolments) }

    override fun onCreate() {
        super.onCreate()
        Notifier(this).prepare()
        // This broadcast reaches only who listens while running; otherwise each job and each screen reads it anew.
        val filter = IntentFilter(Intent.ACTION_APPLICATION_RESTRICTIONS_CHANGED)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            registerReceiver(ConfigurationReceiver(), filter, RECEIVER_EXPORTED)
        } else {
            registerReceiver(ConfigurationReceiver(), filter)
        }
        background.launch {
            rounds.followConfiguration()
            Schedule(this@Atalaya).keep(enrolments)
        }
    }

    @Suppress("DEPRECATION")
    fun version(): String = packageManager.getPackageInfo(packageName, 0).versionName ?: "0"

    private inner class ConfigurationReceiver : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) {
            background.launch {
                rounds.followConfiguration()
                Schedule(this@Atalaya).keep(enrolments)
            }
        }
    }

    companion object {
        fun of(context: Context): Atalaya = context.applicationContext as Atalaya
    }
}
