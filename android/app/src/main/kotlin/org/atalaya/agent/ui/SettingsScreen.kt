package org.atalaya.agent.ui

import android.app.AlertDialog
import android.app.DatePickerDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.provider.Settings
import android.widget.Switch
import android.widget.Toast
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.notify.Notifier
import org.atalaya.agent.ui.part.Moments
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.AgentException
import org.atalaya.core.Configuration
import org.atalaya.core.Leaving
import org.atalaya.core.Status
import org.atalaya.core.WhatsApp

/** Who the company is to this phone, whom to ask, and what the person decides: to pause, to withdraw. */
class SettingsScreen : Screen() {
    override fun onResume() {
        super.onResume()
        name(getString(R.string.settings_title))
        whileShown { refresh() }
    }

    private suspend fun refresh() {
        val (one, status, configuration) = apart {
            chosen()?.let { Triple(it, it.agent.status(Speech.language(this)), it.configuration()) }
        } ?: return finish()
        val shown = Shown(status, configuration, one.choices.lookForWhatsApp, Notifier(this).allowed(), atalaya.version())
        draw { page(shown, Instant.now(), acts(one)) }
    }

    private fun acts(one: Enrolled) = object : Acts {
        override fun look(yes: Boolean) {
            one.choices.lookForWhatsApp = yes
            whileShown { refresh() }
        }

        override fun pause() = choosePause(one)

        // A pause without a length ends the one that lasts.
        override fun resume() = Instant.now().let { pause(one, it, it) }

        override fun withdraw(what: Int) = confirmWithdrawal(one, what)

        override fun notifications() =
            startActivity(Intent(Settings.ACTION_APP_NOTIFICATION_SETTINGS).putExtra(Settings.EXTRA_APP_PACKAGE, packageName))

        override fun link(address: String) = openLink(address)

        override fun notice() = open(NoticeScreen::class.java, one)
    }

    private fun choosePause(one: Enrolled) {
        val day = LocalDate.now().plusDays(7)
        val chosen = DatePickerDialog.OnDateSetListener { _, year, month, number ->
            val after = LocalDate.of(year, month + 1, number).plusDays(1)
            pause(one, Instant.now(), after.atStartOfDay(ZoneId.systemDefault()).toInstant())
        }
        DatePickerDialog(this, chosen, day.year, day.monthValue - 1, day.dayOfMonth).apply {
            setTitle(R.string.settings_pause_until)
            datePicker.minDate = System.currentTimeMillis()
            datePicker.maxDate = Instant.now().plus(Duration.ofDays(LONGEST_PAUSE_DAYS)).toEpochMilli()
        }.show()
    }

    private fun pause(one: Enrolled, from: Instant, until: Instant) {
        whileShown {
            apart {
                one.agent.pause(from, until)
                atalaya.rounds.tell(one)
            }
            refresh()
        }
    }

    private fun confirmWithdrawal(one: Enrolled, what: Int) {
        AlertDialog.Builder(this)
            .setTitle(R.string.settings_withdraw_confirm)
            .setMessage(what)
            .setNegativeButton(R.string.cancel, null)
            .setPositiveButton(R.string.settings_withdraw) { _, _ -> withdraw(one) }
            .show()
    }

    private fun withdraw(one: Enrolled) {
        whileShown {
            val contact = apart { one.configuration()?.supportContact }
                ?: getString(R.string.settings_no_contact, one.choices.organisation.orEmpty())
            var failure: AgentException? = null
            val leaving = apart {
                try {
                    atalaya.rounds.leave(one)
                } catch (failed: AgentException) {
                    // What waits is sent later. What could not even be said is not, and is still to be done.
                    failure = failed.takeUnless { one.agent.status(Speech.language(this)).withdraws }
                    null
                }
            }
            when (leaving) {
                null -> failure?.let { told(wordsFor(it)) } ?: goOn(getString(R.string.said_offline))
                Leaving.TOLD -> goOn(getString(R.string.settings_withdrawn))
                Leaving.CLOSED -> goOnOnceRead(getString(R.string.settings_withdrawn_closed))
                Leaving.UNTOLD -> goOnOnceRead(getString(R.string.settings_withdrawn_untold, contact))
            }
        }
    }

    private fun told(said: String) = Toast.makeText(this, said, Toast.LENGTH_LONG).show()

    private fun goOn(said: String) {
        told(said)
        goOn()
    }

    // What there is to do besides, or need not be done.
    private fun goOnOnceRead(said: String) {
        AlertDialog.Builder(this)
            .setMessage(said)
            .setPositiveButton(R.string.close, null)
            .setOnDismissListener { goOn() }
            .show()
    }

    private fun goOn() {
        startActivity(Intent(this, StatusScreen::class.java).addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP))
        finish()
    }

    private fun openLink(address: String) {
        try {
            startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(address)))
        } catch (_: ActivityNotFoundException) {
            Toast.makeText(this, address, Toast.LENGTH_LONG).show()
        }
    }

    internal class Shown(
        val status: Status,
        val configuration: Configuration?,
        val looks: Boolean?,
        val notifies: Boolean,
        val version: String,
    )

    internal interface Acts {
        fun look(yes: Boolean)

        fun pause()

        fun resume()

        /** The person wants to leave; this text says what comes of it. */
        fun withdraw(what: Int)

        fun notifications()

        fun link(address: String)

        fun notice()
    }

    internal companion object {
        private const val LONGEST_PAUSE_DAYS = 365L

        fun Parts.page(shown: Shown, now: Instant, acts: Acts) {
            val enrolment = shown.status.enrolment
            val organisation = enrolment?.organisation.orEmpty()
            labelled(words(R.string.settings_organisation), organisation)
            labelled(words(R.string.settings_server), enrolment?.server.orEmpty())
            labelled(words(R.string.settings_device), enrolment?.device.orEmpty())
            shown.configuration?.group?.let { labelled(words(R.string.settings_group), it) }
            shown.configuration?.userRef?.let { labelled(words(R.string.settings_person), it) }
            contact(shown.configuration?.supportContact, organisation, acts)
            button(words(R.string.notice_heading, organisation), R.style.Button_Plain, above = 4) { acts.notice() }
            shown.configuration?.privacyUrl?.let { url ->
                button(words(R.string.settings_privacy), R.style.Button_Plain, above = 0) { acts.link(url) }
            }
            if (shown.configuration?.checkWhatsapp == WhatsApp.USER_DECIDES) look(shown.looks, acts)
            if (!shown.notifies) button(words(R.string.settings_notify)) { acts.notifications() }
            // Whoever is out of the company has nothing to pause.
            if (enrolment?.left != true) {
                line(above = 16)
                pause(shown.status, now, acts)
            }
            line(above = 20)
            val what = if (enrolment?.closed == true) R.string.settings_withdraw_closed else R.string.settings_withdraw_text
            heading(words(R.string.settings_withdraw))
            text(words(what), R.style.Text_Soft, above = 4)
            button(words(R.string.settings_withdraw)) { acts.withdraw(what) }
            line(above = 20)
            heading(words(R.string.settings_licences))
            text(words(R.string.settings_licences_text), R.style.Text_Small, above = 4)
            text(words(R.string.settings_version, shown.version), R.style.Text_Small, above = 8)
        }

        private fun Parts.contact(contact: String?, organisation: String, acts: Acts) {
            labelled(words(R.string.settings_contact), contact ?: words(R.string.settings_no_contact, organisation))
            val link = when {
                contact == null -> null
                contact.startsWith("https://") -> contact
                '@' in contact && ' ' !in contact -> "mailto:$contact"
                contact.all { it.isDigit() || it in "+ -()" } -> "tel:${contact.filter { it.isDigit() || it == '+' }}"
                else -> null
            } ?: return
            button(words(R.string.fix_ask), above = 4) { acts.link(link) }
        }

        private fun Parts.look(looks: Boolean?, acts: Acts) = card {
            val toggle = Switch(context).apply {
                text = words(R.string.settings_whatsapp)
                isChecked = looks == true
                minHeight = dp(48)
                setTextColor(context.getColor(R.color.ink))
                setOnCheckedChangeListener { _, yes -> acts.look(yes) }
            }
            add(toggle)
            text(words(R.string.settings_whatsapp_text), R.style.Text_Soft, above = 4)
        }

        private fun Parts.pause(status: Status, now: Instant, acts: Acts) {
            heading(words(R.string.settings_pause), above = 16)
            text(words(R.string.settings_pause_text), R.style.Text_Soft, above = 4)
            val until = status.pausedUntil
            if (until == null) {
                button(words(R.string.settings_pause_begin)) { acts.pause() }
            } else {
                text(words(R.string.settings_pause_ends, Moments(context, now).until(until)), R.style.Text_Word, above = 8)
                button(words(R.string.settings_resume)) { acts.resume() }
            }
        }
    }
}
