package org.atalaya.agent.ui

import android.content.Intent
import android.net.Uri
import android.view.WindowManager
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.TOKEN
import org.atalaya.agent.support.Phone
import org.atalaya.core.Language
import org.atalaya.core.Remediation
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner

/** What holds for screens beyond how they look. */
@RunWith(RobolectricTestRunner::class)
class ScreenRulesTest {
    @get:Rule
    val phone = Phone()

    @Test
    fun the_page_that_holds_a_token_is_in_no_screenshot_and_forgets_its_link() {
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("atalaya://enrol?server=https%3A%2F%2Fa.example"))
            .putExtra(TOKEN, "00000000WXYZ0123456789ABCD")
        val screen = Robolectric.buildActivity(EnrolScreen::class.java, link).create().get()
        assertTrue(screen.window.attributes.flags and WindowManager.LayoutParams.FLAG_SECURE != 0)
        assertNull(screen.intent.data)
        assertNull(screen.intent.extras)
    }

    @Test
    fun the_companys_choice_of_language_beats_the_phones() {
        phone.manage("ui_locale" to "es")
        val screen = Robolectric.buildActivity(StatusScreen::class.java).create().get()
        assertEquals("Comprobar ahora", screen.getString(R.string.status_check_now))
        assertEquals(Language.ES, Speech.language(screen))
    }

    @Test
    fun every_step_that_mends_something_has_a_button_and_every_settings_page_a_way_out() {
        for (step in Remediation.entries.filter { it != Remediation.NONE }) {
            val fix = checkNotNull(Fix.of(step)) { step.name }
            assertTrue(step.name, fix.isOurs || fix.pages.size >= 2)
            assertTrue(step.name, phone.context.getString(fix.words).isNotBlank())
        }
        assertNull(Fix.of(Remediation.NONE))
    }
}
