package org.atalaya.agent.key

import android.content.pm.PackageManager
import org.atalaya.agent.support.Phone
import org.atalaya.agent.support.verifies
import org.atalaya.core.AttestationEvidence
import org.atalaya.core.ShellException
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The key of an enrolment, on phones that can much and on phones that can little. */
@RunWith(RobolectricTestRunner::class)
class KeystoreTest {
    @get:Rule
    val phone = Phone()
    private val key by lazy { DeviceKey(phone.context, "one") }
    private val challenge = ByteArray(32) { it.toByte() }

    private fun strongBox() = shadowOf(phone.context.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)

    private fun asked() = phone.keystore.wishes.map { Triple(it.strongBox, it.properties, it.challenge != null) }

    @Test
    fun a_phone_with_a_strong_box_is_asked_for_everything_first() {
        strongBox()
        val chain = KeystoreAttestation(key).attest(challenge) as AttestationEvidence.AndroidChain
        assertEquals(2, chain.certificates.size)
        assertEquals(listOf(Triple(true, true, true)), asked())
        assertArrayEquals(challenge, phone.keystore.wishes.single().challenge)
    }

    @Test
    fun what_a_phone_refuses_is_given_up_step_by_step() {
        strongBox()
        phone.keystore.refusesStrongBox = true
        phone.keystore.refusesProperties = true
        KeystoreAttestation(key).attest(challenge)
        assertEquals(listOf(Triple(true, true, true), Triple(true, false, true), Triple(false, true, true), Triple(false, false, true)), asked())
        phone.keystore.wishes.forEach { assertArrayEquals("the challenge that was given", challenge, it.challenge) }
    }

    @Test
    fun a_phone_that_cannot_attest_has_a_key_and_no_evidence() {
        phone.keystore.refusesAttestation = true
        assertEquals(AttestationEvidence.None, KeystoreAttestation(key).attest(challenge))
        assertEquals(65, KeystoreSigner(key).publicKey().size)
    }

    @Test
    @Config(sdk = [26])
    fun android_8_is_not_asked_for_what_it_does_not_know() {
        KeystoreAttestation(key).attest(challenge)
        assertEquals(1, phone.keystore.wishes.size)
    }

    @Test
    fun a_phone_that_makes_no_key_does_not_answer() {
        phone.keystore.refusesEverything = true
        assertThrows(ShellException.KeyUnavailable::class.java) { KeystoreAttestation(key).attest(challenge) }
    }

    @Test
    fun what_is_signed_verifies_under_the_public_key() {
        key.make(challenge)
        val message = "report".encodeToByteArray()
        val point = KeystoreSigner(key).publicKey()
        assertEquals(4, point[0].toInt())
        assertTrue(verifies(point, message, KeystoreSigner(key).sign(message)))
    }

    @Test
    fun a_keystore_in_trouble_has_not_lost_the_key() {
        key.make(challenge)
        val signer = KeystoreSigner(key)
        val point = signer.publicKey()
        phone.keystore.troubled = true
        assertThrows(ShellException.KeyUnavailable::class.java) { signer.publicKey() }
        assertThrows(ShellException.KeyUnavailable::class.java) { signer.sign(byteArrayOf(1)) }
        assertThrows(ShellException.KeyUnavailable::class.java) { KeystoreSuccession(key).makeNext(challenge) }
        assertThrows(ShellException.KeyUnavailable::class.java) { KeystoreSuccession(key).adopt(point) }
        phone.keystore.troubled = false
        assertArrayEquals(point, signer.publicKey())
        // One whose trouble ends while it is looked at.
        phone.keystore.troubled = true
        phone.keystore.troubleEndsAtMaking = true
        assertArrayEquals(point, signer.publicKey())
        assertEquals("nothing is left of looking", setOf("one"), phone.keystore.kept.keys)
    }

    @Test
    fun a_key_that_is_gone_is_told_as_lost() {
        assertThrows(ShellException.KeyLost::class.java) { KeystoreSigner(key).publicKey() }
        assertThrows(ShellException.KeyLost::class.java) { KeystoreSigner(key).sign(byteArrayOf(1)) }
        key.make(challenge)
        phone.keystore.unrecoverable = true
        assertThrows(ShellException.KeyLost::class.java) { KeystoreSigner(key).sign(byteArrayOf(1)) }
        phone.keystore.unrecoverable = false
        key.forget()
        assertThrows(ShellException.KeyLost::class.java) { KeystoreSigner(key).sign(byteArrayOf(1)) }
    }
}
