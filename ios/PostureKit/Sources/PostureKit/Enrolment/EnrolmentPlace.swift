import Foundation

/// Where one enrolment keeps what is its own: a folder and a key. Two employers are two places, and nothing of one is
/// in the other.
public struct EnrolmentPlace: Identifiable, Hashable, Sendable {
    public let id: String
    public let folder: URL

    /// The name of its key.
    public var keyName: String { "org.atalaya.key.\(id)" }
}
