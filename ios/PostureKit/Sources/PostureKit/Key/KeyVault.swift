import Foundation

/// Where the keys of this phone live: the private half never leaves.
public protocol KeyVault: Sendable {
    /// Makes a P-256 key under this name, in the place of one that was there.
    func makeKey(named name: String) throws(VaultFailure)
    /// The uncompressed point of X9.62: 65 bytes that begin with 4.
    func publicKey(named name: String) throws(VaultFailure) -> Data
    /// ECDSA with SHA-256 over this message, as DER.
    func sign(_ message: Data, named name: String) throws(VaultFailure) -> Data
    /// What was noted of it goes, too. Nothing happens where there is none.
    func removeKey(named name: String) throws(VaultFailure)
    /// Notes a text of the key with this name, beside the keys and kept as they are, in the place of one before; nil: takes
    /// it away.
    func note(_ text: String?, of name: String) throws(VaultFailure)
    /// Nil where nothing is noted.
    func note(of name: String) throws(VaultFailure) -> String?
    /// Marks this name, beside the keys and kept as they are. Nothing happens where it is marked.
    func mark(_ name: String) throws(VaultFailure)
    /// Nothing happens where it is not marked.
    func unmark(_ name: String) throws(VaultFailure)
    func isMarked(_ name: String) throws(VaultFailure) -> Bool
}

/// Why a key did not serve.
public enum VaultFailure: Error, Equatable, Sendable {
    /// There is no key of this name: never made, erased, or left behind on another phone.
    case missing
    /// The phone is locked, or was not unlocked since it started.
    case locked
    /// This device has no Secure Enclave.
    case noEnclave
    /// The system's code of another failure.
    case failed(Int)
}
