import AtalayaCore
import DeviceCheck
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// The key that was attested is used again, as long as there is one.
    @Suite struct AssertionTests {
        private let vault = SecureEnclaveVault()
        private let challenge = Data("challenge".utf8)

        init() throws {
            SecurityScript.reset()
            AppAttestScript.reset()
            _ = try source().attest(challenge: Data("before".utf8))
        }

        // As after the app was ended and started again: nothing but what the keychain holds is left.
        private var key: EnrolmentKey { EnrolmentKey(vault: vault, name: "one") }

        private func source(patience: DispatchTimeInterval = .seconds(5)) -> EnrolmentAttestation {
            EnrolmentAttestation(key: key, app: DeviceCheckAttestation(patience: patience))
        }

        private func succession() -> EnclaveSuccession { EnclaveSuccession(key: key, attestation: source()) }

        private func asserted(_ times: Int, _ challenge: Data, _ point: Data) throws -> AttestationEvidence {
            let hash = try #require(KeyThumbprint.clientDataHash(challenge: challenge, point: point))
            return .appAssertion(object: Data("asserted \(times):".utf8) + hash)
        }

        @Test func theAttestedKeyAssertsTheChallengeAndTheEnrolmentsKey() throws {
            let point = try key.publicKey()
            for times in 1...2 {
                let challenge = Data("challenge \(times)".utf8)
                #expect(try source().assertion(challenge: challenge) == asserted(times, challenge, point))
            }
            #expect(AppAttestScript.assertions.map(\.key) == ["key-1", "key-1"])
            #expect(AppAttestScript.calls.count == 1, "Apple attested once")
            #expect(try key.publicKey() == point)
        }

        @Test func theNextKeyAssertsWithItsOwnFromItsAdoptionOn() throws {
            for rotation in 1...3 {
                let next = try succession().makeNext(challenge: challenge).publicKey
                _ = try source().assertion(challenge: challenge)
                #expect(AppAttestScript.assertions.last?.key == "key-\(rotation)", "not before")
                try succession().adopt(publicKey: next)
                #expect(try source().assertion(challenge: challenge) == asserted(1, challenge, next))
                #expect(AppAttestScript.assertions.last?.key == "key-\(rotation + 1)")
            }
        }

        @Test func aKeyThatTheSystemDoesNotKnowIsForgottenAndAnotherIsAttestedInstead() throws {
            AppAttestScript.loseKeys()
            #expect(try source().assertion(challenge: challenge) == .none)
            #expect(try key.attestedBy() == nil)
            #expect(try source().assertion(challenge: challenge) == .none)
            #expect(AppAttestScript.assertions.count == 1, "it is not asked for again")
            try succession().adopt(publicKey: try succession().makeNext(challenge: challenge).publicKey)
            #expect(try source().assertion(challenge: challenge) != .none)
        }

        @Test func aServiceThatDoesNotAnswerIsAskedAgainLater() throws {
            AppAttestScript.failAssertion(.serverUnavailable)
            #expect(throws: ShellError.KeyUnavailable) { try source().assertion(challenge: challenge) }
            #expect(try source().assertion(challenge: challenge) != .none)
            AppAttestScript.isSilent = true
            #expect(throws: ShellError.KeyUnavailable) {
                try source(patience: .milliseconds(50)).assertion(challenge: challenge)
            }
        }

        @Test(arguments: [DCError.Code.featureUnsupported, .invalidInput, .unknownSystemFailure])
        func anotherFailureIsTheOtherRoadAndForgetsNothing(code: DCError.Code) throws {
            AppAttestScript.failAssertion(code)
            #expect(try source().assertion(challenge: challenge) == .none)
            #expect(try source().assertion(challenge: challenge) != .none)
        }

        @Test func aDeviceThatNeverAttestedAssertsNothing() throws {
            AppAttestScript.isSupported = false
            #expect(try source().assertion(challenge: challenge) == .none)
            _ = try source().attest(challenge: challenge)
            AppAttestScript.isSupported = true
            #expect(try key.attestedBy() == nil, "the new key is attested by none")
            #expect(try source().assertion(challenge: challenge) == .none)
            #expect(AppAttestScript.assertions.isEmpty)
        }

        @Test func aLockedPhoneIsTriedLaterAndALostKeyIsSaid() throws {
            SecurityScript.isLocked = true
            #expect(throws: ShellError.KeyUnavailable) { try source().assertion(challenge: challenge) }
            SecurityScript.isLocked = false
            SecurityScript.loseKeys()
            #expect(throws: ShellError.KeyLost) { try source().assertion(challenge: challenge) }
            #expect(AppAttestScript.assertions.isEmpty)
        }

        @Test func forgettingAnEnrolmentTakesTheNamesOfItsAppAttestKeys() throws {
            _ = try succession().makeNext(challenge: challenge)
            #expect(SecurityScript.protections.count == 2)
            try key.forget()
            #expect(SecurityScript.protections.isEmpty && SecurityScript.names.isEmpty)
        }
    }
}
