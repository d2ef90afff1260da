package org.atalaya.agent.support

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.StrongBoxUnavailableException
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.KeyPairGeneratorSpi
import java.security.KeyStoreSpi
import java.security.PrivateKey
import java.security.Provider
import java.security.ProviderException
import java.security.SecureRandom
import java.security.Security
import java.security.UnrecoverableKeyException
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration

/**
 * The Android Keystore of a phone, as far as the app uses it: makes P-256 keys, keeps them under their names, certifies
 * them by a chain. It can refuse what some phones refuse, and lose what some phones lose.
 */
class FakeKeystore : Provider("AndroidKeyStore", "1.0", "for tests") {
    /** What was asked of it, in turn. */
    val wishes = mutableListOf<Wish>()
    val kept = mutableMapOf<String, Entry>()
    var refusesStrongBox = false
    var refusesProperties = false
    var refusesAttestation = false
    var refusesEverything = false

    /** Whether the keys that it holds now are gone for good, though their names are there. */
    var unrecoverable = false
        set(value) {
            field = value
            spoilt = if (value) kept.keys.toSet() else emptySet()
        }
    private var spoilt = emptySet<String>()

    /** It finds no key and makes none, but is there: what it holds comes back once its trouble is over. */
    var troubled = false
    var troubleEndsAtMaking = false

    /** The phone stops where a key is deleted. */
    var stopsAtDeletion = false

    /** The Keystore's own process does not answer. */
    var silent = false

    class Wish(val alias: String, val challenge: ByteArray?, val strongBox: Boolean, val properties: Boolean)

    class Entry(val private: PrivateKey, val chain: List<Certificate>)

    init {
        put("KeyStore.AndroidKeyStore", Store::class.java.name)
        put("KeyPairGenerator.EC", Maker::class.java.name)
    }

    fun install() {
        current = this
        Security.addProvider(this)
    }

    fun remove() {
        Security.removeProvider(name)
    }

    fun make(spec: KeyGenParameterSpec): KeyPair {
        // An older system does not even know the question.
        val strongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P && spec.isStrongBoxBacked
        val properties = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S && spec.isDevicePropertiesAttestationIncluded
        val wish = Wish(spec.keystoreAlias, spec.attestationChallenge, strongBox, properties)
        wishes += wish
        if (troubleEndsAtMaking) troubled = false
        if (refusesEverything || troubled) throw ProviderException("this phone makes no keys")
        if (wish.strongBox && refusesStrongBox) throw StrongBoxUnavailableException()
        if (wish.properties && refusesProperties) throw ProviderException("CANNOT_ATTEST_IDS")
        if (wish.challenge != null && refusesAttestation) throw ProviderException("ATTESTATION_KEYS_UNAVAILABLE")
        val pair = newPair()
        val above = newPair()
        val chain = if (wish.challenge == null) {
            listOf(certificate(pair.public, pair.private))
        } else {
            listOf(certificate(pair.public, above.private), certificate(above.public, above.private))
        }
        kept[wish.alias] = Entry(pair.private, chain)
        return pair
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? {
            if (current.troubled || alias in current.spoilt) throw UnrecoverableKeyException("no information about the key")
            return current.kept[alias]?.private
        }

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? =
            current.kept[alias]?.chain?.toTypedArray()?.takeUnless { current.troubled }

        override fun engineDeleteEntry(alias: String) {
            check(!current.stopsAtDeletion) { "the phone stops" }
            current.kept.remove(alias)
        }

        override fun engineGetCertificate(alias: String): Certificate? = engineGetCertificateChain(alias)?.first()
        override fun engineGetCreationDate(alias: String): Date? = null
        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<Certificate>?) = refuse()
        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>?) = refuse()
        override fun engineSetCertificateEntry(alias: String, certificate: Certificate) = refuse()
        override fun engineAliases(): Enumeration<String> = Collections.enumeration(current.kept.keys)
        override fun engineContainsAlias(alias: String): Boolean = alias in current.kept && !current.troubled
        override fun engineSize(): Int = current.kept.size
        override fun engineIsKeyEntry(alias: String): Boolean = engineContainsAlias(alias)
        override fun engineIsCertificateEntry(alias: String): Boolean = false
        override fun engineGetCertificateAlias(certificate: Certificate): String? = null
        override fun engineStore(stream: OutputStream?, password: CharArray?) = refuse()
        override fun engineLoad(stream: InputStream?, password: CharArray?) {
            if (current.silent) throw IOException("the Keystore does not answer")
        }

        private fun refuse(): Unit = throw UnsupportedOperationException()
    }

    class Maker : KeyPairGeneratorSpi() {
        private var spec: KeyGenParameterSpec? = null

        override fun initialize(size: Int, random: SecureRandom?) = throw UnsupportedOperationException()

        override fun initialize(parameters: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = parameters as KeyGenParameterSpec
        }

        override fun generateKeyPair(): KeyPair = current.make(checkNotNull(spec))
    }

    companion object {
        private lateinit var current: FakeKeystore
    }
}
