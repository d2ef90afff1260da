package org.atalaya.agent.key

import org.atalaya.core.AttestationEvidence
import org.atalaya.core.AttestationSource

/** Makes the key of an enrolment with the server's challenge in its certificate, and hands the chain over. */
internal class KeystoreAttestation(private val key: DeviceKey) : AttestationSource {
    override fun attest(challenge: ByteArray): AttestationEvidence = keystore {
        key.make(challenge)
        val chain = key.certificates()
        // A phone that cannot attest signs the one certificate with the key itself: that proves nothing.
        if (chain.size < 2) AttestationEvidence.None else AttestationEvidence.AndroidChain(chain.map { it.encoded })
    }
}
