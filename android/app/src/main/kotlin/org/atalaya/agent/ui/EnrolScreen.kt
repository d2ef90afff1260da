package org.atalaya.agent.ui

import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.text.InputType
import android.view.View
import android.view.WindowManager
import android.widget.EditText
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.host
import org.atalaya.agent.enrolment.invitationOf
import org.atalaya.agent.job.Schedule
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.AgentException
import org.atalaya.core.Invitation

/** From a link to an enrolment: the person names or confirms the server, and nothing is sent before. */
class EnrolScreen : Screen() {
    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        // The link holds the token: not in screenshots, not in the list of recent apps.
        window.addFlags(WindowManager.LayoutParams.FLAG_SECURE)
        name(getString(R.string.enrol_title))
        show(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        show(intent)
    }

    private fun show(intent: Intent) {
        val invitation = invitationOf(intent)
        when {
            intent.data == null -> ask(null)
            invitation == null -> ask(getString(R.string.enrol_bad_link))
            else -> confirm(invitation)
        }
        // A rotation or a way back must not bring the token again.
        setIntent(Intent(this, EnrolScreen::class.java))
    }

    private fun ask(problem: String?): Unit = draw {
        ask(problem) { pasted ->
            val invitation = invitationOf(pasted)
            if (invitation == null) ask(context.getString(R.string.enrol_bad_link)) else confirm(invitation)
        }
    }

    private fun confirm(invitation: Invitation): Unit = draw { confirm(invitation.host, { enrol(invitation) }, { finish() }) }

    private fun enrol(invitation: Invitation) {
        draw { text(words(R.string.enrol_working), R.style.Text_Title, above = 24) }
        whileShown {
            try {
                val enrolled = apart {
                    atalaya.enrolments.enrol(invitation, null).also { Schedule(this).keep(atalaya.enrolments) }
                }
                startActivity(StatusScreen.of(this, enrolled.name))
                finish()
            } catch (failure: AgentException) {
                val host = invitation.host
                draw { failed(enrolmentFailed(context, failure, host)) { confirm(invitation) } }
            }
        }
    }

    internal companion object {
        fun Parts.ask(problem: String?, go: (String) -> Unit) {
            text(words(R.string.enrol_intro), above = 8)
            val field = EditText(context).apply {
                hint = words(R.string.enrol_link_hint)
                contentDescription = words(R.string.enrol_paste)
                // A token is nothing that a keyboard should learn.
                inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_URI or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS
                importantForAutofill = View.IMPORTANT_FOR_AUTOFILL_NO
                setBackgroundResource(R.drawable.field)
                setPadding(dp(14), dp(12), dp(14), dp(12))
                minHeight = dp(52)
                setTextColor(context.getColor(R.color.ink))
                setHintTextColor(context.getColor(R.color.soft))
            }
            text(words(R.string.enrol_paste), R.style.Text_Strong, above = 20)
            add(field, above = 6)
            problem?.let { text(it, R.style.Text_Word, above = 8).setTextColor(context.getColor(R.color.failing)) }
            main(words(R.string.go_on)) { go(field.text.toString()) }
        }

        fun Parts.confirm(host: String, yes: () -> Unit, no: () -> Unit) {
            text(words(R.string.enrol_confirm), R.style.Text_Title, above = 8)
            card { text(host, R.style.Text_Strong) }
            text(words(R.string.enrol_confirm_text, host), above = 14)
            main(words(R.string.enrol_yes)) { yes() }
            button(words(R.string.cancel), above = 10) { no() }
        }

        fun Parts.failed(words: String, again: () -> Unit) {
            text(words, R.style.Text_Heading, above = 16)
            main(words(R.string.back)) { again() }
        }

        private fun enrolmentFailed(context: Context, failure: AgentException, host: String): String = when (failure) {
            is AgentException.Refused, is AgentException.BadInput -> context.getString(R.string.enrol_refused)
            is AgentException.Offline, is AgentException.UnderWay -> context.getString(R.string.enrol_offline, host)
            is AgentException.ServerUntrusted -> context.getString(R.string.enrol_untrusted, host)
            else -> context.wordsFor(failure)
        }
    }
}
