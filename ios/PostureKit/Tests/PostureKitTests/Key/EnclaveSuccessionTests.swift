import AtalayaCore
import DeviceCheck
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// The key that comes after the one of an enrolment, wherever the phone stops on the way.
    @Suite struct EnclaveSuccessionTests {
        private let vault = SecureEnclaveVault()
        private let challenge = Data("challenge".utf8)

        init() {
            SecurityScript.reset()
            AppAttestScript.reset()
        }

        // As after the app was ended and started again: nothing but what the keychain holds is left.
        private var key: EnrolmentKey { EnrolmentKey(vault: vault, name: "one") }
        private var signer: EnclaveSigner { EnclaveSigner(key: key) }
        private var attestation: EnrolmentAttestation { EnrolmentAttestation(key: key, app: DeviceCheckAttestation()) }
        private var succession: EnclaveSuccession { EnclaveSuccession(key: key, attestation: attestation) }

        private func enrolled() throws -> Data {
            _ = try attestation.attest(challenge: Data("before".utf8))
            return try signer.publicKey()
        }

        @Test func theNextKeyIsMadeBesideTheOneThatSignsAndAttestedOverTheChallenge() throws {
            let first = try enrolled()
            let next = try succession.makeNext(challenge: challenge)
            let hash = try #require(KeyThumbprint.clientDataHash(challenge: challenge, point: next.publicKey))
            #expect(next.evidence == .appAttest(object: Data("attested:".utf8) + hash))
            #expect(AppAttestScript.keys == ["key-1", "key-2"])
            #expect(try signer.publicKey() == first && next.publicKey != first)
            #expect(try succession.signWithNext(message: Data("message".utf8)).first == 0x30)
            #expect(SecurityScript.names.count == 2)
        }

        @Test func aDeviceWithoutAppAttestHasANextKeyWithoutEvidence() throws {
            _ = try enrolled()
            AppAttestScript.isSupported = false
            #expect(try succession.makeNext(challenge: challenge).evidence == AttestationEvidence.none)
        }

        @Test func anAdoptedKeySignsAndTheOneBeforeIsGoneHoweverOftenItIsSaid() throws {
            _ = try enrolled()
            for _ in 0..<3 {
                let next = try succession.makeNext(challenge: challenge).publicKey
                for _ in 0..<2 {
                    try succession.adopt(publicKey: next)
                    #expect(try signer.publicKey() == next)
                    #expect(try !signer.sign(message: Data("message".utf8)).isEmpty)
                    #expect(SecurityScript.names.count == 1)
                }
            }
        }

        @Test(arguments: [1, 2]) func aPhoneThatStopsBetweenTheSwitchAndTheRemovalGoesOnWithTheAdoptedKey(
            rotations: Int
        ) throws {
            _ = try enrolled()
            for _ in 1..<rotations {
                try succession.adopt(publicKey: try succession.makeNext(challenge: challenge).publicKey)
            }
            let next = try succession.makeNext(challenge: challenge).publicKey
            SecurityScript.failureOfRemoval = errSecNotAvailable
            #expect(throws: ShellError.KeyUnavailable) { try succession.adopt(publicKey: next) }
            #expect(SecurityScript.names.count == 2, "the old one is still there")
            #expect(try signer.publicKey() == next)
            try succession.adopt(publicKey: next)
            #expect(try signer.publicKey() == next)
            #expect(SecurityScript.names.count == 1)
        }

        @Test func aNextKeyThatWasNeverAdoptedIsReplaced() throws {
            let first = try enrolled()
            let forgotten = try succession.makeNext(challenge: challenge).publicKey
            let next = try succession.makeNext(challenge: challenge).publicKey
            #expect(next != forgotten && SecurityScript.names.count == 2)
            #expect(throws: ShellError.KeyLost) { try succession.adopt(publicKey: forgotten) }
            #expect(try signer.publicKey() == first, "what cannot be adopted changes nothing")
            try succession.adopt(publicKey: next)
            #expect(try signer.publicKey() == next)
        }

        @Test func anEnrolmentAnewLeavesNoOtherKey() throws {
            _ = try enrolled()
            try succession.adopt(publicKey: try succession.makeNext(challenge: challenge).publicKey)
            _ = try succession.makeNext(challenge: challenge)
            #expect(try enrolled() == signer.publicKey())
            #expect(SecurityScript.names.count == 1)
        }

        @Test func forgettingAnEnrolmentTakesBothKeysAndTheMark() throws {
            _ = try enrolled()
            try succession.adopt(publicKey: try succession.makeNext(challenge: challenge).publicKey)
            _ = try succession.makeNext(challenge: challenge)
            #expect(try vault.isMarked("one"))
            try key.forget()
            #expect(SecurityScript.names.isEmpty)
            #expect(try !vault.isMarked("one"))
        }

        @Test func aPhoneThatLostItsKeySaysSoAndMakesNoOther() throws {
            _ = try enrolled()
            let next = try succession.makeNext(challenge: challenge).publicKey
            // Of the two only the one that signs is gone: the next one is not the device's.
            try vault.removeKey(named: "one")
            #expect(throws: ShellError.KeyLost) { try signer.publicKey() }
            #expect(throws: ShellError.KeyLost) { try signer.sign(message: Data()) }
            #expect(throws: ShellError.KeyLost) { try succession.makeNext(challenge: challenge) }
            SecurityScript.loseKeys()
            #expect(throws: ShellError.KeyLost) { try succession.makeNext(challenge: challenge) }
            #expect(throws: ShellError.KeyLost) { try succession.signWithNext(message: Data()) }
            #expect(throws: ShellError.KeyLost) { try succession.adopt(publicKey: next) }
            #expect(SecurityScript.names.isEmpty)
        }

        @Test func aLockedPhoneIsTriedLater() throws {
            let first = try enrolled()
            let next = try succession.makeNext(challenge: challenge).publicKey
            SecurityScript.isLocked = true
            #expect(throws: ShellError.KeyUnavailable) { try succession.makeNext(challenge: challenge) }
            #expect(throws: ShellError.KeyUnavailable) { try succession.signWithNext(message: Data()) }
            #expect(throws: ShellError.KeyUnavailable) { try succession.adopt(publicKey: next) }
            SecurityScript.isLocked = false
            #expect(try signer.publicKey() == first)
            try succession.adopt(publicKey: next)
            #expect(try signer.publicKey() == next)
        }

        @Test func whereApplesServersDoNotAnswerTheOldKeyGoesOn() throws {
            let first = try enrolled()
            AppAttestScript.failAttestation(.serverUnavailable)
            #expect(throws: ShellError.KeyUnavailable) { try succession.makeNext(challenge: challenge) }
            #expect(try signer.publicKey() == first)
        }
    }
}
