import AtalayaCore
import Foundation

/// Makes the key of a new enrolment, and has it attested where the device can.
public final class EnrolmentAttestation: AttestationSource {
    private let key: EnrolmentKey
    private let app: any AppAttestation

    public init(key: EnrolmentKey, app: any AppAttestation) {
        self.key = key
        self.app = app
    }

    public func attest(challenge: Data) throws -> AttestationEvidence {
        let point: Data
        do {
            point = try key.make()
        } catch {
            throw error.asShellError
        }
        return try evidence(challenge: challenge, point: point)
    }

    /// What Apple states about this challenge and the key with this point.
    func evidence(challenge: Data, point: Data) throws -> AttestationEvidence {
        guard let hash = KeyThumbprint.clientDataHash(challenge: challenge, point: point) else {
            throw ShellError.Failed(reason: "the key is no point of P-256")
        }
        do {
            return .appAttest(object: try app.attest(clientDataHash: hash))
        } catch AttestationFailure.unsupported {
            // The company sees that there is none, and its policy says what that means.
            return .none
        } catch AttestationFailure.unreachable {
            throw ShellError.KeyUnavailable
        } catch AttestationFailure.failed(let code) {
            throw ShellError.Failed(reason: "app attest \(code)")
        }
    }
}
