#if canImport(Security)
import Foundation
import Security

/// Keys in the Secure Enclave, found again by their name in the keychain. They stay on this device, are in no backup,
/// and sign from the first unlock after a start on, so that a background refresh can.
public struct SecureEnclaveVault: KeyVault {
    public init() {}

    public func makeKey(named name: String) throws(VaultFailure) {
        try removeKey(named: name)
        var error: Unmanaged<CFError>?
        guard
            let access = SecAccessControlCreateWithFlags(
                nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, &error)
        else { throw Self.failure(error) }
        let attributes: [String: Any] = [
            kSecAttrKeyType as String: kSecAttrKeyTypeECSECPrimeRandom,
            kSecAttrKeySizeInBits as String: 256,
            kSecAttrTokenID as String: kSecAttrTokenIDSecureEnclave,
            kSecPrivateKeyAttrs as String: [
                kSecAttrIsPermanent as String: true,
                kSecAttrApplicationTag as String: Data(name.utf8),
                kSecAttrAccessControl as String: access,
            ] as [String: Any],
        ]
        guard SecKeyCreateRandomKey(attributes as CFDictionary, &error) != nil else { throw Self.failure(error) }
    }

    public func publicKey(named name: String) throws(VaultFailure) -> Data {
        guard let publicKey = SecKeyCopyPublicKey(try privateKey(named: name)) else { throw .missing }
        var error: Unmanaged<CFError>?
        guard let point = SecKeyCopyExternalRepresentation(publicKey, &error) else { throw Self.failure(error) }
        return point as Data
    }

    public func sign(_ message: Data, named name: String) throws(VaultFailure) -> Data {
        let key = try privateKey(named: name)
        var error: Unmanaged<CFError>?
        let algorithm = SecKeyAlgorithm.ecdsaSignatureMessageX962SHA256
        guard let signature = SecKeyCreateSignature(key, algorithm, message as CFData, &error) else {
            throw Self.failure(error)
        }
        return signature as Data
    }

    public func removeKey(named name: String) throws(VaultFailure) {
        // The note first: none outlives its key.
        try note(nil, of: name)
        try remove(query(name))
    }

    public func note(_ text: String?, of name: String) throws(VaultFailure) {
        try remove(noteQuery(name))
        guard let text else { return }
        var item = noteQuery(name)
        item[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        item[kSecValueData as String] = Data(text.utf8)
        let status = SecItemAdd(item as CFDictionary, nil)
        guard status == errSecSuccess else { throw Self.failure(status) }
    }

    public func note(of name: String) throws(VaultFailure) -> String? {
        var query = noteQuery(name)
        query[kSecReturnData as String] = true
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Self.failure(status) }
        return (found as? NSData).map { String(decoding: Data(referencing: $0), as: UTF8.self) }
    }

    public func mark(_ name: String) throws(VaultFailure) {
        var item = markQuery(name)
        item[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        let status = SecItemAdd(item as CFDictionary, nil)
        guard status == errSecSuccess || status == errSecDuplicateItem else { throw Self.failure(status) }
    }

    public func unmark(_ name: String) throws(VaultFailure) {
        try remove(markQuery(name))
    }

    public func isMarked(_ name: String) throws(VaultFailure) -> Bool {
        let status = SecItemCopyMatching(markQuery(name) as CFDictionary, nil)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Self.failure(status) }
        return status == errSecSuccess
    }

    private func privateKey(named name: String) throws(VaultFailure) -> SecKey {
        var query = query(name)
        query[kSecReturnRef as String] = true
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        guard status == errSecSuccess else { throw Self.failure(status) }
        // Conditional casts to Core Foundation's types always succeed: the type has to be asked.
        guard let found, CFGetTypeID(found) == SecKeyGetTypeID() else { throw .missing }
        return unsafeDowncast(found, to: SecKey.self)
    }

    private func remove(_ query: [String: Any]) throws(VaultFailure) {
        let status = SecItemDelete(query as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Self.failure(status) }
    }

    private func query(_ name: String) -> [String: Any] {
        [
            kSecClass as String: kSecClassKey,
            kSecAttrApplicationTag as String: Data(name.utf8),
            kSecAttrKeyType as String: kSecAttrKeyTypeECSECPrimeRandom,
        ]
    }

    private func markQuery(_ name: String) -> [String: Any] { item(name, of: "org.atalaya.mark") }

    private func noteQuery(_ name: String) -> [String: Any] { item(name, of: "org.atalaya.note") }

    private func item(_ name: String, of service: String) -> [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: name,
        ]
    }

    private static func failure(_ error: Unmanaged<CFError>?) -> VaultFailure {
        guard let error = error?.takeRetainedValue() else { return .failed(0) }
        return failure(OSStatus(truncatingIfNeeded: CFErrorGetCode(error)))
    }

    private static func failure(_ status: OSStatus) -> VaultFailure {
        switch status {
        case errSecItemNotFound: .missing
        // Locked, or no keychain yet: before the first unlock.
        case errSecInteractionNotAllowed, errSecNotAvailable: .locked
        case errSecUnimplemented: .noEnclave
        default: .failed(Int(status))
        }
    }
}
#endif
