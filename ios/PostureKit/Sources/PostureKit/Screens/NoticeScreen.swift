import AtalayaCore

/// What the company will see, to be read before anything is sent.
public struct NoticeScreen: Equatable, Sendable {
    public let version: UInt32
    public let heading: String
    public let text: String
    public let pending: Bool
    /// When it was read; none while it waits.
    public let accepted: String?

    /// None before there is an enrolment.
    public init?(_ status: Status, _ words: Words, _ moments: Moments) {
        guard let enrolment = status.enrolment, let notice = status.notice else { return nil }
        version = notice.version
        heading = words("notice_heading", enrolment.organisation)
        text = notice.text
        pending = notice.pending
        accepted = notice.pending ? nil : notice.acknowledgedOn.map { words("notice_accepted", moments.day($0)) }
    }
}
