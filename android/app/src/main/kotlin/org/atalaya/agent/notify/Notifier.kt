package org.atalaya.agent.notify

import android.Manifest
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.drawable.Icon
import android.os.Build
import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.ui.StatusScreen
import org.atalaya.core.Status

/** Tells the person that something needs doing: at most daily, never in quiet hours, and with no detail on the lock. */
class Notifier(private val context: Context) {
    private val manager = context.getSystemService(NotificationManager::class.java)

    fun prepare() {
        val name = context.getString(R.string.notify_channel)
        val channel = NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_DEFAULT)
        channel.lockscreenVisibility = Notification.VISIBILITY_SECRET
        channel.setShowBadge(true)
        manager.createNotificationChannel(channel)
    }

    /** Shows, leaves or takes back the notification of this enrolment. */
    fun consider(enrolled: Enrolled, status: Status, now: Instant) {
        val need = settle(enrolled, status)
        if (need == Need.NOTHING || need == Need.CLOSED && enrolled.choices.toldOfClosing) return
        if (!Need.mayTell(status, enrolled.choices.notifiedAt, now) || !allowed()) return
        enrolled.choices.notifiedAt = now
        enrolled.choices.toldOfClosing = need == Need.CLOSED
        manager.notify(enrolled.number, notification(enrolled, need))
    }

    /** Takes the notification of this enrolment back where nothing needs the person any more; shows none. */
    internal fun settle(enrolled: Enrolled, status: Status): Need {
        val need = Need.of(status, enrolled.choices.keyLost)
        if (need == Need.NOTHING) {
            enrolled.choices.notifiedAt = null
            enrolled.choices.toldOfClosing = false
            manager.cancel(enrolled.number)
        }
        return need
    }

    /** Whether the person lets this app notify. */
    fun allowed(): Boolean =
        manager.areNotificationsEnabled() && (
            Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU ||
                context.checkSelfPermission(Manifest.permission.POST_NOTIFICATIONS) == PackageManager.PERMISSION_GRANTED
            )

    private fun notification(enrolled: Enrolled, need: Need): Notification {
        val title = when (need) {
            Need.ENROL_AGAIN -> R.string.notify_enrol
            Need.CLOSED -> R.string.notify_closed
            else -> R.string.notify_title
        }
        val flags = PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE
        val open = PendingIntent.getActivity(context, enrolled.number, StatusScreen.of(context, enrolled.name), flags)
        return Notification.Builder(context, CHANNEL)
            .setSmallIcon(Icon.createWithResource(context, R.drawable.notification))
            .setColor(context.getColor(R.color.accent))
            .setContentTitle(context.getString(title))
            .setContentText(context.getString(R.string.notify_text))
            .setContentIntent(open)
            .setAutoCancel(true)
            .setOnlyAlertOnce(true)
            .setVisibility(Notification.VISIBILITY_SECRET)
            .setCategory(Notification.CATEGORY_STATUS)
            .build()
    }

    internal companion object {
        const val CHANNEL = "something-to-fix"
    }
}
