package org.atalaya.agent.key

import android.content.pm.PackageManager
import java.io.File
import java.security.cert.CertificateFactory
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.verifies
import org.atalaya.core.AttestationEvidence
import org.atalaya.core.ShellException
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** The key that comes after the one of an enrolment, wherever the phone stops on the way. */
@RunWith(RobolectricTestRunner::class)
class KeystoreSuccessionTest {
    @get:Rule
    val phone = Phone()
    private val message = "report".encodeToByteArray()
    private val challenge = ByteArray(32) { it.toByte() }

    /** As after the app was ended and started again: only the Keystore and what is on the disk are left. */
    private fun key() = DeviceKey(phone.context, "one")

    private fun enrolled() = KeystoreAttestation(key()).attest(ByteArray(32)).let { point() }

    private fun succession() = KeystoreSuccession(key())

    private fun point() = KeystoreSigner(key()).publicKey()

    private fun signs(point: ByteArray) =
        point.contentEquals(point()) && verifies(point, message, KeystoreSigner(key()).sign(message))

    @Test
    fun the_next_key_is_made_beside_the_one_that_signs_with_the_same_wishes() {
        val first = enrolled()
        phone.keystore.wishes.clear()
        shadowOf(phone.context.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
        phone.keystore.refusesStrongBox = true
        val next = succession().makeNext(challenge)
        assertTrue("the strong box is asked first", phone.keystore.wishes.first().strongBox)
        assertArrayEquals(challenge, phone.keystore.wishes.last().challenge)
        val chain = (next.evidence as AttestationEvidence.AndroidChain).certificates
        assertEquals(2, chain.size)
        assertArrayEquals("the evidence is of the next key", next.publicKey, pointOf(chain.first()))
        assertTrue(verifies(next.publicKey, message, succession().signWithNext(message)))
        assertTrue("the one before goes on", signs(first))
        assertEquals(2, phone.keystore.kept.size)
    }

    @Test
    fun a_phone_that_cannot_attest_has_a_next_key_without_evidence() {
        enrolled()
        phone.keystore.refusesAttestation = true
        assertEquals(AttestationEvidence.None, succession().makeNext(challenge).evidence)
    }

    @Test
    fun an_adopted_key_signs_and_the_one_before_is_gone_however_often_it_is_said() {
        enrolled()
        repeat(3) {
            val next = succession().makeNext(challenge).publicKey
            repeat(2) {
                succession().adopt(next)
                assertTrue(signs(next))
                assertEquals(1, phone.keystore.kept.size)
            }
        }
    }

    @Test
    fun a_phone_that_stops_between_the_switch_and_the_deletion_goes_on_with_the_adopted_key() {
        enrolled()
        val next = succession().makeNext(challenge).publicKey
        phone.keystore.stopsAtDeletion = true
        assertThrows(IllegalStateException::class.java) { succession().adopt(next) }
        phone.keystore.stopsAtDeletion = false
        assertEquals("the old one is still there", 2, phone.keystore.kept.size)
        assertTrue(signs(next))
        succession().adopt(next)
        assertTrue(signs(next))
        assertEquals(1, phone.keystore.kept.size)
    }

    @Test
    fun a_next_key_that_was_never_adopted_is_replaced_and_its_place_is_nobody_elses() {
        val first = enrolled()
        val forgotten = succession().makeNext(challenge).publicKey
        val next = succession().makeNext(challenge).publicKey
        assertFalse(next.contentEquals(forgotten))
        assertEquals(2, phone.keystore.kept.size)
        assertThrows(ShellException.KeyLost::class.java) { succession().adopt(forgotten) }
        assertTrue("what cannot be adopted changes nothing", signs(first))
        succession().adopt(next)
        assertTrue(signs(next))
    }

    @Test
    fun an_enrolment_anew_leaves_no_other_key() {
        enrolled()
        succession().adopt(succession().makeNext(challenge).publicKey)
        succession().makeNext(challenge)
        assertTrue(signs(enrolled()))
        assertEquals(1, phone.keystore.kept.size)
    }

    @Test
    fun forgetting_an_enrolment_takes_both_keys_and_what_was_noted() {
        enrolled()
        succession().adopt(succession().makeNext(challenge).publicKey)
        succession().makeNext(challenge)
        // Looking whether the Keystore answers was cut short.
        phone.keystore.kept["one-probe"] = phone.keystore.kept.values.first()
        key().forget()
        assertTrue(phone.keystore.kept.isEmpty())
        assertTrue(phone.context.getSharedPreferences("one", 0).all.isEmpty())
    }

    @Test
    fun a_phone_that_lost_its_keys_says_so_and_makes_no_other() {
        enrolled()
        val next = succession().makeNext(challenge).publicKey
        // Of the two only the one that signs is gone: the next one is not the device's.
        phone.keystore.kept.remove("one")
        assertThrows(ShellException.KeyLost::class.java) { point() }
        assertThrows(ShellException.KeyLost::class.java) { KeystoreSigner(key()).sign(message) }
        assertThrows(ShellException.KeyLost::class.java) { succession().makeNext(challenge) }
        // On another phone, to which the files came without the keys.
        phone.keystore.kept.clear()
        assertThrows(ShellException.KeyLost::class.java) { point() }
        assertThrows(ShellException.KeyLost::class.java) { succession().makeNext(challenge) }
        assertThrows(ShellException.KeyLost::class.java) { succession().signWithNext(message) }
        assertThrows(ShellException.KeyLost::class.java) { succession().adopt(next) }
    }

    @Test
    fun without_its_note_a_phone_finds_the_key_that_it_has() {
        enrolled()
        val next = succession().makeNext(challenge).publicKey
        succession().adopt(next)
        phone.context.deleteSharedPreferences("one")
        assertTrue(signs(next))
    }

    @Test
    fun a_keystore_that_does_not_answer_is_asked_later() {
        val first = enrolled()
        phone.keystore.refusesEverything = true
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().makeNext(challenge) }
        assertTrue(signs(first))
        phone.keystore.refusesEverything = false
        val next = succession().makeNext(challenge).publicKey
        phone.keystore.silent = true
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().makeNext(challenge) }
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().signWithNext(message) }
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().adopt(next) }
        phone.keystore.silent = false
        assertTrue("nothing was switched", signs(first))
        phone.keystore.unrecoverable = true
        assertThrows(ShellException.KeyLost::class.java) { succession().signWithNext(message) }
    }

    @Test
    fun where_nothing_can_be_noted_no_key_is_made_and_none_deleted() {
        enrolled()
        val asked = phone.keystore.wishes.size
        full(true)
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().makeNext(challenge) }
        assertEquals(asked, phone.keystore.wishes.size)
        full(false)
        val next = succession().makeNext(challenge).publicKey
        full(true)
        assertThrows(ShellException.KeyUnavailable::class.java) { succession().adopt(next) }
        assertEquals("the old one stays", 2, phone.keystore.kept.size)
        full(false)
        succession().adopt(next)
        assertTrue(signs(next))
        assertEquals(1, phone.keystore.kept.size)
    }

    // A public key ends with its point.
    private fun pointOf(certificate: ByteArray) = CertificateFactory.getInstance("X.509")
        .generateCertificate(certificate.inputStream()).publicKey.encoded.takeLast(65).toByteArray()

    /** Lets no note be written: folders lie where its file and that file's copy would. */
    private fun full(yes: Boolean) {
        val folder = File(checkNotNull(phone.context.dataDir), "shared_prefs")
        for (name in listOf("one.xml", "one.xml.bak")) {
            File(folder, name).deleteRecursively()
            if (yes) check(File(folder, "$name/x").mkdirs())
        }
    }
}
