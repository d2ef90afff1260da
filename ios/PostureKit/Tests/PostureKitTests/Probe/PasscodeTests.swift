import AtalayaCore
import Testing
@testable import PostureKit

@Suite struct PasscodeTests {
    private func reading(_ authority: PasscodeAnswer, _ witness: WitnessAnswer) -> FlagReading {
        Passcode(authority: FixedAuthority(answer: authority), witness: FixedWitness(answer: witness)).reading()
    }

    @Test func twoWaysThatAgreeAreAFact() {
        #expect(reading(.set, .kept) == .known(value: true, evidence: .osReported))
        #expect(reading(.notSet, .refused) == .known(value: false, evidence: .osReported))
    }

    @Test func aLockedKeychainLeavesTheFirstWordStanding() {
        #expect(reading(.set, .silent) == .known(value: true, evidence: .osReported))
        #expect(reading(.notSet, .silent) == .known(value: false, evidence: .osReported))
    }

    @Test func twoWaysThatDisagreeAreNoFact() {
        #expect(reading(.set, .refused) == .unknown(reason: .probeFailed))
        #expect(reading(.notSet, .kept) == .unknown(reason: .probeFailed))
    }

    @Test(arguments: [WitnessAnswer.kept, .refused, .silent])
    func noAnswerIsNeverAFactWhateverTheWitnessSays(_ witness: WitnessAnswer) {
        #expect(reading(.unanswered(.probeFailed), witness) == .unknown(reason: .probeFailed))
        #expect(reading(.unanswered(.notSupported), witness) == .unknown(reason: .notSupported))
    }

    @Test func dataProtectionIsOnIfAndOnlyIfAPasscodeIsSet() {
        #expect(
            Passcode.storageEncryption(passcode: .known(value: true, evidence: .osReported))
                == .known(value: .perUser, evidence: .osReported))
        #expect(
            Passcode.storageEncryption(passcode: .known(value: false, evidence: .osReported))
                == .known(value: .defaultKey, evidence: .osReported))
        #expect(
            Passcode.storageEncryption(passcode: .unknown(reason: .probeFailed)) == .unknown(reason: .probeFailed))
    }
}
