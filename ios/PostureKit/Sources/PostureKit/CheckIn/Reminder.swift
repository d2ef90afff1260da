import AtalayaCore
import Foundation

/// What a person is told while the app is closed: that there is something to fix, and not what, so that the lock
/// screen shows nothing of it.
public enum Reminder: String, Equatable, Sendable {
    case somethingToFix
    case enrolAgain
    /// The company closed the enrolment. Nothing is asked of the person, so it is told once, when it is heard.
    case closed

    /// At most one a day.
    public static let pause: TimeInterval = 24 * 3600

    /// What is due now; none outside the person's hours, when nothing needs doing, and within a day of the last one.
    public static func due(_ status: Status, last: Date?, now: Date) -> Self? {
        guard status.quietUntil == nil, status.pausedUntil == nil else { return nil }
        // A clock that was put back must not silence it for ever.
        if let last, last <= now, now.timeIntervalSince(last) < pause { return nil }
        return needed(status)
    }

    /// What is to be done, whenever it may be said.
    static func needed(_ status: Status) -> Self? {
        guard let enrolment = status.enrolment, !enrolment.left, !status.withdraws else { return nil }
        if status.problems.contains(where: { ["signing-key", "enrol-again"].contains($0.code) }) { return .enrolAgain }
        return switch status.posture?.state {
        case .notCompliant, .inGrace: .somethingToFix
        case .compliant, .unknown, .stale, nil: nil
        }
    }

    public func title(_ words: Words) -> String {
        switch self {
        case .somethingToFix: words("notify_title")
        case .enrolAgain: words("notify_enrol")
        case .closed: words("notify_closed")
        }
    }

    public func text(_ words: Words) -> String {
        words("notify_text")
    }
}

/// Shows reminders.
public protocol ReminderBoard: Sendable {
    /// Asks the person once whether reminders may be shown.
    func askPermission() async
    /// Takes the place of the one before.
    func show(title: String, text: String) async
    /// Takes it away: there is nothing to fix any more.
    func clear() async
}
