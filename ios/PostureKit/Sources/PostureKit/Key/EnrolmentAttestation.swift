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

    /// What the App Attest key of the enrolment's key states about this challenge and that key.
    public func assertion(challenge: Data) throws -> AttestationEvidence {
        let (point, appKey): (Data, String?)
        do {
            (point, appKey) = (try key.publicKey(), try key.attestedBy())
        } catch {
            throw error.asShellError
        }
        guard let appKey else { return .none }
        let hash = try hash(challenge, point)
        do {
            return .appAssertion(object: try app.assert(key: appKey, clientDataHash: hash))
        } catch AttestationFailure.unreachable {
            throw ShellError.KeyUnavailable
        } catch AttestationFailure.invalidKey {
            try forgetAttestation()
            return .none
        } catch {
            // Whatever it is, another key can be attested.
            return .none
        }
    }

    /// What Apple states about this challenge and the key with this point.
    func evidence(challenge: Data, point: Data) throws -> AttestationEvidence {
        let hash = try hash(challenge, point)
        let attested: AttestedKey
        do {
            attested = try app.attest(clientDataHash: hash)
        } catch {
            switch error {
            // The company sees that there is none, and its policy says what that means.
            case .unsupported: return .none
            case .unreachable: throw ShellError.KeyUnavailable
            case .invalidKey: throw ShellError.Failed(reason: "app attest invalid key")
            case .failed(let code): throw ShellError.Failed(reason: "app attest \(code)")
            }
        }
        do {
            try key.attest(point, by: attested.name)
        } catch {
            throw error.asShellError
        }
        return .appAttest(object: attested.object)
    }

    private func hash(_ challenge: Data, _ point: Data) throws -> Data {
        guard let hash = KeyThumbprint.clientDataHash(challenge: challenge, point: point) else {
            throw ShellError.Failed(reason: "the key is no point of P-256")
        }
        return hash
    }

    private func forgetAttestation() throws {
        do {
            try key.forgetAttestation()
        } catch {
            throw error.asShellError
        }
    }
}
