import Foundation
import LocalAuthentication
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct LocalAuthenticationTests {
        @Test func aPasscodeThatCanBeAskedForIsSet() {
            LocalAuthenticationScript.answer(.deviceOwnerAuthentication, with: nil)
            #expect(LocalAuthenticationPasscode().passcode() == .set)
        }

        @Test(arguments: LAError.Code.allCases)
        func oneErrorAloneSaysThatThereIsNone(_ code: LAError.Code) {
            LocalAuthenticationScript.answer(.deviceOwnerAuthentication, with: code)
            let expected: PasscodeAnswer = code == .passcodeNotSet ? .notSet : .unanswered(.probeFailed)
            #expect(LocalAuthenticationPasscode().passcode() == expected)
        }

        @Test func anErrorOfSomebodyElseWithThatNumberSaysNothing() {
            LocalAuthenticationScript.answer(
                .deviceOwnerAuthentication, with: NSError(domain: "elsewhere", code: -5))
            #expect(LocalAuthenticationPasscode().passcode() == .unanswered(.probeFailed))
        }
    }
}
