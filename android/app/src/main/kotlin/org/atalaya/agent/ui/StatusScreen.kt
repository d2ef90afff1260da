package org.atalaya.agent.ui

import android.Manifest
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.View
import android.widget.PopupMenu
import android.widget.TextView
import android.widget.Toast
import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Damaged
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.job.Rounds
import org.atalaya.agent.job.Schedule
import org.atalaya.agent.notify.Notifier
import org.atalaya.agent.ui.part.Parts
import org.atalaya.agent.ui.status.StatusPage
import org.atalaya.core.CheckVerdict
import org.atalaya.core.Remediation
import org.atalaya.core.Status

/** The first screen: how things stand. Works without a connection: all it shows lies on the phone. */
class StatusScreen : Screen() {
    private var isInFront = false
    private var enrolled: Enrolled? = null
    private var others: List<kotlin.Pair<Enrolled, Status>> = emptyList()
    private var damaged: List<Damaged> = emptyList()

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        name(getString(R.string.app_name), isFirst = true)
        findViewById<View>(R.id.more).run {
            visibility = View.VISIBLE
            setOnClickListener(::showMenu)
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
    }

    override fun onResume() {
        super.onResume()
        isInFront = true
        whileShown {
            // What lies on the phone is shown before anybody is asked over the network.
            val before = apart(::standing)
            if (before.isNotEmpty()) refresh()
            val after = apart {
                atalaya.rounds.followConfiguration()
                Schedule(this).keep(atalaya.enrolments)
                standing()
            }
            if (isInFront && (after.isEmpty() || after != before)) refresh()
        }
    }

    override fun onPause() {
        isInFront = false
        super.onPause()
    }

    private fun standing(): List<kotlin.Pair<String, Boolean>> = atalaya.enrolments.all().map { it.name to it.choices.keyLost }

    internal suspend fun refresh() {
        val language = Speech.language(this)
        val now = apart {
            val one = chosen()
            enrolled = one
            val (all, unreadable) = atalaya.enrolments.look()
            damaged = unreadable
            others = all.filter { it !== one }.map { it to it.agent.status(language) }
            one?.agent?.status(language)
        }
        val one = enrolled
        if (one == null || now?.enrolment == null) return showNobody()
        if (now.notice?.pending == true && now.enrolment?.left == false) return open(NoticeScreen::class.java, one)
        draw {
            StatusPage(now, one.choices.keyLost, Instant.now()).draw(this, acts(one))
            tellDamaged()
        }
        askToNotify()
    }

    private fun acts(one: Enrolled) = object : StatusPage.Acts {
        override fun fix(check: CheckVerdict) = fix(one, check.remediation)

        override fun checkNow() {
            whileShown { checkNow(one) }
        }

        override fun whatLeaves() = open(LeavesScreen::class.java, one)

        override fun enrolAgain() = startActivity(Intent(this@StatusScreen, EnrolScreen::class.java))
    }

    private suspend fun checkNow(one: Enrolled) {
        findViewById<TextView>(R.id.title).setText(R.string.status_checking)
        val outcome = apart { atalaya.rounds.asked(one) }
        findViewById<TextView>(R.id.title).setText(R.string.app_name)
        refresh()
        sayWhatFailed(outcome)
    }

    private fun sayWhatFailed(outcome: Rounds.Outcome) {
        val failure = when (outcome) {
            is Rounds.Outcome.Failed -> outcome.failure
            is Rounds.Outcome.Delivered -> outcome.delivery.problem
            is Rounds.Outcome.Quiet -> null
        } ?: return
        say(failure)
    }

    private fun fix(one: Enrolled, remediation: Remediation) {
        val fix = Fix.of(remediation) ?: return
        when {
            remediation == Remediation.ASK_ADMINISTRATOR -> open(SettingsScreen::class.java, one)
            fix.isOurs -> open(RulesScreen::class.java, one)
            else -> if (fix.pages.none(::opens)) Toast.makeText(this, R.string.fix_nowhere, Toast.LENGTH_LONG).show()
        }
    }

    private fun opens(page: Intent): Boolean =
        try {
            startActivity(page)
            true
        } catch (_: ActivityNotFoundException) {
            false
        } catch (_: SecurityException) {
            false // A maker's page that only the maker's apps may open.
        }

    // Once, and only when there is an enrolment that could have something to say.
    private fun askToNotify() {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU || Notifier(this).allowed()) return
        val asked = getPreferences(Context.MODE_PRIVATE)
        if (asked.getBoolean(ASKED, false)) return
        asked.edit().putBoolean(ASKED, true).apply()
        requestPermissions(arrayOf(Manifest.permission.POST_NOTIFICATIONS), 0)
    }

    // What the company was called is all that can still be said of it.
    private fun Parts.tellDamaged() = damaged.forEach {
        card {
            it.organisation?.let { name -> text(name, R.style.Text_Strong) }
            text(words(R.string.problem_other, it.kind)).setTextColor(context.getColor(R.color.failing))
        }
    }

    private fun showNobody() = draw {
        tellDamaged()
        text(words(R.string.enrol_title), R.style.Text_Title, above = 24)
        text(words(R.string.enrol_intro), above = 8)
        main(words(R.string.enrol_paste)) { startActivity(Intent(context, EnrolScreen::class.java)) }
    }

    private fun showMenu(anchor: View) {
        val one = enrolled
        val menu = PopupMenu(this, anchor)
        if (one != null) {
            menu.add(R.string.rules_title) { open(RulesScreen::class.java, one) }
            menu.add(R.string.leaves_title) { open(LeavesScreen::class.java, one) }
            menu.add(R.string.status_settings) { open(SettingsScreen::class.java, one) }
        }
        for ((other, status) in others) {
            val words = getString(R.string.status_choose_company, status.enrolment?.organisation.orEmpty())
            menu.menu.add(words).setOnMenuItemClickListener { startActivity(of(this, other.name)).let { true } }
        }
        menu.add(if (one == null) R.string.enrol_title else R.string.enrol_second) {
            startActivity(Intent(this, EnrolScreen::class.java))
        }
        menu.show()
    }

    private fun PopupMenu.add(words: Int, act: () -> Unit) {
        menu.add(words).setOnMenuItemClickListener {
            act()
            true
        }
    }

    companion object {
        private const val ASKED = "asked-to-notify"

        /** Opens the status of this enrolment. */
        fun of(context: Context, name: String): Intent = Intent(context, StatusScreen::class.java)
            .putExtra(ENROLMENT, name)
            .addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP)
    }
}
