import Foundation

/// A chain that a server showed, as the test says it is.
public final class SecTrust {
    public let root: Data
    public let isInDate: Bool
    var anchors: [Data] = []
    var anchorsOnly = false

    public init(root: Data, isInDate: Bool = true) {
        self.root = root
        self.isInDate = isInDate
    }
}

public final class SecCertificate {
    let bytes: Data

    init(_ bytes: Data) {
        self.bytes = bytes
    }
}

/// The fake knows certificates by their first byte: a DER sequence.
public func SecCertificateCreateWithData(_ allocator: CFAllocator?, _ data: CFData) -> SecCertificate? {
    data.first == 0x30 ? SecCertificate(data) : nil
}

public func SecTrustSetAnchorCertificates(_ trust: SecTrust, _ certificates: CFArray?) -> OSStatus {
    trust.anchors = (certificates ?? []).compactMap { ($0 as? SecCertificate)?.bytes }
    return errSecSuccess
}

public func SecTrustSetAnchorCertificatesOnly(_ trust: SecTrust, _ only: Bool) -> OSStatus {
    trust.anchorsOnly = only
    return errSecSuccess
}

public func SecTrustEvaluateWithError(
    _ trust: SecTrust, _ error: UnsafeMutablePointer<CFError?>?
) -> Bool {
    trust.isInDate && (!trust.anchorsOnly || trust.anchors.contains(trust.root))
}
