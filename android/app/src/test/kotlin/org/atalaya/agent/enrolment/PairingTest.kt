package org.atalaya.agent.enrolment

import org.atalaya.core.Configuration
import org.atalaya.core.Invitation
import org.atalaya.core.WhatsApp
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Test

/** Which administrator's configuration is about which enrolment. */
class PairingTest {
    private fun says(token: String?, organisation: String? = null, device: String? = null, group: String? = null, root: String? = null, server: String? = SHARED) = Configuration(
        invitation = token?.let { Invitation(checkNotNull(server), it) },
        serverUrl = server,
        deviceRef = device,
        userRef = null,
        orgName = organisation,
        supportContact = null,
        privacyUrl = null,
        group = group,
        reportIntervalHours = 6u,
        checkWhatsapp = WhatsApp.ALWAYS,
        pinnedRoot = root,
        uiLocale = null,
        configVersion = 1u,
        faults = emptyList(),
    )

    /** As it is after this configuration has enrolled it. */
    private fun enrolled(by: Configuration, organisation: String = "?") = with(checkNotNull(by.invitation)) {
        Known(name, server, organisation, invited = name, said = Marks.of(by))
    }

    private fun byHand(name: String = "by hand", organisation: String = "?") = Known(name, SHARED, organisation)

    private fun Known.forsaken() = Known(name, server, organisation, invited, said, forsaken = true)

    private fun Known.nowSaid(by: Configuration) = Known(name, server, organisation, by.invitation?.name ?: invited, Marks.of(by))

    /** These and no others belong together, in whatever order they are read. */
    private fun assertPairs(configurations: List<Configuration>, known: List<Known>, vararg expected: Pair<Known, Configuration?>) {
        for (read in listOf(configurations, configurations.reversed())) {
            val pairing = Pairing(read, known)
            expected.forEach { (one, own) -> assertSame(own, pairing.ownOf(one.name)) }
            val alone = configurations.filter { one -> one.invitation != null && expected.none { it.second === one } }
            assertEquals(alone.toSet(), pairing.newcomers.toSet())
        }
    }

    private val clinic = says("CLINIC-1")
    private val bank = says("BANK-1")
    private val atClinic = enrolled(clinic, "Clinic")
    private val atBank = enrolled(bank, "Bank")

    @Test
    fun two_employers_on_one_server_are_two_newcomers_and_then_each_has_its_own() {
        assertPairs(listOf(clinic, bank), emptyList())
        assertPairs(listOf(clinic, bank), listOf(atClinic), atClinic to clinic)
        assertPairs(listOf(clinic, bank), listOf(atClinic, atBank), atClinic to clinic, atBank to bank)
    }

    @Test
    fun an_employer_that_comes_to_the_server_of_another_is_a_newcomer() {
        assertPairs(listOf(clinic, bank), listOf(atBank), atBank to bank)
    }

    @Test
    fun another_server_is_another_employer() {
        val elsewhere = says("CLINIC-1", "Clinic", "7", server = "https://elsewhere.example")
        assertPairs(listOf(elsewhere), listOf(enrolled(says("OLD", "Clinic", "7"), "Clinic")))
    }

    @Test
    fun a_token_that_is_replaced_makes_no_newcomer() {
        val renewed = says("CLINIC-2")
        assertPairs(listOf(renewed), listOf(atClinic), atClinic to renewed)
        assertPairs(listOf(renewed, bank), listOf(atClinic, atBank), atClinic to renewed, atBank to bank)
        // Then the other one's: the first is known by its second token.
        val other = says("BANK-2")
        assertPairs(listOf(renewed, other), listOf(atClinic.nowSaid(renewed), atBank), atClinic to renewed, atBank to other)
    }

    @Test
    fun tokens_replaced_at_once_are_told_apart_by_what_each_calls_itself_and_the_phone() {
        for ((one, other) in listOf(
            listOf("Clinic", null, null) to listOf("Bank", null, null),
            listOf(null, "C-7", "sales") to listOf(null, "B-9", "sales"),
            listOf("Group", "7", "clinic") to listOf("Group", "7", "bank"),
            listOf("Clinic", "7", null) to listOf("Bank", "7", null),
        )) {
            val before = says("A1", one[0], one[1], one[2]) to says("B1", other[0], other[1], other[2])
            val after = says("A2", one[0], one[1], one[2]) to says("B2", other[0], other[1], other[2])
            val (first, second) = enrolled(before.first) to enrolled(before.second)
            assertPairs(listOf(after.first, after.second), listOf(first, second), first to after.first, second to after.second)
        }
    }

    @Test
    fun a_group_or_a_number_that_changes_with_the_token_makes_no_newcomer() {
        val first = enrolled(says("A1", "Clinic", "7", "nurses"))
        val second = enrolled(says("B1", "Bank", "9", "sales"))
        val moved = says("A2", "Clinic", "8", "doctors")
        val renamed = says("B2", null, "9", "counter")
        assertPairs(listOf(moved, renamed), listOf(first, second), first to moved, second to renamed)
    }

    @Test
    fun tokens_replaced_at_once_where_nothing_tells_them_apart_make_no_newcomers() {
        val after = listOf(says("CLINIC-2"), says("BANK-2"))
        val pairing = Pairing(after, listOf(atClinic, atBank))
        assertEquals(emptyList<Configuration>(), pairing.newcomers)
        assertEquals(after, listOf(pairing.ownOf(atClinic.name), pairing.ownOf(atBank.name)))
    }

    @Test
    fun who_calls_itself_otherwise_is_a_newcomer_even_where_another_has_just_gone() {
        val first = enrolled(says("A1", "Clinic", "7"))
        assertPairs(listOf(says("B1", "Bank", "7")), listOf(first), first to null)
    }

    @Test
    fun who_comes_after_another_has_gone_is_a_newcomer() {
        val alone = atClinic.forsaken()
        assertPairs(listOf(bank), listOf(alone), alone to null)
        assertPairs(listOf(bank), listOf(alone, atBank), alone to null, atBank to bank)
        val renewed = says("BANK-2")
        assertPairs(listOf(renewed), listOf(alone, atBank), alone to null, atBank to renewed)
    }

    @Test
    fun who_comes_back_is_known_by_its_token_and_by_its_name() {
        val alone = atClinic.forsaken()
        assertPairs(listOf(clinic), listOf(alone), alone to clinic)
        val renewed = atClinic.nowSaid(says("CLINIC-2")).forsaken()
        val again = says("CLINIC-2")
        assertPairs(listOf(again), listOf(renewed), renewed to again)
        val named = enrolled(says("A1", "Clinic")).forsaken()
        val back = says("A2", "Clinic")
        assertPairs(listOf(back), listOf(named), named to back)
    }

    @Test
    fun who_was_left_is_no_newcomer_and_does_not_stand_between_another_and_its_new_token() {
        val renewed = says("BANK-2")
        val pairing = Pairing(listOf(clinic, renewed), listOf(atBank), setOf(atClinic.name))
        assertEquals(emptyList<Configuration>(), pairing.newcomers)
        assertEquals(listOf(clinic), pairing.left)
        assertSame(renewed, pairing.ownOf(atBank.name))
        // Enrolled by hand with another employer of that server: what the left one says is not about it.
        assertNull(Pairing(listOf(clinic), listOf(byHand()), setOf(atClinic.name)).configurationOf(byHand()))
        // A withdrawal that still waits to be told.
        assertSame(clinic, Pairing(listOf(clinic), listOf(atClinic), setOf(atClinic.name)).ownOf(atClinic.name))
    }

    @Test
    fun what_was_enrolled_by_hand_is_not_enrolled_again() {
        val hand = byHand(organisation = "Clinic")
        assertPairs(listOf(clinic), listOf(hand), hand to clinic)
        assertPairs(listOf(clinic, bank), listOf(hand, atBank), hand to clinic, atBank to bank)
        // Two come at once: the server's own name for it tells whose it is.
        val named = says("A1", "Clinic") to says("B1", "Bank")
        assertPairs(listOf(named.first, named.second), listOf(hand), hand to named.first)
    }

    @Test
    fun what_was_enrolled_by_hand_does_not_stand_between_an_administrator_and_its_new_token() {
        val renewed = says("BANK-2")
        val hand = byHand()
        assertPairs(listOf(renewed), listOf(hand, atBank), hand to null, atBank to renewed)
    }

    @Test
    fun the_same_invitation_twice_is_one_employer() {
        val twice = says("CLINIC-1", group = "nurses")
        val pairing = Pairing(listOf(clinic, twice), listOf(atClinic))
        assertSame(clinic, pairing.ownOf(atClinic.name))
        assertEquals(emptyList<Configuration>(), pairing.newcomers)
        assertEquals(listOf(clinic), Pairing(listOf(clinic, twice), emptyList()).newcomers)
    }

    @Test
    fun a_configuration_without_a_token_holds_on_its_server_and_one_without_a_server_everywhere_for_whoever_has_none() {
        val hands = listOf(byHand("one"), byHand("two"))
        val (tokenless, everywhere) = says(null) to says(null, server = null)
        val elsewhere = Known("elsewhere", "https://elsewhere.example", "?")
        val pairing = Pairing(listOf(everywhere, tokenless, bank), hands + atBank + elsewhere)
        hands.forEach { assertSame(tokenless, pairing.configurationOf(it)) }
        assertSame(bank, pairing.configurationOf(atBank))
        assertSame(everywhere, pairing.configurationOf(elsewhere))
        assertNull(Pairing(listOf(bank), hands + atBank).configurationOf(hands.first()))
    }

    @Test
    fun a_configuration_that_leaves_its_token_out_stays_with_its_enrolment() {
        val (first, second) = says(null, "Clinic") to says(null, "Bank")
        val known = listOf(enrolled(says("A1", "Clinic")), enrolled(says("B1", "Bank")))
        assertPairs(listOf(first, second), known, known[0] to first, known[1] to second)
        assertPairs(listOf(says(null), bank).also { assertNull(it[0].invitation) }, listOf(atClinic, atBank), atBank to bank)
    }

    @Test
    fun a_root_is_each_employer_s_own_and_where_none_speaks_any_that_names_the_server_tells() {
        val (rooted, plain) = says("CLINIC-1", root = "root") to says("BANK-1")
        val hand = byHand()
        val pairing = Pairing(listOf(plain, rooted), listOf(atClinic, atBank, hand))
        assertEquals("root", pairing.rootOf(atClinic))
        assertNull(pairing.rootOf(atBank))
        assertEquals("root", pairing.rootOf(hand))
        assertNull(pairing.rootOf(Known("elsewhere", "https://elsewhere.example")))
    }

    @Test
    fun nothing_of_what_is_remembered_is_printed() {
        assertFalse("Clinic" in "${atClinic.said} $atClinic ${Marks("Clinic", "C-7", null)}")
    }

    private companion object {
        const val SHARED = "https://hosted.example"
    }
}
