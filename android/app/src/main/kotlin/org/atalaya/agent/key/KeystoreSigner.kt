package org.atalaya.agent.key

import android.security.keystore.KeyPermanentlyInvalidatedException
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.ProviderException
import java.security.Signature
import java.security.UnrecoverableKeyException
import java.security.interfaces.ECPublicKey
import org.atalaya.core.ReportSigner
import org.atalaya.core.ShellException

/** Signs with the key of one enrolment. A key that is gone is told apart from one that does not answer just now. */
internal class KeystoreSigner(private val key: DeviceKey) : ReportSigner {
    override fun publicKey(): ByteArray = keystore {
        val certificate = key.certificates().firstOrNull() ?: throw ShellException.KeyLost()
        val public = certificate.publicKey as? ECPublicKey ?: throw ShellException.KeyLost()
        x962(public)
    }

    override fun sign(message: ByteArray): ByteArray = keystore {
        val private = key.signing() ?: throw ShellException.KeyLost()
        Signature.getInstance("SHA256withECDSA").run {
            initSign(private)
            update(message)
            sign()
        }
    }

    private fun x962(key: ECPublicKey): ByteArray {
        val point = key.w
        return byteArrayOf(UNCOMPRESSED) + coordinate(point.affineX.toByteArray()) + coordinate(point.affineY.toByteArray())
    }

    // A sign byte too many, or leading zeros too few.
    private fun coordinate(number: ByteArray): ByteArray {
        val digits = number.takeLast(COORDINATE)
        return ByteArray(COORDINATE - digits.size) + digits.toByteArray()
    }

    private companion object {
        const val UNCOMPRESSED: Byte = 4
        const val COORDINATE = 32
    }
}

/** What the Keystore throws, as the core understands it. */
internal fun <T> keystore(work: () -> T): T =
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
