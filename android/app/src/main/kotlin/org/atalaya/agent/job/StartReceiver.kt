package org.atalaya.agent.job

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import kotlinx.coroutines.launch
import org.atalaya.agent.Atalaya

/** After a start of the phone and after an update of this app: the jobs are seen to. The process and the jobs do the rest. */
class StartReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in setOf(Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)) return
        val atalaya = Atalaya.of(context)
        val pending = goAsync()
        atalaya.background.launch {
            try {
                Schedule(context).keep(atalaya.enrolments)
            } finally {
                pending.finish()
            }
        }
    }
}
