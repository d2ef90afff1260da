import AtalayaCore
import Foundation

/// One fact as cases.json has it: a value with its evidence, or the reason why it is not known.
struct Seen: Sendable {
    var value: String?
    var word: String
    static func reported(_ value: String) -> Seen { Seen(value: value, word: "os-reported") }
}

/// One case of cases.json.
struct Case: Sendable {
    let name: String
    let state: String
    var facts: [String: Seen] = [:]
    var verdicts: [String: [String]] = [:]

    static let all: [Case] = {
        let table = try! String(contentsOfFile: ProcessInfo.processInfo.environment["ATALAYA_CASES"]!, encoding: .utf8)
        var cases: [Case] = []
        for line in table.split(separator: "\n") {
            let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch words[0] {
            case "case":
                cases.append(Case(name: words[1], state: words[2]))
            case "fact":
                cases[cases.count - 1].facts[words[1]] =
                    words[2] == "value" ? Seen(value: words[3], word: words[4]) : Seen(value: nil, word: words[3])
            default:
                cases[cases.count - 1].verdicts[words[1]] = Array(words[2...])
            }
        }
        return cases
    }()

    /// A phone that passes every check.
    static var good: [String: Seen] { all[0].facts }
}

/// A case of an enumeration as the wire spells it: `perUser` is `per-user`.
func spelled<Word>(_ word: Word) -> String {
    String(describing: word).reduce(into: "") { text, letter in
        text += letter.isUppercase ? "-\(letter.lowercased())" : String(letter)
    }
}

private func word<Word>(_ text: String, of words: [Word]) -> Word { words.first { spelled($0) == text }! }

private func evidence(_ text: String) -> Evidence {
    word(text, of: [.userDeclared, .heuristic, .osReported, .mdmConfirmed, .hardwareAttested])
}

private func reason(_ text: String) -> UnknownReason {
    word(text, of: [.platformForbids, .permissionMissing, .notSupported, .notInThisProfile, .sourcesDisagree, .probeFailed, .notCollected])
}

private func reading<Reading>(
    _ seen: Seen?, _ known: (String, Evidence) -> Reading, _ unknown: (UnknownReason) -> Reading
) -> Reading? {
    seen.map { seen in seen.value.map { known($0, evidence(seen.word)) } ?? unknown(reason(seen.word)) }
}

/// Facts by their names in the field table as the library's facts.
func read(_ saw: [String: Seen]) -> Facts {
    func text(_ name: String) -> TextReading? {
        reading(saw[name], { .known(value: $0, evidence: $1) }, { .unknown(reason: $0) })
    }
    func flag(_ name: String) -> FlagReading? {
        reading(saw[name], { .known(value: $0 == "true", evidence: $1) }, { .unknown(reason: $0) })
    }
    func presence(_ name: String) -> PresenceReading? {
        let all: [Presence] = [.installed, .disabled, .archived, .absent]
        return reading(saw[name], { .known(value: word($0, of: all), evidence: $1) }, { .unknown(reason: $0) })
    }
    let storage: [StorageEncryption] = [.perUser, .wholeDisk, .defaultKey, .activating, .inactive, .unsupported]
    let bands: [LockComplexity] = [.none, .low, .medium, .high]
    let signs: [RootSign] = [
        .suBinary, .rootManager, .testKeys, .dangerousProperty, .writableSystem, .jailbreakFile, .injectedLibrary,
    ]
    func found(_ name: String) -> RootSignsReading? {
        reading(
            saw[name], { .known(value: $0.split(separator: ",").map { word(String($0), of: signs) }, evidence: $1) },
            { .unknown(reason: $0) })
    }
    return Facts(
        model: text("model"),
        osVersion: text("osVersion"),
        securityPatch: text("securityPatch"),
        storageEncryption: reading(
            saw["storageEncryption"], { .known(value: word($0, of: storage), evidence: $1) }, { .unknown(reason: $0) }),
        screenLock: flag("screenLock"),
        lockComplexity: reading(
            saw["lockComplexity"], { .known(value: word($0, of: bands), evidence: $1) }, { .unknown(reason: $0) }),
        whatsappBusiness: AppFacts(
            presence: presence("whatsappBusiness.presence"), installer: text("whatsappBusiness.installer")),
        whatsappConsumer: presence("whatsappConsumer"),
        ownAppGenuine: flag("ownAppGenuine"),
        rootSigns: found("rootSigns"),
        mutedRootSigns: found("mutedRootSigns"),
        developerOptions: flag("developerOptions"),
        adb: flag("adb"))
}

/// The state and the verdicts as cases.json spells them.
struct Judged: Equatable, Sendable {
    let state: String
    let verdicts: [String: [String]]

    init(_ posture: Posture) {
        state = spelled(posture.state)
        verdicts = Dictionary(uniqueKeysWithValues: posture.checks.map {
            (spelled($0.check), [spelled($0.verdict), $0.reason, spelled($0.remediation)])
        })
    }

    init(_ one: Case) {
        state = one.state
        verdicts = one.verdicts
    }
}
