import Foundation

/// The key of one enrolment. It has two names in the vault, so that the next key can be made beside the one that signs. A
/// mark of the vault says that the second name's signs, and is changed before the old key is removed: wherever the phone
/// stops, the key that signs is the one that the server was told of. Mark and keys lie in one place and share its fate.
public struct EnrolmentKey: Sendable {
    private let vault: any KeyVault
    private let name: String

    public init(vault: any KeyVault, name: String) {
        self.vault = vault
        self.name = name
    }

    private var otherName: String { "\(name).other" }

    /// Makes the key that signs, and gives its point; whatever was there before is gone.
    func make() throws(VaultFailure) -> Data {
        let (signing, beside) = try names()
        try vault.makeKey(named: signing)
        try vault.removeKey(named: beside)
        return try vault.publicKey(named: signing)
    }

    func publicKey() throws(VaultFailure) -> Data {
        try vault.publicKey(named: names().signing)
    }

    func sign(_ message: Data) throws(VaultFailure) -> Data {
        try vault.sign(message, named: names().signing)
    }

    /// Makes the next key, in the place of one that was made so before, and gives its point.
    func makeNext() throws(VaultFailure) -> Data {
        let (signing, beside) = try names()
        // A lost key is told, and not covered by another.
        _ = try vault.publicKey(named: signing)
        try vault.makeKey(named: beside)
        return try vault.publicKey(named: beside)
    }

    func signWithNext(_ message: Data) throws(VaultFailure) -> Data {
        try vault.sign(message, named: names().beside)
    }

    /// From here on the key with this point signs, and the other is gone.
    func adopt(_ point: Data) throws(VaultFailure) {
        let (signing, beside) = try names()
        if try holds(point, signing) {
            return try vault.removeKey(named: beside)
        }
        guard try holds(point, beside) else { throw .missing }
        if beside == otherName {
            try vault.mark(name)
        } else {
            try vault.unmark(name)
        }
        try vault.removeKey(named: signing)
    }

    /// The App Attest key that attested the one that signs; nil where none did, or its name was forgotten.
    func attestedBy() throws(VaultFailure) -> String? {
        try vault.note(of: names().signing)
    }

    /// Notes which App Attest key attested the one with this point. It goes with that key, wherever the phone stops.
    func attest(_ point: Data, by appKey: String) throws(VaultFailure) {
        let (signing, beside) = try names()
        for name in [signing, beside] where try holds(point, name) {
            return try vault.note(appKey, of: name)
        }
        throw .missing
    }

    /// The App Attest key of the one that signs is none any more.
    func forgetAttestation() throws(VaultFailure) {
        try vault.note(nil, of: names().signing)
    }

    /// Takes both keys off the phone.
    public func forget() throws(VaultFailure) {
        try vault.removeKey(named: name)
        try vault.removeKey(named: otherName)
        try vault.unmark(name)
    }

    private func names() throws(VaultFailure) -> (signing: String, beside: String) {
        try vault.isMarked(name) ? (otherName, name) : (name, otherName)
    }

    private func holds(_ point: Data, _ name: String) throws(VaultFailure) -> Bool {
        do {
            return try vault.publicKey(named: name) == point
        } catch .missing {
            return false
        }
    }
}
