import Foundation

/// A real P-256 key, of the system's OpenSSL: what it signs, the real server takes.
public final class SecKey: @unchecked Sendable {
    let key: OpaquePointer
    private let library: LibCrypto

    init?() {
        guard let library = LibCrypto.shared, let key = library.newKey(LibCrypto.prime256v1) else { return nil }
        self.library = library
        self.key = key
        guard library.generate(key) == 1 else { return nil }
    }

    deinit {
        library.free(key)
    }

    /// The uncompressed point.
    var point: Data {
        var buffer: UnsafeMutablePointer<UInt8>?
        let length = library.point(key, LibCrypto.uncompressed, &buffer, nil)
        guard let buffer else { return Data() }
        defer { library.cryptoFree(buffer, "", 0) }
        return Data(bytes: buffer, count: length)
    }

    /// ECDSA over a digest, as DER.
    func sign(digest: Data) -> Data? {
        var signature = [UInt8](repeating: 0, count: 80)
        var length: UInt32 = 0
        let bytes = Array(digest)
        guard library.sign(0, bytes, Int32(bytes.count), &signature, &length, key) == 1 else { return nil }
        return Data(signature.prefix(Int(length)))
    }

    static func sha256(_ message: Data) -> Data {
        var digest = [UInt8](repeating: 0, count: 32)
        let bytes = Array(message)
        _ = LibCrypto.shared?.sha256(bytes, bytes.count, &digest)
        return Data(digest)
    }
}

public struct SecKeyAlgorithm: Equatable, Sendable {
    let name: String
    public static let ecdsaSignatureMessageX962SHA256 = Self(name: "algid:sign:ECDSA:message-X962:SHA256")
}

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
    public let rawValue: UInt
    public static let privateKeyUsage = Self(rawValue: 1 << 30)

    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }
}

public final class SecAccessControl: @unchecked Sendable {
    public let protection: String
    public let flags: SecAccessControlCreateFlags

    init(_ protection: String, _ flags: SecAccessControlCreateFlags) {
        self.protection = protection
        self.flags = flags
    }
}

public func SecAccessControlCreateWithFlags(
    _ allocator: CFAllocator?, _ protection: Any, _ flags: SecAccessControlCreateFlags,
    _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> SecAccessControl? {
    SecAccessControl("\(protection)", flags)
}

public func SecKeyGetTypeID() -> CFTypeID { 1 }

private func fail(_ status: OSStatus, _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?) {
    error?.pointee = .passRetained(NSError(domain: "NSOSStatusErrorDomain", code: Int(status)))
}

public func SecKeyCreateRandomKey(
    _ parameters: CFDictionary, _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> SecKey? {
    let attributes = parameters[kSecPrivateKeyAttrs] as? [String: Any]
    let asksEnclave = parameters[kSecAttrTokenID] as? String == kSecAttrTokenIDSecureEnclave
    return SecurityScript.change { state in
        guard !asksEnclave || state.hasEnclave else {
            fail(errSecUnimplemented, error)
            return nil
        }
        guard !state.isLocked else {
            fail(errSecInteractionNotAllowed, error)
            return nil
        }
        guard let tag = attributes?[kSecAttrApplicationTag] as? Data, let key = SecKey() else {
            fail(errSecParam, error)
            return nil
        }
        state.lastKeyAttributes = parameters
        state.keys[tag] = key
        return key
    }
}

public func SecKeyCopyPublicKey(_ key: SecKey) -> SecKey? { key }

public func SecKeyCopyExternalRepresentation(
    _ key: SecKey, _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> CFData? { key.point }

public func SecKeyCreateSignature(
    _ key: SecKey, _ algorithm: SecKeyAlgorithm, _ message: CFData,
    _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> CFData? {
    if SecurityScript.isLocked {
        fail(errSecInteractionNotAllowed, error)
        return nil
    }
    guard algorithm == .ecdsaSignatureMessageX962SHA256, let signature = key.sign(digest: SecKey.sha256(message))
    else {
        fail(errSecParam, error)
        return nil
    }
    return signature
}
