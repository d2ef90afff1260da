import Foundation

public struct DCError: Error {
    public enum Code: Int, Sendable {
        case unknownSystemFailure = 0
        case featureUnsupported = 1
        case invalidInput = 2
        case invalidKey = 3
        case serverUnavailable = 4
    }

    public let code: Code

    public init(_ code: Code) {
        self.code = code
    }
}

public final class DCAppAttestService: @unchecked Sendable {
    public static let shared = DCAppAttestService()

    public var isSupported: Bool { AppAttestScript.isSupported }

    public func generateKey(completionHandler: @escaping @Sendable (String?, (any Error)?) -> Void) {
        let answer = AppAttestScript.nextKey()
        DispatchQueue.global().async {
            switch answer {
            case .success(let key): completionHandler(key, nil)
            case .failure(let error): completionHandler(nil, error)
            }
        }
    }

    public func attestKey(
        _ keyId: String, clientDataHash: Data,
        completionHandler: @escaping @Sendable (Data?, (any Error)?) -> Void
    ) {
        guard let error = AppAttestScript.attest(keyId, clientDataHash) else {
            // Never answers.
            if AppAttestScript.isSilent { return }
            return DispatchQueue.global().async { completionHandler(Data("attested:".utf8) + clientDataHash, nil) }
        }
        DispatchQueue.global().async { completionHandler(nil, error) }
    }
}

/// What the fake answers.
public enum AppAttestScript {
    private struct State {
        var isSupported = true
        var isSilent = false
        var attestErrors: [DCError] = []
        var keyErrors: [DCError] = []
        var keys: [String] = []
        var calls: [(key: String, hash: Data)] = []
    }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var state = State()

    public static func reset() { lock.withLock { state = State() } }

    public static var isSupported: Bool {
        get { lock.withLock { state.isSupported } }
        set { lock.withLock { state.isSupported = newValue } }
    }

    public static var isSilent: Bool {
        get { lock.withLock { state.isSilent } }
        set { lock.withLock { state.isSilent = newValue } }
    }

    /// What the next attestations answer, in turn; afterwards they succeed.
    public static func failAttestation(_ codes: DCError.Code...) {
        lock.withLock { state.attestErrors = codes.map(DCError.init) }
    }

    public static func failKey(_ codes: DCError.Code...) {
        lock.withLock { state.keyErrors = codes.map(DCError.init) }
    }

    public static var keys: [String] { lock.withLock { state.keys } }
    public static var calls: [(key: String, hash: Data)] { lock.withLock { state.calls } }

    static func nextKey() -> Result<String, DCError> {
        lock.withLock {
            if !state.keyErrors.isEmpty { return .failure(state.keyErrors.removeFirst()) }
            let key = "key-\(state.keys.count + 1)"
            state.keys.append(key)
            return .success(key)
        }
    }

    static func attest(_ key: String, _ hash: Data) -> DCError? {
        lock.withLock {
            state.calls.append((key, hash))
            return state.attestErrors.isEmpty ? nil : state.attestErrors.removeFirst()
        }
    }
}
