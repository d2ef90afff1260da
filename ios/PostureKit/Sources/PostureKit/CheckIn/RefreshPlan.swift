import AtalayaCore
import Foundation

/// When the phone should look again. The system takes it as a lower bound and comes when it likes, so the app also
/// looks whenever it is opened, and the server judges silence in days.
public struct RefreshPlan: Equatable, Sendable {
    /// The shortest wait: sooner, the system would not come anyway.
    public static let shortest: TimeInterval = 15 * 60

    /// Hours between reports, where the server does not say when it would like to hear.
    public var intervalHours: Int

    public init(intervalHours: Int) {
        self.intervalHours = intervalHours
    }

    /// For one enrolment; none where there is nobody to report to.
    public func next(after now: Date, _ status: Status) -> Date? {
        guard let enrolment = status.enrolment, !enrolment.left else { return nil }
        let wished = status.nextAt ?? now.addingTimeInterval(TimeInterval(intervalHours * 3600))
        let next = max(wished, now.addingTimeInterval(Self.shortest))
        // To wake up in quiet hours would be to do nothing, unless it is to say that the person leaves.
        guard !status.withdraws else { return next }
        return [status.quietUntil, status.pausedUntil].compactMap(\.self).reduce(next, max)
    }

    /// For all of them: the first. One whose status could not be read, nil, is looked for again after the interval: there
    /// may well be somebody to report to.
    public func next(after now: Date, _ statuses: [Status?]) -> Date? {
        let unread = now.addingTimeInterval(TimeInterval(intervalHours * 3600))
        return statuses.compactMap { status in status.map { next(after: now, $0) } ?? unread }.min()
    }
}
