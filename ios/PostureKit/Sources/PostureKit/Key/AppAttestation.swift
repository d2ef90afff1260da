import Foundation

/// Apple's statement that a genuine copy of this app runs on a genuine device, and saw these 32 bytes.
public protocol AppAttestation: Sendable {
    /// Blocks until Apple's servers answered; called on a thread that may wait.
    func attest(clientDataHash: Data) throws(AttestationFailure) -> Data
}

/// Why there is no statement.
public enum AttestationFailure: Error, Equatable, Sendable {
    /// Not on this device: a simulator, an extension, an old device.
    case unsupported
    /// Apple's servers did not answer: later it may work.
    case unreachable
    /// The system's code of another failure.
    case failed(Int)
}
