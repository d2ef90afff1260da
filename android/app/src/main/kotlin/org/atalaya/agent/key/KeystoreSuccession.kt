package org.atalaya.agent.key

import org.atalaya.core.KeySuccession
import org.atalaya.core.NextKey
import org.atalaya.core.ShellException

/** Makes the key that comes after the one of an enrolment, and puts it in its place once the server knows it. */
internal class KeystoreSuccession(private val key: DeviceKey) : KeySuccession {
    override fun makeNext(challenge: ByteArray): NextKey = keystore(key) {
        val made = key.makeNext(challenge)
        NextKey(made.point() ?: throw ShellException.KeyLost(), made.evidence())
    }

    override fun signWithNext(message: ByteArray): ByteArray = keystore(key) {
        key.next.sign(message) ?: throw ShellException.KeyLost()
    }

    override fun adopt(publicKey: ByteArray) = keystore(key) { key.adopt(publicKey) }
}
