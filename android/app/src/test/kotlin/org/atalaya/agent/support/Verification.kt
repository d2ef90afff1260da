package org.atalaya.agent.support

import java.math.BigInteger
import java.security.AlgorithmParameters
import java.security.KeyFactory
import java.security.PublicKey
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.security.spec.ECParameterSpec
import java.security.spec.ECPoint
import java.security.spec.ECPublicKeySpec

/** Whether the key with this uncompressed point signed this message. */
fun verifies(point: ByteArray, message: ByteArray, signature: ByteArray): Boolean =
    Signature.getInstance("SHA256withECDSA").run {
        initVerify(publicKey(point))
        update(message)
        verify(signature)
    }

private fun publicKey(point: ByteArray): PublicKey = KeyFactory.getInstance("EC").generatePublic(
    ECPublicKeySpec(
        ECPoint(BigInteger(1, point.copyOfRange(1, 33)), BigInteger(1, point.copyOfRange(33, 65))),
        AlgorithmParameters.getInstance("EC").run {
            init(ECGenParameterSpec("secp256r1"))
            getParameterSpec(ECParameterSpec::class.java)
        },
    ),
)
