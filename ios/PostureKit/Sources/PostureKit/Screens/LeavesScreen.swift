import AtalayaCore
import Foundation

/// What left this phone, who can see it, and what can never be seen.
public struct LeavesScreen: Equatable, Sendable {
    public let summary: String
    /// The exact last report; none before there is one.
    public let lastReport: Entry?
    /// Everything, newest first.
    public let entries: [Entry]
    public let whoCanSee: String
    public let neverSeen: String

    public struct Entry: Equatable, Identifiable, Sendable {
        public let id: Int
        public let title: String
        public let when: String
        public let outcome: String
        public let to: String
        /// What it says, as JSON.
        public let says: String
        /// Byte for byte what left.
        public let sent: String
    }

    public init(_ ledger: [LedgerEntry], organisation: String, _ words: Words, _ moments: Moments) {
        let entries = ledger.enumerated().reversed().map { Entry(id: $0, $1, words, moments) }
        self.entries = entries
        lastReport = ledger.lastIndex { $0.kind == .report }.flatMap { index in entries.first { $0.id == index } }
        summary = ledger.map(\.lastAt).max().map { words("leaves_summary", String(ledger.count), moments.time($0)) }
            ?? words("leaves_nothing")
        whoCanSee = words("leaves_who_text", organisation)
        neverSeen = words("leaves_never_text")
    }
}

extension LeavesScreen.Entry {
    init(id: Int, _ entry: LedgerEntry, _ words: Words, _ moments: Moments) {
        self.id = id
        title = switch entry.kind {
        case .report: words("leaves_kind_report", entry.sequence.map(String.init) ?? "")
        case .challenge: words("leaves_kind_challenge")
        case .enrolment: words("leaves_kind_enrolment")
        case .statement: words("leaves_kind_statement")
        case .evidence: words("leaves_kind_evidence")
        case .proof: words("leaves_kind_proof")
        }
        when = moments.time(entry.lastAt)
        outcome = switch entry.outcome {
        case .acknowledged: words("leaves_acknowledged")
        case .refused(let code): words("leaves_refused", code)
        case .unknown: words("leaves_no_answer")
        }
        to = entry.to
        says = entry.says
        sent = entry.sent
    }
}
