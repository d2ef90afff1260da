import AtalayaCore
import Foundation

/// One check as it is shown.
public struct CheckRow: Equatable, Identifiable, Sendable {
    public let id: String
    public let title: String
    public let shape: StateShape
    public let shapeWord: String
    /// What is so.
    public let what: String
    public let why: String
    /// What to do and how long it takes, where something can be done.
    public let fix: String?
    /// Since when it is so, for what needs doing.
    public let since: String?
    /// Until when there is time.
    public let deadline: String?
    /// Who says so.
    public let evidence: String?
    public let remedy: Remedy?

    public init(_ verdict: CheckVerdict, _ words: Words, _ moments: Moments, contact: String?) {
        id = "\(verdict.check)"
        title = verdict.title
        shape = StateShape(verdict)
        shapeWord = shape.word(words)
        what = verdict.what
        why = verdict.why
        fix = verdict.fix
        let needsDoing = verdict.verdict == .fail || verdict.verdict == .nudge
        since = needsDoing ? words("status_since", moments.time(verdict.since)) : nil
        deadline = verdict.deadline.map { words("status_deadline", moments.time($0)) }
        evidence = verdict.evidence.map { words("status_evidence", Self.word($0, words)) }
        remedy = needsDoing ? Remedy(verdict.remediation, words, contact: contact) : nil
    }

    /// What VoiceOver reads: the word first, because the shape cannot be heard.
    public var spoken: String {
        [title, shapeWord, what, deadline].compactMap(\.self).joined(separator: ". ")
    }

    private static func word(_ evidence: Evidence, _ words: Words) -> String {
        switch evidence {
        case .userDeclared: words("evidence_user_declared")
        case .heuristic: words("evidence_heuristic")
        case .osReported: words("evidence_os_reported")
        case .mdmConfirmed: words("evidence_mdm_confirmed")
        case .hardwareAttested: words("evidence_hardware_attested")
        }
    }
}
