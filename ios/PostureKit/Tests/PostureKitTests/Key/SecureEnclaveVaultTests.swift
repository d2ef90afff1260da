import AtalayaCore
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct SecureEnclaveVaultTests {
        private let vault = SecureEnclaveVault()

        init() {
            SecurityScript.reset()
        }

        @Test func aKeyIsMadeInTheEnclaveForThisDeviceOnlyAndSigns() throws {
            try vault.makeKey(named: "one")
            let point = try vault.publicKey(named: "one")
            #expect(point.count == 65 && point.first == 4)
            let signature = try vault.sign(Data("message".utf8), named: "one")
            // DER: a sequence.
            #expect(signature.first == 0x30 && signature.count > 64)

            let attributes = try #require(SecurityScript.lastKeyAttributes)
            #expect(attributes[kSecAttrTokenID] as? String == kSecAttrTokenIDSecureEnclave)
            let half = try #require(attributes[kSecPrivateKeyAttrs] as? [String: Any])
            #expect(half[kSecAttrIsPermanent] as? Bool == true)
            let access = try #require(half[kSecAttrAccessControl] as? SecAccessControl)
            #expect(access.protection == kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly)
            #expect(access.flags == .privateKeyUsage)
        }

        @Test func twoNamesAreTwoKeysAndANewOneTakesTheOldOnesPlace() throws {
            try vault.makeKey(named: "one")
            try vault.makeKey(named: "two")
            let first = try vault.publicKey(named: "one")
            #expect(try vault.publicKey(named: "two") != first)
            try vault.makeKey(named: "one")
            #expect(try vault.publicKey(named: "one") != first)
        }

        @Test func withoutAnEnclaveThereIsNoKey() {
            SecurityScript.hasEnclave = false
            #expect(throws: VaultFailure.noEnclave) { try vault.makeKey(named: "one") }
        }

        @Test func aKeyThatIsGoneIsLost() throws {
            try vault.makeKey(named: "one")
            SecurityScript.loseKeys()
            #expect(throws: VaultFailure.missing) { try vault.publicKey(named: "one") }
            #expect(throws: VaultFailure.missing) { try vault.sign(Data(), named: "one") }
            let signer = EnclaveSigner(key: EnrolmentKey(vault: vault, name: "one"))
            #expect(throws: ShellError.KeyLost) { try signer.publicKey() }
            #expect(throws: ShellError.KeyLost) { try signer.sign(message: Data()) }
        }

        @Test func aLockedPhoneIsTriedLater() throws {
            try vault.makeKey(named: "one")
            SecurityScript.isLocked = true
            #expect(throws: VaultFailure.locked) { try vault.sign(Data(), named: "one") }
            let signer = EnclaveSigner(key: EnrolmentKey(vault: vault, name: "one"))
            #expect(throws: ShellError.KeyUnavailable) { try signer.sign(message: Data()) }
            #expect(throws: ShellError.KeyUnavailable) { try signer.publicKey() }
        }

        @Test func aMarkStaysUntilItIsTakenAway() throws {
            #expect(try !vault.isMarked("one"))
            try vault.mark("one")
            try vault.mark("one")
            #expect(try vault.isMarked("one") && !vault.isMarked("two"))
            SecurityScript.isLocked = true
            #expect(throws: VaultFailure.locked) { try vault.isMarked("one") }
            SecurityScript.isLocked = false
            try vault.unmark("one")
            try vault.unmark("one")
            #expect(try !vault.isMarked("one"))
        }

        @Test func aNoteIsOfThisDeviceOnlyTakesTheOldOnesPlaceAndGoesWithItsKey() throws {
            try vault.makeKey(named: "one")
            #expect(try vault.note(of: "one") == nil)
            try vault.note("first", of: "one")
            try vault.note("second", of: "one")
            #expect(try vault.note(of: "one") == "second" && vault.note(of: "two") == nil)
            #expect(
                SecurityScript.protections["org.atalaya.note/one"]
                    == kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly)
            SecurityScript.isLocked = true
            #expect(throws: VaultFailure.locked) { try vault.note(of: "one") }
            #expect(throws: VaultFailure.locked) { try vault.note("third", of: "one") }
            SecurityScript.isLocked = false
            try vault.note(nil, of: "one")
            #expect(try vault.note(of: "one") == nil)
            try vault.note("fourth", of: "one")
            try vault.makeKey(named: "one")
            #expect(try vault.note(of: "one") == nil)
        }

        @Test func removingWhatIsNotThereIsNoFailure() throws {
            try vault.removeKey(named: "never")
            try vault.makeKey(named: "one")
            try vault.removeKey(named: "one")
            #expect(throws: VaultFailure.missing) { try vault.publicKey(named: "one") }
        }
    }
}
