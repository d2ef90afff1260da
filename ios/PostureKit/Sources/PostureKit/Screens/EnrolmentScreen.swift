import AtalayaCore
import Foundation

/// The way into a company, step by step.
public enum EnrolmentScreen: Equatable, Sendable {
    /// A link is waited for; with what was wrong with the last one.
    case link(problem: String?)
    /// The person confirms the host before anything is sent there.
    case confirm(Invitation)
    case working(Invitation)
    /// It did not come to be; the same invitation may be tried again.
    case failed(Invitation, problem: String)

    /// A link that was opened, scanned or pasted.
    public static func opened(_ text: String, _ words: Words) -> Self {
        Invitation.read(text).map(Self.confirm) ?? .link(problem: words("enrol_bad_link"))
    }

    /// What went wrong, in the person's words.
    public static func problem(_ error: any Error, _ invitation: Invitation, _ words: Words) -> String {
        switch error as? AgentError {
        case .Offline: words("enrol_offline", invitation.host)
        case .ServerUntrusted: words("enrol_untrusted", invitation.host)
        case .Refused, .DeviceClosed: words("enrol_refused")
        case .Storage: words("problem_storage")
        case .Outdated: words("problem_outdated")
        case .KeyUnavailable: words("problem_key")
        case .KeyLost: words("problem_other", "signing-key")
        case .BadInput: words("enrol_bad_link")
        case .UnderWay: words("enrol_working")
        default: words("problem_other", "enrolment")
        }
    }
}
