package org.atalaya.agent.managed

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Test

/** What device management may write, and what is said of what it may not. */
class ConfigurationTest {
    private val token = "00000000WXYZ0123456789ABCD"

    @Test
    fun nothing_written_is_nothing_wrong() {
        val read = Configuration.of(mapOf("server_url" to " ", "group" to ""))
        assertEquals(emptyList<String>(), read.faults)
        assertEquals(6, read.reportIntervalHours)
        assertEquals(LookForWhatsApp.ALWAYS, read.checkWhatsapp)
        assertNull(read.invitation)
    }

    @Test
    fun a_whole_configuration_is_read() {
        val read = Configuration.of(
            mapOf(
                "server_url" to "https://atalaya.example.com/",
                "enrolment_token" to token,
                "report_interval_hours" to "12",
                "check_whatsapp" to "user-decides",
                "ui_locale" to "es",
                "config_version" to "3",
            ),
        )
        assertEquals(emptyList<String>(), read.faults)
        assertEquals("https://atalaya.example.com", read.invitation?.server)
        assertEquals(token, read.invitation?.token)
        assertEquals(12, read.reportIntervalHours)
        assertEquals(LookForWhatsApp.USER_DECIDES, read.checkWhatsapp)
        assertEquals("es", read.uiLocale)
        assertFalse(token in read.toString() || token in read.invitation.toString())
    }

    @Test
    fun each_fault_names_its_key_and_never_the_value() {
        val wrong = mapOf(
            "server_url" to "http://atalaya.example.com",
            "report_interval_hours" to "25",
            "check_whatsapp" to "sometimes",
            "pinned_root" to "hunter2",
            "ui_locale" to "fr",
            "config_version" to "-1",
            "device_ref" to "a\nb",
            "privacy_url" to "ftp://x",
            "colour" to "blue",
        )
        for ((key, value) in wrong) assertEquals(listOf(key), Configuration.of(mapOf(key to value)).faults)
        assertEquals(listOf("enrolment_token"), Configuration.of(mapOf("enrolment_token" to token)).faults)
    }
}
