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
            let object = AppAttestScript.attests(keyId, clientDataHash)
            return DispatchQueue.global().async { completionHandler(object, nil) }
        }
        DispatchQueue.global().async { completionHandler(nil, error) }
    }
}

extension DCAppAttestService {
    public func generateAssertion(
        _ keyId: String, clientDataHash: Data,
        completionHandler: @escaping @Sendable (Data?, (any Error)?) -> Void
    ) {
        let answer = AppAttestScript.assert(keyId, clientDataHash)
        if AppAttestScript.isSilent { return }
        DispatchQueue.global().async {
            switch answer {
            case .success(let object): completionHandler(object, nil)
            case .failure(let error): completionHandler(nil, error)
            }
        }
    }
}

/// What the fake answers.
public enum AppAttestScript {
    private struct State {
        var isSupported = true
        var isSilent = false
        var attestErrors: [DCError] = []
        var keyErrors: [DCError] = []
        var attests: @Sendable (String, Data) -> Data = { Data("attested:".utf8) + $1 }
        var asserts: @Sendable (String, Data, Int) -> Data = { Data("asserted \($2):".utf8) + $1 }
        var assertionErrors: [DCError] = []
        var keys: [String] = []
        /// The keys that can assert, with how often they did.
        var attested: [String: Int] = [:]
        var assertions: [(key: String, hash: Data)] = []
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

    /// What the next assertions answer, in turn; afterwards they succeed.
    public static func failAssertion(_ codes: DCError.Code...) {
        lock.withLock { state.assertionErrors = codes.map(DCError.init) }
    }

    /// What an attestation holds, of a key and a hash; unless a test says so, words that no server can read.
    public static var attests: @Sendable (String, Data) -> Data {
        get { lock.withLock { state.attests } }
        set { lock.withLock { state.attests = newValue } }
    }

    /// What an assertion holds, of a key, a hash and how often the key was used.
    public static var asserts: @Sendable (String, Data, Int) -> Data {
        get { lock.withLock { state.asserts } }
        set { lock.withLock { state.asserts = newValue } }
    }

    /// Every key is gone, as after the app was installed anew.
    public static func loseKeys() { lock.withLock { state.attested = [:] } }

    public static var assertions: [(key: String, hash: Data)] { lock.withLock { state.assertions } }
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
            if !state.attestErrors.isEmpty { return state.attestErrors.removeFirst() }
            state.attested[key] = 0
            return nil
        }
    }

    static func assert(_ key: String, _ hash: Data) -> Result<Data, DCError> {
        lock.withLock {
            state.assertions.append((key, hash))
            if !state.assertionErrors.isEmpty { return .failure(state.assertionErrors.removeFirst()) }
            guard let used = state.attested[key] else { return .failure(DCError(.invalidKey)) }
            state.attested[key] = used + 1
            return .success(state.asserts(key, hash, used + 1))
        }
    }
}
