import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct KeychainWitnessTests {
        private let witness = KeychainWitness(service: "org.atalaya.witness")

        init() {
            SecurityScript.reset()
        }

        @Test func anItemCanBePutThereAndIsFoundAgain() {
            #expect(witness.testify() == .kept)
            #expect(witness.testify() == .kept)
        }

        @Test(arguments: [errSecNotAvailable, errSecAuthFailed, errSecDecode])
        func withoutAPasscodeItIsRefusedInEveryWayThatIOSHasRefused(_ status: OSStatus) {
            SecurityScript.hasPasscode = false
            SecurityScript.refusal = status
            #expect(witness.testify() == .refused)
        }

        @Test func anotherFailureIsNoRefusal() {
            SecurityScript.hasPasscode = false
            SecurityScript.refusal = errSecParam
            #expect(witness.testify() == .silent)
        }

        @Test func theItemGoesWithThePasscodeAndComesBackWithIt() {
            #expect(witness.testify() == .kept)
            SecurityScript.hasPasscode = false
            #expect(witness.testify() == .refused)
            SecurityScript.hasPasscode = true
            #expect(witness.testify() == .kept)
        }

        @Test func anItemThatIsGoneIsPutThereAgain() {
            #expect(witness.testify() == .kept)
            SecurityScript.loseItems()
            #expect(witness.testify() == .kept)
        }

        @Test func aLockedPhoneSaysNothing() {
            SecurityScript.isLocked = true
            #expect(witness.testify() == .silent)
        }
    }
}
