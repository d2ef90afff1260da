import Foundation

#if canImport(Security)
import Security
#endif

/// The one root certificate by which a company's server is believed.
public struct PinnedRoot: Equatable, Sendable {
    /// The certificate, DER.
    public let certificate: Data

    /// None where this is not one certificate in PEM.
    public init?(pem: String) {
        let lines = pem.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        guard
            lines.first == "-----BEGIN CERTIFICATE-----", lines.last == "-----END CERTIFICATE-----",
            let bytes = Data(base64Encoded: lines.dropFirst().dropLast().joined()), !bytes.isEmpty
        else { return nil }
        certificate = bytes
    }

    #if canImport(Security)
    /// Whether this chain ends at the root, is in date and is for the host that was asked.
    public func accepts(_ trust: SecTrust) -> Bool {
        guard
            let root = SecCertificateCreateWithData(nil, certificate as CFData),
            SecTrustSetAnchorCertificates(trust, [root] as CFArray) == errSecSuccess,
            SecTrustSetAnchorCertificatesOnly(trust, true) == errSecSuccess
        else { return false }
        return SecTrustEvaluateWithError(trust, nil)
    }
    #endif
}
