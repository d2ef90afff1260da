import AtalayaCore
import Foundation

extension Date {
    /// 2026-11-24 09:30 in Madrid.
    static let morning = Date(timeIntervalSince1970: 1_795_509_000)
}

extension CheckVerdict {
    static func sample(
        _ check: Check = .screenLock, _ verdict: Verdict = .pass, inGrace: Bool = false,
        remediation: Remediation = .none, deadline: Date? = nil
    ) -> Self {
        Self(
            check: check, verdict: verdict, severity: .fail, counted: true, inGrace: inGrace, reason: "code",
            title: "Title of \(check)", what: "What of \(check).", why: "Why.", fix: verdict == .pass ? nil : "Fix.",
            remediation: remediation, since: .morning, deadline: deadline, evidence: .osReported)
    }
}

extension Status {
    static func sample(
        enrolled: Bool = true, left: Bool = false, closed: Bool = false, state: DeviceState? = .notCompliant,
        checks: [CheckVerdict] = [], provisional: Bool = false, nextAt: Date? = nil, quietUntil: Date? = nil,
        pausedUntil: Date? = nil, waiting: UInt32 = 0, notice: Paper? = nil, usageRules: Paper? = nil,
        declarations: [DeclarationStatus] = [], withdraws: Bool = false, problems: [Problem] = []
    ) -> Self {
        let enrolment = EnrolmentStatus(
            server: "https://a.example", organisation: "Clínica Levante", device: "01J", enrolledAt: .morning,
            left: left || closed, closed: closed)
        return Self(
            enrolment: enrolled ? enrolment : nil, headline: "Hay algo que arreglar (1).",
            posture: state.map { Posture(state: $0, provisional: provisional, at: .morning, checks: checks) },
            checkedAt: .morning, sentAt: .morning, nextAt: nextAt, quietUntil: quietUntil, pausedUntil: pausedUntil,
            waiting: waiting, notice: notice, usageRules: usageRules, declarations: declarations, withdraws: withdraws,
            problems: problems)
    }
}

extension Delivery {
    static func sample(problem: AgentError? = nil, newPolicy: Bool = false, reportAgain: Bool = false) -> Self {
        Self(
            held: nil, acknowledged: 1, refused: 0, waiting: 0, statements: 0, statementsWaiting: 0,
            newPolicy: newPolicy, newCatalogue: false, problem: problem, nextTry: nil, nextCheckIn: nil,
            reportAgain: reportAgain)
    }
}
