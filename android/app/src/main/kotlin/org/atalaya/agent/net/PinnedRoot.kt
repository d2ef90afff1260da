package org.atalaya.agent.net

import java.security.KeyStore
import java.security.cert.CertificateFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.TrustManagerFactory

/** Believes chains that end at one root, and no others. Host names are checked as ever. */
internal object PinnedRoot {
    /** @throws java.security.GeneralSecurityException when this is no certificate. */
    fun socketFactory(pem: String): SSLSocketFactory {
        val root = CertificateFactory.getInstance("X.509").generateCertificate(pem.trim().byteInputStream())
        val only = KeyStore.getInstance(KeyStore.getDefaultType()).apply {
            load(null, null)
            setCertificateEntry("root", root)
        }
        val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(only) }
        return SSLContext.getInstance("TLS").apply { init(null, trust.trustManagers, null) }.socketFactory
    }
}
