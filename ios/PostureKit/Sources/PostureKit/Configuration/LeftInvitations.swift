import AtalayaCore
import Foundation

/// The invitations of device management that the person left, or under which the company took the phone out: by themselves
/// these are followed no more. Kept in the defaults, one for each server, as digests: the token is a secret.
public struct LeftInvitations: Sendable {
    private static let key = "leftInvitations"

    private let suite: String?

    public init(suite: String? = nil) {
        self.suite = suite
    }

    func contains(_ invitation: Invitation) -> Bool {
        kept[Self.name(of: invitation.server)] == invitation.digest
    }

    /// The person leaves the server of this invitation.
    func insert(_ invitation: Invitation) { insert(digest: invitation.digest, server: invitation.server) }

    /// The invitation with this digest is over at its server.
    func insert(digest: String, server: String) {
        kept[Self.name(of: server)] = digest
    }

    /// The phone is enrolled at this server again.
    func remove(server: String) {
        kept[Self.name(of: server)] = nil
    }

    private static func name(of server: String) -> String { KeyThumbprint.sha256(Data(server.utf8)).base64url }

    private var kept: [String: String] {
        get { defaults.dictionary(forKey: Self.key) as? [String: String] ?? [:] }
        nonmutating set { defaults.set(newValue, forKey: Self.key) }
    }

    private var defaults: UserDefaults {
        suite.flatMap { UserDefaults(suiteName: $0) } ?? .standard
    }
}
