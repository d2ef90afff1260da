package org.atalaya.agent.key

import android.security.keystore.KeyPermanentlyInvalidatedException
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import org.atalaya.core.ReportSigner
import org.atalaya.core.ShellException

/** Signs with the key of one enrolment. A key that is gone is told apart from one that does not answer just now. */
internal class KeystoreSigner(private val key: DeviceKey) : ReportSigner {
    override fun publicKey(): ByteArray = keystore(key) { key.current.point() ?: throw ShellException.KeyLost() }

    override fun sign(message: ByteArray): ByteArray = keystore(key) { key.current.sign(message) ?: throw ShellException.KeyLost() }
}

/**
 * Work with this key; what goes wrong, as the core understands it. A Keystore in trouble finds no key either, and a key that
 * is taken for lost is replaced by another device: it counts as lost only where the Keystore makes and uses another one, and
 * still not this one.
 */
internal fun <T> keystore(key: DeviceKey, work: () -> T): T =
    try {
        told(work)
    } catch (_: ShellException.KeyLost) {
        if (!key.keystoreAnswers()) throw ShellException.KeyUnavailable()
        told(work)
    }

private fun <T> told(work: () -> T): T =
    try {
        work()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw ShellException.KeyLost()
    } catch (_: UnrecoverableKeyException) {
        throw ShellException.KeyLost()
    } catch (_: InvalidKeyException) {
        throw ShellException.KeyUnavailable()
    } catch (_: GeneralSecurityException) {
        throw ShellException.KeyUnavailable()
    } catch (_: ProviderException) {
        throw ShellException.KeyUnavailable()
    } catch (_: IOException) {
        throw ShellException.KeyUnavailable()
    }
