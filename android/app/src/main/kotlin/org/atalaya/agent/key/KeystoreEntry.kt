package org.atalaya.agent.key

import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.cert.Certificate
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import org.atalaya.core.AttestationEvidence

/**
 * A key pair under one name of the Android Keystore: it is made there, signs there and never leaves. In StrongBox where the
 * phone has one, else in the trusted environment.
 */
internal class KeystoreEntry(private val context: Context, val alias: String) {
    /** Makes the pair anew, with this challenge in its certificate; whatever had its name before is gone. */
    fun make(challenge: ByteArray) {
        val strongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
            context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
        // From the most that a phone may prove to the least: each step down is for phones that refuse the one before.
        val wishes = listOf(
            Wish(challenge, strongBox = true, properties = true),
            Wish(challenge, strongBox = true, properties = false),
            Wish(challenge, strongBox = false, properties = true),
            Wish(challenge, strongBox = false, properties = false),
            Wish(null, strongBox = false, properties = false),
        ).filter { strongBox || !it.strongBox }
            .filter { Build.VERSION.SDK_INT >= Build.VERSION_CODES.S || !it.properties }
        var refused: ProviderException? = null
        for (wish in wishes) {
            try {
                return generate(wish)
            } catch (refusal: ProviderException) {
                refused = refusal
            }
        }
        throw refused ?: ProviderException("no key could be made")
    }

    /** Whether there is a key under this name. */
    fun exists(): Boolean = store().containsAlias(alias)

    /** The public key, as the uncompressed point of X9.62; null when there is no key any more. */
    fun point(): ByteArray? = (certificates().firstOrNull()?.publicKey as? ECPublicKey)?.let(::x962)

    /** What the certificates prove. A phone that cannot attest signs the one that there is with the key itself: nothing. */
    fun evidence(): AttestationEvidence {
        val chain = certificates()
        return if (chain.size < 2) AttestationEvidence.None else AttestationEvidence.AndroidChain(chain.map { it.encoded })
    }

    /** The signature of this message, as DER; null when there is no key any more. */
    fun sign(message: ByteArray): ByteArray? {
        val private = store().getKey(alias, null) as? PrivateKey ?: return null
        return Signature.getInstance("SHA256withECDSA").run {
            initSign(private)
            update(message)
            sign()
        }
    }

    /** Whether the Keystore makes a key here, finds it, signs with it and takes it away again. */
    fun answers(): Boolean =
        try {
            generate(Wish(null, strongBox = false, properties = false))
            (sign(ByteArray(0)) != null).also { forget() }
        } catch (_: GeneralSecurityException) {
            false
        } catch (_: ProviderException) {
            false
        } catch (_: IOException) {
            false
        }

    fun forget() {
        try {
            store().deleteEntry(alias)
        } catch (_: GeneralSecurityException) {
            // A key that cannot be found any more is as good as gone.
        }
    }

    private fun generate(wish: Wish) {
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_SIGN)
            .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
            .setDigests(KeyProperties.DIGEST_SHA256)
        wish.challenge?.let(spec::setAttestationChallenge)
        if (wish.strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.setIsStrongBoxBacked(true)
        if (wish.properties && Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            spec.setDevicePropertiesAttestationIncluded(true)
        }
        val generator = KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, KEYSTORE)
        generator.initialize(spec.build())
        generator.generateKeyPair()
    }

    /** Leaf first; empty when there is no key. */
    private fun certificates(): List<Certificate> = store().getCertificateChain(alias).orEmpty().toList()

    private fun x962(key: ECPublicKey): ByteArray {
        val point = key.w
        return byteArrayOf(UNCOMPRESSED) + coordinate(point.affineX.toByteArray()) + coordinate(point.affineY.toByteArray())
    }

    // A sign byte too many, or leading zeros too few.
    private fun coordinate(number: ByteArray): ByteArray {
        val digits = number.takeLast(COORDINATE)
        return ByteArray(COORDINATE - digits.size) + digits.toByteArray()
    }

    private fun store(): KeyStore = KeyStore.getInstance(KEYSTORE).apply { load(null) }

    private class Wish(val challenge: ByteArray?, val strongBox: Boolean, val properties: Boolean)

    private companion object {
        const val KEYSTORE = "AndroidKeyStore"
        const val UNCOMPRESSED: Byte = 4
        const val COORDINATE = 32
    }
}
