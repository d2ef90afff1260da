package org.atalaya.agent.ui

import java.util.TimeZone
import org.atalaya.agent.R
import org.atalaya.agent.support.OwnLibrary
import org.atalaya.agent.ui.EnrolScreen.Companion.ask
import org.atalaya.agent.ui.EnrolScreen.Companion.confirm
import org.atalaya.agent.ui.EnrolScreen.Companion.failed
import org.atalaya.agent.ui.part.Parts
import org.atalaya.agent.ui.status.StatusPage
import org.atalaya.core.CheckVerdict
import org.atalaya.core.Declaration
import org.atalaya.core.Paper
import org.atalaya.core.readConfiguration
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.GraphicsMode

/** Every screen, drawn with real fonts and looked over; the pictures stay in `target/screens`. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class ScreensTest {
    @get:Rule
    val library = OwnLibrary()
    private val zone = TimeZone.getDefault()

    @Before
    fun atHome() = TimeZone.setDefault(TimeZone.getTimeZone("Europe/Madrid"))

    @After
    fun back() {
        TimeZone.setDefault(zone)
        RuntimeEnvironment.setFontScale(1f)
    }

    @Test
    fun spanish_by_day() = draw("es", "es-rES-w360dp-h640dp-xhdpi")

    @Test
    fun spanish_by_night() = draw("es-night", "es-rES-w360dp-h640dp-night-xhdpi")

    @Test
    fun english_by_day() = draw("en", "en-rGB-w360dp-h640dp-xhdpi")

    @Test
    fun spanish_with_letters_twice_as_large() = draw("es-large", "es-rES-w360dp-h640dp-xhdpi", letters = 2f)

    @Test
    fun spanish_on_a_tablet() = draw("es-tablet", "es-rES-w800dp-h1280dp-mdpi")

    @Test
    fun english_from_right_to_left() = draw("rtl", "ar-rEG-ldrtl-w360dp-h640dp-xhdpi")

    private fun draw(name: String, qualifiers: String, letters: Float = 1f) {
        RuntimeEnvironment.setQualifiers(qualifiers)
        RuntimeEnvironment.setFontScale(letters)
        val given = Fixtures(es = name.startsWith("es"))
        val faults = pages(given).flatMap { page ->
            val screen = Robolectric.buildActivity(page.screen).create().visible().get()
            screen.name(screen.getString(page.title), isFirst = page.screen == StatusScreen::class.java)
            screen.draw(page.fill)
            val picture = Picture(screen).layOut()
            picture.keep("${page.name}-$name")
            picture.faults().map { "${page.name}: $it" }
        }
        assertEquals(emptyList<String>(), faults)
    }

    private class Page(val name: String, val screen: Class<out Screen>, val title: Int, val fill: Parts.() -> Unit)

    private fun pages(given: Fixtures): List<Page> {
        fun status(name: String, status: org.atalaya.core.Status, keyLost: Boolean = false) =
            Page(name, StatusScreen::class.java, R.string.app_name) { StatusPage(status, keyLost, given.now).draw(this, Nothing) }
        return listOf(
            status("status", given.failing),
            status("status-several", given.several),
            status("status-grace", given.grace),
            status("status-well", given.well),
            status("status-unread", given.unread),
            status("status-key-lost", given.well, keyLost = true),
            status("status-left", given.left),
            status("status-closed", given.closed),
            status("status-paused", given.paused),
            Page("status-open", StatusScreen::class.java, R.string.app_name) {
                StatusPage(given.several, false, given.now).draw(this, Nothing)
                openRows(this)
            },
            Page("notice", NoticeScreen::class.java, R.string.notice_title) { NoticeScreen.run { notice(given.toRead) {} } },
            Page("rules", RulesScreen::class.java, R.string.rules_title) { RulesScreen.run { page(given.asked, Nothing) } },
            Page("rules-none", RulesScreen::class.java, R.string.rules_title) { RulesScreen.run { page(given.well, Nothing) } },
            Page("leaves", LeavesScreen::class.java, R.string.leaves_title) {
                LeavesScreen.run { page(given.well, given.ledger, given.now) {} }
            },
            Page("leaves-nothing", LeavesScreen::class.java, R.string.leaves_title) {
                LeavesScreen.run { page(given.unread, emptyList(), given.now) {} }
            },
            Page("settings", SettingsScreen::class.java, R.string.settings_title) {
                val managed = readConfiguration(
                    mapOf(
                        "user_ref" to "Recepción, turno de mañana",
                        "group" to "Clínica Centro",
                        "support_contact" to "it@clinica-levante.example",
                        "privacy_url" to "https://clinica-levante.example/privacidad",
                        "check_whatsapp" to "user-decides",
                    ),
                )
                SettingsScreen.run { page(SettingsScreen.Shown(given.paused, managed, true, false, "0.1.0"), given.now, Nothing) }
            },
            Page("settings-closed", SettingsScreen::class.java, R.string.settings_title) {
                SettingsScreen.run { page(SettingsScreen.Shown(given.closed, null, null, true, "0.1.0"), given.now, Nothing) }
            },
            Page("enrol", EnrolScreen::class.java, R.string.enrol_title) { ask(null) {} },
            Page("enrol-bad", EnrolScreen::class.java, R.string.enrol_title) { ask(words(R.string.enrol_bad_link)) {} },
            Page("enrol-confirm", EnrolScreen::class.java, R.string.enrol_title) { confirm("atalaya.clinica-levante.example", {}, {}) },
            Page("enrol-failed", EnrolScreen::class.java, R.string.enrol_title) {
                failed(words(R.string.enrol_untrusted, "atalaya.clinica-levante.example")) {}
            },
        )
    }

    private fun openRows(parts: Parts) {
        val page = parts.page
        fun each(view: android.view.View) {
            if (view.id == R.id.name) (view.parent.parent as android.view.View).performClick()
            if (view is android.view.ViewGroup) (0 until view.childCount).map(view::getChildAt).forEach(::each)
        }
        each(page)
    }

    private object Nothing : StatusPage.Acts, RulesScreen.Acts, SettingsScreen.Acts {
        override fun fix(check: CheckVerdict) = Unit
        override fun checkNow() = Unit
        override fun whatLeaves() = Unit
        override fun enrolAgain() = Unit
        override fun accept(rules: Paper) = Unit
        override fun answer(declaration: Declaration, affirmed: Boolean) = Unit
        override fun look(yes: Boolean) = Unit
        override fun pause() = Unit
        override fun resume() = Unit
        override fun withdraw(what: Int) = Unit
        override fun notifications() = Unit
        override fun link(address: String) = Unit
        override fun notice() = Unit
    }
}
