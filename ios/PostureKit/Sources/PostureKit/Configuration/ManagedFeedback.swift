import AtalayaCore
import Foundation

/// What the app tells device management, which fetches it (`com.apple.feedback.managed`): how things stand, in four
/// words, and nothing of the person. The names are those of Android's keyed app states.
public struct ManagedFeedback: Equatable, Sendable {
    public static let feedbackKey = "com.apple.feedback.managed"

    /// `none`, `enrolled`, `left` or `closed`.
    public let enrolment: String
    /// The day of the newest acknowledgement, in UTC; empty before there is one.
    public let lastReport: String
    /// The overall state; empty before there is one.
    public let policyVerdict: String
    /// The keys that cannot be used, with what is wrong.
    public let configurationErrors: [String]
    public let configurationVersion: UInt32

    /// - Parameter hasLeft: whether the person left, so that the configuration's invitation is not followed again.
    public init(status: Status?, configuration: ManagedConfiguration, hasLeft: Bool = false) {
        enrolment = switch status?.enrolment {
        case nil: hasLeft ? "left" : "none"
        case let enrolment?: enrolment.closed ? "closed" : enrolment.left ? "left" : "enrolled"
        }
        lastReport = status?.sentAt.map(Self.day) ?? ""
        policyVerdict = status?.posture.map { Self.word($0.state) } ?? ""
        configurationErrors = configuration.faults.map { "\($0.key) \($0.words)" }
        configurationVersion = configuration.version
    }

    public var entries: [String: String] {
        [
            "enrolment": enrolment,
            "last_report": lastReport,
            "policy_verdict": policyVerdict,
            "config_error": configurationErrors.joined(separator: "; "),
            "config_version": String(configurationVersion),
        ]
    }

    /// Puts it where device management looks.
    public func publish(in defaults: UserDefaults = .standard) {
        defaults.set(entries, forKey: Self.feedbackKey)
    }

    private static func word(_ state: DeviceState) -> String {
        switch state {
        case .compliant: "compliant"
        case .inGrace: "in-grace"
        case .notCompliant: "not-compliant"
        case .unknown: "unknown"
        case .stale: "stale"
        }
    }

    private static func day(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd"
        return formatter.string(from: date)
    }
}
