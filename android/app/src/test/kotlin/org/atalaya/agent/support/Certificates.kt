package org.atalaya.agent.support

import java.math.BigInteger
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.PrivateKey
import java.security.PublicKey
import java.security.Signature
import java.security.cert.Certificate
import java.security.cert.CertificateFactory
import java.security.spec.ECGenParameterSpec
import java.util.Date
import org.bouncycastle.asn1.ASN1EncodableVector
import org.bouncycastle.asn1.ASN1Encoding
import org.bouncycastle.asn1.ASN1Integer
import org.bouncycastle.asn1.DERBitString
import org.bouncycastle.asn1.DERSequence
import org.bouncycastle.asn1.x500.X500Name
import org.bouncycastle.asn1.x509.AlgorithmIdentifier
import org.bouncycastle.asn1.x509.Extension
import org.bouncycastle.asn1.x509.Extensions
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo
import org.bouncycastle.asn1.x509.Time
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers

/** A fresh P-256 key. */
fun newPair(): KeyPair =
    KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()

/** A certificate for this key, signed by that one, good from 1970 to 2096. */
fun certificate(
    subject: PublicKey,
    issuer: PrivateKey,
    name: String = "CN=A key for tests",
    by: String = name,
    extensions: List<Extension> = emptyList(),
): Certificate {
    val algorithm = AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256)
    val body = V3TBSCertificateGenerator().apply {
        setSerialNumber(ASN1Integer(BigInteger.ONE))
        setSignature(algorithm)
        setIssuer(X500Name(by))
        setSubject(X500Name(name))
        setStartDate(Time(Date(0)))
        setEndDate(Time(Date(4_000_000_000_000)))
        setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(subject.encoded))
        if (extensions.isNotEmpty()) setExtensions(Extensions(extensions.toTypedArray()))
    }.generateTBSCertificate()
    val signature = Signature.getInstance("SHA256withECDSA").run {
        initSign(issuer)
        update(body.getEncoded(ASN1Encoding.DER))
        sign()
    }
    val whole = DERSequence(
        ASN1EncodableVector().apply {
            add(body)
            add(algorithm)
            add(DERBitString(signature))
        },
    )
    return CertificateFactory.getInstance("X.509").generateCertificate(whole.getEncoded(ASN1Encoding.DER).inputStream())
}
