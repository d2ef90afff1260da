package org.atalaya.agent.support

import java.security.KeyPair
import java.security.interfaces.ECPrivateKey
import java.util.Base64
import org.bouncycastle.asn1.ASN1Encoding
import org.bouncycastle.asn1.DERBitString
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo
import org.bouncycastle.asn1.sec.SECObjectIdentifiers
import org.bouncycastle.asn1.x509.AlgorithmIdentifier
import org.bouncycastle.asn1.x509.BasicConstraints
import org.bouncycastle.asn1.x509.Extension
import org.bouncycastle.asn1.x509.GeneralName
import org.bouncycastle.asn1.x509.GeneralNames
import org.bouncycastle.asn1.x509.KeyUsage
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers

/** A company's own certificate authority, and the certificate of its server on this machine. */
class Authority(private val company: String) {
    private val root = newPair()
    private val leaf = newPair()

    /** What the company's configuration pins. */
    val pem: String = pem(
        "CERTIFICATE",
        certificate(
            root.public,
            root.private,
            name = "CN=$company",
            extensions = listOf(
                Extension.create(Extension.basicConstraints, true, BasicConstraints(true)),
                Extension.create(Extension.keyUsage, true, KeyUsage(KeyUsage.keyCertSign)),
            ),
        ).encoded,
    )

    /** The server's certificate. */
    val certificate: String = pem(
        "CERTIFICATE",
        certificate(
            leaf.public,
            root.private,
            name = "CN=server",
            by = "CN=$company",
            extensions = listOf(
                Extension.create(
                    Extension.subjectAlternativeName,
                    false,
                    GeneralNames(GeneralName(GeneralName.iPAddress, "127.0.0.1")),
                ),
            ),
        ).encoded,
    )

    /** Its private key, with the public one beside it as servers want it. */
    val key: String = pem("PRIVATE KEY", pkcs8(leaf))

    private fun pkcs8(pair: KeyPair): ByteArray {
        val scalar = (pair.private as ECPrivateKey).s
        val point: DERBitString = DERBitString(SubjectPublicKeyInfo.getInstance(pair.public.encoded).publicKeyData.bytes)
        val key = org.bouncycastle.asn1.sec.ECPrivateKey(BITS, scalar, point, null)
        val algorithm = AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1)
        return PrivateKeyInfo(algorithm, key).getEncoded(ASN1Encoding.DER)
    }

    private fun pem(what: String, der: ByteArray): String =
        "-----BEGIN $what-----\n${Base64.getMimeEncoder(64, byteArrayOf('\n'.code.toByte())).encodeToString(der)}\n-----END $what-----\n"

    private companion object {
        const val BITS = 256
    }
}
