package org.atalaya.agent.enrolment

import android.content.Intent
import android.net.Uri
import org.atalaya.agent.support.OwnLibrary
import org.atalaya.core.readConfiguration
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What a person pastes and what the server's page hands over; how either is read, the core's own tests say. */
@RunWith(RobolectricTestRunner::class)
class InvitationTest {
    @get:Rule
    val library = OwnLibrary()
    private val token = "00000000WXYZ0123456789ABCD"

    private fun handedOver(data: String, token: String?): Intent =
        Intent(Intent.ACTION_VIEW, Uri.parse(data)).putExtra(TOKEN, token)

    @Test
    fun a_pasted_link_and_the_page_say_the_same() {
        val pasted = checkNotNull(invitationOf("https://atalaya.example.com/enrol#$token\n"))
        assertEquals("https://atalaya.example.com", pasted.server)
        assertEquals("atalaya.example.com", pasted.host)
        assertEquals(pasted, invitationOf(handedOver("atalaya://enrol?server=https%3A%2F%2Fatalaya.example.com", token)))
        assertEquals("127.0.0.1:8420", invitationOf("http://127.0.0.1:8420/enrol#$token")?.host)
    }

    @Test
    fun what_is_no_invitation_is_none() {
        for (pasted in listOf("", "hello", "http://atalaya.example.com/enrol#$token", "https:///enrol#$token")) {
            assertNull(pasted, invitationOf(pasted))
        }
        for (data in listOf("atalaya://enrol", "atalaya:enrol", "atalaya://enrol?server=javascript:alert(1)")) {
            assertNull(data, invitationOf(handedOver(data, token)))
        }
        assertNull(invitationOf(handedOver("atalaya://enrol?server=https%3A%2F%2Fa.example", null)))
    }

    @Test
    fun a_token_is_never_printed() {
        val entries = mapOf("server_url" to "https://a.example", "enrolment_token" to token, "user_ref" to "Ana")
        val read = readConfiguration(entries)
        assertEquals(token, read.invitation?.token)
        assertFalse("$read ${read.invitation}".let { token in it || "Ana" in it })
    }
}
