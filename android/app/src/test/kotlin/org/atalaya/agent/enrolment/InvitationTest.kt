package org.atalaya.agent.enrolment

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test

/** Links as they are handed out, and what only looks like one. */
class InvitationTest {
    private val token = "00000000WXYZ0123456789ABCD"

    @Test
    fun both_forms_of_a_link_say_where_and_with_what() {
        for (link in listOf(
            "https://atalaya.example.com/enrol#$token\n",
            "atalaya://enrol?server=https%3A%2F%2Fatalaya.example.com#$token",
            "https://atalaya.example.com/enrol#00000000-WXYZ-0123-4567-89AB-CD",
        )) {
            val read = checkNotNull(Invitation.ofLink(link)) { link }
            assertEquals("https://atalaya.example.com", read.server)
            assertEquals("atalaya.example.com", read.host)
            assertEquals(token, read.token)
        }
        assertEquals("https://example.com/atalaya", Invitation.ofLink("https://example.com/atalaya/enrol#$token")?.server)
        assertEquals("127.0.0.1:8420", Invitation.ofLink("http://127.0.0.1:8420/enrol#$token")?.host)
    }

    @Test
    fun what_is_no_link_is_none() {
        for (link in listOf(
            "",
            "hello",
            "https://atalaya.example.com/enrol",
            "https://atalaya.example.com/enrol#short",
            "http://atalaya.example.com/enrol#$token",
            "https://user:secret@atalaya.example.com/enrol#$token",
            "atalaya://enrol#$token",
            "atalaya://enrol?server=javascript:alert(1)#$token",
            "https:///enrol#$token",
        )) {
            assertNull(link, Invitation.ofLink(link))
        }
    }

    @Test
    fun a_link_to_another_server_than_the_configured_one_is_refused() {
        assertNull(Invitation.of("https://a.example", "https://b.example/enrol#$token"))
        assertEquals("https://a.example", Invitation.of("https://a.example/", "https://a.example/enrol#$token")?.server)
    }
}
