import AtalayaCore
import Foundation

extension Invitation {
    /// Reads a link that was opened, scanned or pasted; none where it is no invitation.
    public static func read(_ link: String) -> Invitation? { try? readInvitation(given: link, server: nil) }

    /// The host as the person confirms it, with the port where it has one.
    public var host: String {
        guard let url = URLComponents(string: server), let host = url.host else { return server }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    /// By what it is known again without its token: SHA-256 of both.
    var digest: String { KeyThumbprint.sha256(Data("\(server)\n\(token)".utf8)).base64url }
}

// A debugger shows no more of it than the library prints: the token is a secret.
extension Invitation: CustomDebugStringConvertible {
    public var debugDescription: String { description }
}
