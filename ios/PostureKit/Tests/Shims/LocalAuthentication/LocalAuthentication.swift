import Foundation

public let LAErrorDomain = "com.apple.LocalAuthentication"

public struct LAError: Error {
    public enum Code: Int, CaseIterable, Sendable {
        case authenticationFailed = -1
        case userCancel = -2
        case userFallback = -3
        case systemCancel = -4
        case passcodeNotSet = -5
        case biometryNotAvailable = -6
        case biometryNotEnrolled = -7
        case biometryLockout = -8
        case appCancel = -9
        case invalidContext = -10
        case notInteractive = -1004
    }
}

public enum LAPolicy: Int, Sendable {
    case deviceOwnerAuthenticationWithBiometrics = 1
    case deviceOwnerAuthentication = 2
}

public final class LAContext {
    public init() {}

    public func canEvaluatePolicy(_ policy: LAPolicy, error: inout NSError?) -> Bool {
        error = LocalAuthenticationScript.error(for: policy)
        return error == nil
    }
}

/// What the fake answers.
public enum LocalAuthenticationScript {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var answers: [LAPolicy: NSError] = [:]

    /// Nil: it can be evaluated.
    public static func answer(_ policy: LAPolicy, with code: LAError.Code?) {
        let error = code.map { NSError(domain: LAErrorDomain, code: $0.rawValue) }
        lock.withLock { answers[policy] = error }
    }

    public static func answer(_ policy: LAPolicy, with error: NSError) {
        lock.withLock { answers[policy] = error }
    }

    static func error(for policy: LAPolicy) -> NSError? {
        lock.withLock { answers[policy] }
    }
}
