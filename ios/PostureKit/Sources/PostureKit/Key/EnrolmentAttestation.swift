import AtalayaCore
import Foundation

/// Makes the key of a new enrolment, and has it attested where the device can.
public final class EnrolmentAttestation: AttestationSource {
    private let vault: any KeyVault
    private let keyName: String
    private let app: any AppAttestation

    public init(vault: any KeyVault, keyName: String, app: any AppAttestation) {
        self.vault = vault
        self.keyName = keyName
        self.app = app
    }

    public func attest(challenge: Data) throws -> AttestationEvidence {
        let point: Data
        do {
            try vault.makeKey(named: keyName)
            point = try vault.publicKey(named: keyName)
        } catch {
            throw error.asShellError
        }
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
