package org.atalaya.agent.key

import org.atalaya.core.AttestationEvidence
import org.atalaya.core.AttestationSource

/** Makes the key of an enrolment with the server's challenge in its certificate, and hands the chain over. */
internal class KeystoreAttestation(private val key: DeviceKey) : AttestationSource {
    override fun attest(challenge: ByteArray): AttestationEvidence = keystore(key) { key.make(challenge).evidence() }

    /** The hardware attests a key when it makes it, and then no more. */
    override fun assertion(challenge: ByteArray): AttestationEvidence = AttestationEvidence.None
}
