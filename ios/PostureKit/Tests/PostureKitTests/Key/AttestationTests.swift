import AtalayaCore
import DeviceCheck
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct AttestationTests {
        private let vault = SecureEnclaveVault()
        private let challenge = Data("challenge".utf8)

        init() {
            SecurityScript.reset()
            AppAttestScript.reset()
        }

        private func source(patience: DispatchTimeInterval = .seconds(5)) -> EnrolmentAttestation {
            EnrolmentAttestation(
                key: EnrolmentKey(vault: vault, name: "one"), app: DeviceCheckAttestation(patience: patience))
        }

        @Test func theChallengeAndTheNewKeyAreAttested() throws {
            let evidence = try source().attest(challenge: challenge)
            let point = try vault.publicKey(named: "one")
            let hash = try #require(KeyThumbprint.clientDataHash(challenge: challenge, point: point))
            #expect(evidence == .appAttest(object: Data("attested:".utf8) + hash))
            #expect(AppAttestScript.calls.map(\.hash) == [hash])
        }

        @Test func eachEnrolmentHasItsOwnKey() throws {
            _ = try source().attest(challenge: challenge)
            let first = try vault.publicKey(named: "one")
            _ = try source().attest(challenge: challenge)
            #expect(try vault.publicKey(named: "one") != first)
        }

        @Test func aDeviceWithoutAppAttestEnrolsWithoutEvidence() throws {
            AppAttestScript.isSupported = false
            #expect(try source().attest(challenge: challenge) == AttestationEvidence.none)
            #expect(try vault.publicKey(named: "one").count == 65)
            AppAttestScript.isSupported = true
            AppAttestScript.failKey(.featureUnsupported)
            #expect(try source().attest(challenge: challenge) == AttestationEvidence.none)
        }

        @Test func whenApplesServersDoNotAnswerItIsTriedLaterWithTheSameKey() throws {
            AppAttestScript.failAttestation(.serverUnavailable)
            let source = source()
            #expect(throws: ShellError.KeyUnavailable) { try source.attest(challenge: challenge) }
            _ = try source.attest(challenge: challenge)
            #expect(AppAttestScript.keys == ["key-1"])
            #expect(AppAttestScript.calls.map(\.key) == ["key-1", "key-1"])
        }

        @Test func twoEnrolmentsAtOnceHaveTwoKeysAttested() throws {
            let app = DeviceCheckAttestation()
            AppAttestScript.failAttestation(.serverUnavailable)
            #expect(throws: AttestationFailure.unreachable) { try app.attest(clientDataHash: Data([0])) }
            AppAttestScript.attests = { _, hash in
                // While the first one is under way.
                if hash == Data([1]) { _ = try? app.attest(clientDataHash: Data([2])) }
                return hash
            }
            #expect(try app.attest(clientDataHash: Data([1])).name == "key-1")
            #expect(AppAttestScript.calls.map(\.key) == ["key-1", "key-1", "key-2"])
        }

        @Test func anotherFailureIsSaidWithItsCodeAndTheKeyIsNotUsedAgain() throws {
            AppAttestScript.failAttestation(.invalidInput, .invalidKey)
            let source = source()
            #expect(throws: ShellError.Failed(reason: "app attest 2")) { try source.attest(challenge: challenge) }
            #expect(throws: ShellError.Failed(reason: "app attest invalid key")) { try source.attest(challenge: challenge) }
            _ = try source.attest(challenge: challenge)
            #expect(AppAttestScript.keys == ["key-1", "key-2", "key-3"])
        }

        @Test func aServiceThatNeverAnswersIsNotWaitedForLong() {
            AppAttestScript.isSilent = true
            let source = source(patience: .milliseconds(50))
            #expect(throws: ShellError.KeyUnavailable) { try source.attest(challenge: challenge) }
        }

        @Test func withoutAnEnclaveNothingIsAttested() {
            SecurityScript.hasEnclave = false
            #expect(throws: ShellError.Failed(reason: "no secure enclave")) {
                try source().attest(challenge: challenge)
            }
            #expect(AppAttestScript.calls.isEmpty)
        }
    }
}
