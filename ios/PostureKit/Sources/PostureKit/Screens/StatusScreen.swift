import AtalayaCore
import Foundation

/// The first screen: one sentence, what to do, then the detail.
public struct StatusScreen: Equatable, Sendable {
    /// How things stand, in one sentence.
    public let headline: String
    public let shape: StateShape
    /// What needs doing first; none when there is nothing.
    public let first: CheckRow?
    /// The other checks, what needs doing before what is fine.
    public let rows: [CheckRow]
    /// What else should be known: offline, off hours, a key that is gone.
    public let notes: [String]
    /// When it was checked, sent and will be next.
    public let footer: [String]
    /// Whether the phone must be enrolled again.
    public let mustEnrolAgain: Bool
    /// Whether a way back in by a new link is offered: it must be enrolled again, or the company closed it.
    public let offersNewLink: Bool

    public init(
        _ status: Status, _ words: Words, _ moments: Moments, contact: String? = nil, lastCheckIn: CheckIn? = nil
    ) {
        let posture = status.posture
        let isOut = status.enrolment?.left == true
        // Nobody is asked to mend anything for a company that hears no more.
        let checks = isOut ? [] : (posture?.checks ?? []).filter { $0.verdict != .notApplicable }
        let all = checks.map { CheckRow($0, words, moments, contact: contact) }
        let isQuiet = status.quietUntil != nil || status.pausedUntil != nil
        headline = status.headline
        shape = isOut ? .stale : posture.map { StateShape($0.state) } ?? (isQuiet ? .quiet : .unknown)
        let first = all.first { [.toFix, .inGrace].contains($0.shape) }
            ?? all.first { $0.shape == .nudge && $0.remedy != nil }
        self.first = first
        rows = all.filter { $0.id != first?.id }
        mustEnrolAgain = lastCheckIn == .failed(.KeyLost) || lastCheckIn == .failed(.EnrolAgain)
            || status.problems.contains { ["signing-key", "enrol-again"].contains($0.code) }
        offersNewLink = mustEnrolAgain || status.enrolment?.closed == true
        notes = Self.notes(status, words, moments, lastCheckIn, mustEnrolAgain)
        footer = Self.footer(status, words, moments)
    }

    /// What VoiceOver reads of the card at the top.
    public func spoken(_ words: Words) -> String {
        [shape.word(words), headline, first?.title, first?.what].compactMap(\.self).joined(separator: ". ")
    }

    private static func notes(
        _ status: Status, _ words: Words, _ moments: Moments, _ lastCheckIn: CheckIn?, _ mustEnrolAgain: Bool
    ) -> [String] {
        var notes: [String] = []
        guard let enrolment = status.enrolment else { return notes }
        if enrolment.left {
            return [enrolment.closed ? words("status_closed") : words("status_left", enrolment.organisation)]
        }
        if mustEnrolAgain { notes.append(words("status_key_lost")) }
        if let until = status.pausedUntil {
            notes.append(words("status_paused", moments.time(until)))
        } else if let until = status.quietUntil {
            notes.append(words("status_quiet", moments.time(until)))
        }
        switch lastCheckIn {
        case .done(let delivery):
            if delivery.problem == .Offline { notes.append(words("status_offline")) }
            if case .ServerUntrusted = delivery.problem { notes.append(words("problem_untrusted")) }
        case .failed(.Offline): notes.append(words("status_offline"))
        case .failed(.ServerUntrusted): notes.append(words("problem_untrusted"))
        case .failed(.Storage): notes.append(words("problem_storage"))
        case .failed(.Outdated): notes.append(words("problem_outdated"))
        default: break
        }
        if status.posture?.provisional == true { notes.append(words("status_provisional")) }
        let told: Set = ["offline", "signing-key", "enrol-again", "notice-pending"]
        notes += status.problems.filter { !told.contains($0.code) }.map(\.words).filter { !notes.contains($0) }
        return notes
    }

    private static func footer(_ status: Status, _ words: Words, _ moments: Moments) -> [String] {
        guard let enrolment = status.enrolment, !enrolment.left else { return [] }
        var footer: [String] = []
        footer.append(
            status.checkedAt.map { words("status_checked", moments.time($0)) } ?? words("status_not_read"))
        footer.append(
            status.sentAt.map { words("status_sent", enrolment.organisation, moments.time($0)) }
                ?? words("status_not_sent", enrolment.organisation))
        if let next = status.nextAt { footer.append(words("status_next", moments.time(next))) }
        if status.waiting > 0 { footer.append(words("status_waiting", String(status.waiting))) }
        if status.quietUntil == nil, status.pausedUntil == nil { footer.append(words("status_quiet_rule")) }
        return footer
    }
}
