#if canImport(DeviceCheck)
import DeviceCheck
import Foundation

/// App Attest. Its keys sign assertions and nothing else: reports are signed by the enrolment's own key, which the attested
/// hash names.
public final class DeviceCheckAttestation: AppAttestation {
    /// Apple asks to try again with the same key when its servers did not answer.
    private let keptKey = Kept<String>()
    private let patience: DispatchTimeInterval

    public init(patience: DispatchTimeInterval = .seconds(30)) {
        self.patience = patience
    }

    public func attest(clientDataHash: Data) throws(AttestationFailure) -> AttestedKey {
        let service = DCAppAttestService.shared
        guard service.isSupported else { throw .unsupported }
        // Taken: two enrolments at once must not have the same key attested, for no key can be twice.
        let key: String
        if let kept = keptKey.take() {
            key = kept
        } else {
            key = try awaited { answer in service.generateKey { answer($0, $1) } }
        }
        do {
            let object: Data = try awaited { answer in
                service.attestKey(key, clientDataHash: clientDataHash) { answer($0, $1) }
            }
            return AttestedKey(name: key, object: object)
        } catch {
            if error == .unreachable { keptKey.value = key }
            throw error
        }
    }

    public func assert(key: String, clientDataHash: Data) throws(AttestationFailure) -> Data {
        let service = DCAppAttestService.shared
        guard service.isSupported else { throw .unsupported }
        return try awaited { answer in
            service.generateAssertion(key, clientDataHash: clientDataHash) { answer($0, $1) }
        }
    }

    /// Waits for a completion handler.
    private func awaited<Value: Sendable>(
        _ begin: (@escaping @Sendable (Value?, (any Error)?) -> Void) -> Void
    ) throws(AttestationFailure) -> Value {
        let answered = DispatchSemaphore(value: 0)
        let answer = Kept<Result<Value, AttestationFailure>>()
        begin { value, error in
            answer.value = value.map(Result.success) ?? .failure(Self.failure(error))
            answered.signal()
        }
        guard answered.wait(timeout: .now() + patience) == .success, let answer = answer.value else {
            throw .unreachable
        }
        return try answer.get()
    }

    private static func failure(_ error: (any Error)?) -> AttestationFailure {
        guard let error = error as? DCError else { return .failed(0) }
        return switch error.code {
        case .featureUnsupported: .unsupported
        case .serverUnavailable: .unreachable
        case .invalidKey: .invalidKey
        default: .failed(error.code.rawValue)
        }
    }
}
#endif
