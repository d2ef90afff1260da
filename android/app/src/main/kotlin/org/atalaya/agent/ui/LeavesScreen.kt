package org.atalaya.agent.ui

import android.content.ClipData
import android.content.ClipboardManager
import android.view.View
import android.widget.Toast
import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.ui.part.Moments
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.LedgerEntry
import org.atalaya.core.Outcome
import org.atalaya.core.Sent
import org.atalaya.core.Status
import org.json.JSONException
import org.json.JSONObject

/** What left this phone, byte for byte; who can see it; what nobody can ever see. */
class LeavesScreen : Screen() {
    override fun onResume() {
        super.onResume()
        name(getString(R.string.leaves_title))
        whileShown {
            val shown = apart {
                chosen()?.agent?.let { it.status(Speech.language(this)) to it.ledger() }
            } ?: return@whileShown finish()
            draw { page(shown.first, shown.second, Instant.now(), ::copy) }
        }
    }

    private fun copy(text: String) {
        getSystemService(ClipboardManager::class.java).setPrimaryClip(ClipData.newPlainText(getString(R.string.leaves_exact), text))
        Toast.makeText(this, R.string.leaves_copied, Toast.LENGTH_SHORT).show()
    }

    internal companion object {
        fun Parts.page(status: Status, ledger: List<LedgerEntry>, now: Instant, copy: (String) -> Unit) {
            val moments = Moments(context, now)
            val newest = ledger.sortedByDescending { it.lastAt }
            val last = newest.firstOrNull()
            val summary = if (last == null) {
                words(R.string.leaves_nothing)
            } else {
                words(R.string.leaves_summary, ledger.size.toString(), moments.past(last.lastAt))
            }
            text(summary, R.style.Text_Title, above = 8)
            newest.firstOrNull { it.kind == Sent.REPORT }?.let { report ->
                heading(words(R.string.leaves_last))
                card {
                    text(pretty(report.says), R.style.Text_Code).setTextIsSelectable(true)
                    button(words(R.string.leaves_copy)) { copy(report.sent) }
                }
            }
            heading(words(R.string.leaves_who))
            text(words(R.string.leaves_who_text, status.enrolment?.organisation.orEmpty()), above = 4)
            heading(words(R.string.leaves_never))
            text(words(R.string.leaves_never_text), above = 4)
            if (newest.isNotEmpty()) heading(words(R.string.leaves_all))
            newest.forEach { entry(it, moments) }
        }

        private fun Parts.entry(entry: LedgerEntry, moments: Moments) = card {
            text(title(entry), R.style.Text_Strong)
            val outcome = when (val outcome = entry.outcome) {
                is Outcome.Acknowledged -> words(R.string.leaves_acknowledged)
                is Outcome.Refused -> words(R.string.leaves_refused, outcome.code)
                else -> words(R.string.leaves_no_answer)
            }
            text("${moments.past(entry.lastAt)} · $outcome".replaceFirstChar(Char::uppercase), R.style.Text_Soft)
            if (entry.times > 1u) text(words(R.string.leaves_times, entry.times.toString()), R.style.Text_Small)
            text(entry.to.removePrefix("https://"), R.style.Text_Small)
            val bytes = text(entry.sent, R.style.Text_Code, above = 8)
            bytes.visibility = View.GONE
            bytes.setTextIsSelectable(true)
            button(words(R.string.leaves_show), R.style.Button_Plain, above = 0) {
                bytes.visibility = if (bytes.visibility == View.GONE) View.VISIBLE else View.GONE
            }
        }

        private fun Parts.title(entry: LedgerEntry): String = when (entry.kind) {
            Sent.REPORT -> words(R.string.leaves_kind_report, entry.sequence?.toString().orEmpty())
            Sent.CHALLENGE -> words(R.string.leaves_kind_challenge)
            Sent.ENROLMENT -> words(R.string.leaves_kind_enrolment)
            Sent.STATEMENT -> words(R.string.leaves_kind_statement)
            Sent.EVIDENCE -> words(R.string.leaves_kind_evidence)
            Sent.PROOF -> words(R.string.leaves_kind_proof)
        }

        private fun pretty(json: String): String =
            try {
                JSONObject(json).toString(2).replace("\\/", "/")
            } catch (_: JSONException) {
                json
            }
    }
}
