import Foundation

/// Apple's statement that a genuine copy of this app runs on a genuine device, and saw these 32 bytes.
public protocol AppAttestation: Sendable {
    /// Makes a key and has it attested. Blocks until Apple's servers answered; called on a thread that may wait.
    func attest(clientDataHash: Data) throws(AttestationFailure) -> AttestedKey
    /// Uses an attested key once more. Asks no server.
    func assert(key: String, clientDataHash: Data) throws(AttestationFailure) -> Data
}

/// A key of App Attest, and the statement that it is one.
public struct AttestedKey: Equatable, Sendable {
    /// The system's name of the key: asserting takes it.
    public let name: String
    public let object: Data

    public init(name: String, object: Data) {
        self.name = name
        self.object = object
    }
}

/// Why there is no statement.
public enum AttestationFailure: Error, Equatable, Sendable {
    /// Not on this device: a simulator, an extension, an old device.
    case unsupported
    /// Apple's servers did not answer: later it may work.
    case unreachable
    /// The system has no such key: the app was installed anew, or the key was never attested.
    case invalidKey
    /// The system's code of another failure.
    case failed(Int)
}
