package org.atalaya.agent.ui

import java.time.Instant
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.ui.part.Moments
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.Status
import org.atalaya.core.Subject

/** What the company will see, before it sees anything. */
class NoticeScreen : Screen() {
    override fun onResume() {
        super.onResume()
        name(getString(R.string.notice_title))
        whileShown {
            val (one, status) = apart { chosen()?.let { it to it.agent.status(Speech.language(this)) } } ?: return@whileShown finish()
            draw { notice(status) { acknowledge(one, status) } }
        }
    }

    private fun acknowledge(one: Enrolled, status: Status) {
        val version = status.notice?.version ?: return finish()
        whileShown {
            apart {
                one.agent.acknowledge(Subject.NOTICE, version, Speech.language(this))
                atalaya.rounds.asked(one)
            }
            startActivity(StatusScreen.of(this, one.name))
            finish()
        }
    }

    internal companion object {
        fun Parts.notice(status: Status, accept: () -> Unit) {
            val notice = status.notice ?: return
            text(words(R.string.notice_heading, status.enrolment?.organisation.orEmpty()), R.style.Text_Title, above = 8)
            card { text(notice.text).setTextIsSelectable(true) }
            if (notice.pending) {
                text(words(R.string.notice_held), R.style.Text_Small, above = 14)
                main(words(R.string.notice_accept)) { accept() }
            } else {
                notice.acknowledgedOn?.let {
                    val day = Moments(context, Instant.now()).day(it)
                    text(words(R.string.notice_accepted, day), R.style.Text_Small, above = 14)
                }
            }
        }
    }
}
