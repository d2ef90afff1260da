import AtalayaCore
import Foundation

/// Makes the key that comes after the one of an enrolment, and puts it in its place once the server knows it.
public final class EnclaveSuccession: KeySuccession {
    private let key: EnrolmentKey
    private let attestation: EnrolmentAttestation

    public init(key: EnrolmentKey, attestation: EnrolmentAttestation) {
        self.key = key
        self.attestation = attestation
    }

    public func makeNext(challenge: Data) throws -> NextKey {
        let point: Data
        do {
            point = try key.makeNext()
        } catch {
            throw error.asShellError
        }
        return NextKey(publicKey: point, evidence: try attestation.evidence(challenge: challenge, point: point))
    }

    public func signWithNext(message: Data) throws -> Data {
        do {
            return try key.signWithNext(message)
        } catch {
            throw error.asShellError
        }
    }

    public func adopt(publicKey: Data) throws {
        do {
            try key.adopt(publicKey)
        } catch {
            throw error.asShellError
        }
    }
}
