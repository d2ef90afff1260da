package org.atalaya.agent.ui

import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.ui.part.Moments
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.Declaration
import org.atalaya.core.DeclarationStatus
import org.atalaya.core.Paper
import org.atalaya.core.Status
import org.atalaya.core.Subject

/** The rules for WhatsApp at work, to acknowledge, and what only the person knows, to answer. */
class RulesScreen : Screen() {
    override fun onResume() {
        super.onResume()
        name(getString(R.string.rules_title))
        whileShown { refresh() }
    }

    private suspend fun refresh() {
        val (one, status) = apart { chosen()?.let { it to it.agent.status(Speech.language(this)) } } ?: return finish()
        draw { page(status, acts(one)) }
    }

    private fun acts(one: Enrolled) = object : Acts {
        override fun accept(rules: Paper) = say(one) {
            one.agent.acknowledge(Subject.USAGE_RULES, rules.version, Speech.language(this@RulesScreen))
        }

        override fun answer(declaration: Declaration, affirmed: Boolean) = say(one) { one.agent.declare(declaration, affirmed) }
    }

    // What was said is kept on the phone at once; telling it can wait for a connection.
    private fun say(one: Enrolled, what: () -> Unit) {
        whileShown {
            apart { what() }
            refresh()
            apart { atalaya.rounds.asked(one) }
            refresh()
        }
    }

    internal interface Acts {
        fun accept(rules: Paper)

        fun answer(declaration: Declaration, affirmed: Boolean)
    }

    internal companion object {
        fun Parts.page(status: Status, acts: Acts) {
            heading(words(R.string.rules_heading), above = 8)
            val rules = status.usageRules
            if (rules == null) text(words(R.string.rules_none), R.style.Text_Soft, above = 4) else rules(rules, acts)
            heading(words(R.string.declarations_heading), above = 28)
            if (status.declarations.isEmpty()) {
                text(words(R.string.declarations_none), R.style.Text_Soft, above = 4)
            } else {
                text(words(R.string.declarations_intro), R.style.Text_Soft, above = 4)
                status.declarations.forEach { declaration(it, acts) }
            }
        }

        private fun Parts.rules(rules: Paper, acts: Acts) = card {
            text(rules.text).setTextIsSelectable(true)
            if (rules.pending) {
                main(words(R.string.rules_accept)) { acts.accept(rules) }
            } else {
                rules.acknowledgedOn?.let { text(words(R.string.rules_accepted, day(it)), R.style.Text_Small, above = 12) }
            }
        }

        private fun Parts.declaration(asked: DeclarationStatus, acts: Acts) = card {
            val (what, how) = wordsFor(asked.declaration)
            text(words(what), R.style.Text_Strong)
            text(words(how), R.style.Text_Soft, above = 4)
            val on = asked.on
            if (on != null) {
                val answered = if (asked.affirmed == true) R.string.declaration_answered_yes else R.string.declaration_answered_no
                text(words(answered, day(on)), R.style.Text_Word, above = 8)
                asked.expiresOn?.let { text(words(R.string.declaration_again, day(it)), R.style.Text_Small) }
            }
            pair(
                words(R.string.declaration_yes),
                words(R.string.declaration_no),
                above = 12,
                onFirst = { acts.answer(asked.declaration, true) },
                onSecond = { acts.answer(asked.declaration, false) },
            )
        }

        private fun Parts.day(text: String): String = Moments(context, Instant.now()).day(text)

        private fun wordsFor(declaration: Declaration): kotlin.Pair<Int, Int> = when (declaration) {
            Declaration.TWO_STEP_VERIFICATION -> R.string.declaration_two_step to R.string.declaration_two_step_how
            Declaration.LINKED_DEVICES -> R.string.declaration_linked to R.string.declaration_linked_how
            Declaration.BUSINESS_PROFILE -> R.string.declaration_profile to R.string.declaration_profile_how
            Declaration.AWAY_MESSAGE -> R.string.declaration_away to R.string.declaration_away_how
            Declaration.CONTACT_CONSENT -> R.string.declaration_consent to R.string.declaration_consent_how
        }
    }
}
