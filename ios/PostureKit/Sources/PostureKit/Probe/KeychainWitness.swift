#if canImport(Security)
import Foundation
import Security

/// An item of the keychain that cannot be added without a passcode, and that the system deletes when it is removed.
public struct KeychainWitness: PasscodeWitness {
    private let service: String

    public init(service: String) {
        self.service = service
    }

    public func testify() -> WitnessAnswer {
        switch SecItemCopyMatching(item as CFDictionary, nil) {
        case errSecSuccess:
            return .kept
        case errSecItemNotFound:
            return add()
        default:
            return .silent
        }
    }

    private func add() -> WitnessAnswer {
        var new = item
        new[kSecAttrAccessible as String] = kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly
        new[kSecValueData as String] = Data([1])
        switch SecItemAdd(new as CFDictionary, nil) {
        // Somebody else was faster.
        case errSecSuccess, errSecDuplicateItem: return .kept
        // What iOS has answered without a passcode, by version: seen by others, documented nowhere.
        case errSecNotAvailable, errSecAuthFailed, errSecDecode: return .refused
        default: return .silent
        }
    }

    private var item: [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: "passcode",
        ]
    }
}
#endif
