import AtalayaCore
import Foundation

/// Signs for one enrolment, with its own key.
public final class EnclaveSigner: ReportSigner {
    private let key: EnrolmentKey

    public init(key: EnrolmentKey) {
        self.key = key
    }

    public func publicKey() throws -> Data {
        do {
            return try key.publicKey()
        } catch {
            throw error.asShellError
        }
    }

    public func sign(message: Data) throws -> Data {
        do {
            return try key.sign(message)
        } catch {
            throw error.asShellError
        }
    }
}

extension VaultFailure {
    /// For the core: what is gone must be enrolled again, what is locked can be tried later.
    var asShellError: ShellError {
        switch self {
        case .missing: .KeyLost
        case .locked: .KeyUnavailable
        case .noEnclave: .Failed(reason: "no secure enclave")
        case .failed(let code): .Failed(reason: "keychain \(code)")
        }
    }
}
