import AtalayaCore

/// What the system says when it is asked whether a passcode is set.
public enum PasscodeAnswer: Equatable, Sendable {
    case set
    case notSet
    /// It did not say.
    case unanswered(UnknownReason)
}

/// Who is asked first: LocalAuthentication.
public protocol PasscodeAuthority: Sendable {
    func passcode() -> PasscodeAnswer
}

/// What an item of the keychain that only lives while a passcode is set tells.
public enum WitnessAnswer: Equatable, Sendable {
    /// It is there, or could be put there: a passcode is set.
    case kept
    /// The system keeps no such item: no passcode is set.
    case refused
    /// The keychain did not say: the phone is locked, or the keychain failed.
    case silent
}

/// Who is asked second: the keychain.
public protocol PasscodeWitness: Sendable {
    func testify() -> WitnessAnswer
}

/// Whether a passcode is set, by two ways that have to agree.
///
/// The second one exists because the first is a single function of the app's own process, which a tampered phone can
/// make say anything. Where they disagree nobody knows. A silent keychain alone does not matter: while the phone is
/// locked it is silent always.
public struct Passcode: Sendable {
    private let authority: any PasscodeAuthority
    private let witness: any PasscodeWitness

    public init(authority: any PasscodeAuthority, witness: any PasscodeWitness) {
        self.authority = authority
        self.witness = witness
    }

    public func reading() -> FlagReading {
        switch (authority.passcode(), witness.testify()) {
        case (.set, .kept), (.set, .silent):
            .known(value: true, evidence: .osReported)
        case (.notSet, .refused), (.notSet, .silent):
            .known(value: false, evidence: .osReported)
        case (.set, .refused), (.notSet, .kept):
            .unknown(reason: .probeFailed)
        case (.unanswered(let reason), _):
            .unknown(reason: reason)
        }
    }

    /// Data protection is on if and only if a passcode is set; without one, what is stored is encrypted with a key
    /// that nothing protects. No app can ask for more (Apple's MDM schema: `HardwareEncryptionCaps`).
    public static func storageEncryption(passcode: FlagReading) -> StorageEncryptionReading {
        switch passcode {
        case .known(value: true, let evidence): .known(value: .perUser, evidence: evidence)
        case .known(value: false, let evidence): .known(value: .defaultKey, evidence: evidence)
        case .unknown(let reason): .unknown(reason: reason)
        }
    }
}
