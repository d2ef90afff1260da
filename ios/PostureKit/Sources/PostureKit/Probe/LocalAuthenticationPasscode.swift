#if canImport(LocalAuthentication)
import AtalayaCore
import Foundation
import LocalAuthentication

/// Asks LocalAuthentication, without showing anything to the person.
public struct LocalAuthenticationPasscode: PasscodeAuthority {
    public init() {}

    public func passcode() -> PasscodeAnswer {
        var error: NSError?
        if LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: &error) {
            return .set
        }
        // Only this one error says that there is none. The others (biometry locked out, nothing may be asked now, a
        // context that ended) say that the question was not answered.
        let saysNone = error.map { $0.domain == LAErrorDomain && $0.code == LAError.Code.passcodeNotSet.rawValue }
        return saysNone == true ? .notSet : .unanswered(.probeFailed)
    }
}
#endif
