import AtalayaCore
import Foundation

extension Invitation {
    /// Reads a link that was opened, scanned or pasted; none where it is no invitation, or leads to nothing that an
    /// agent would call.
    public static func read(_ link: String) -> Invitation? {
        guard let invitation = try? readInvitation(given: link, server: nil) else { return nil }
        return invitation.hasAddress ? invitation : nil
    }

    /// The host as the person confirms it, with the port where it has one.
    public var host: String {
        guard let url = URLComponents(string: server), let host = url.host else { return server }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    /// HTTPS anywhere, or plain HTTP to this very machine. The core refuses the rest as well, but a person must not be
    /// asked to confirm what cannot be.
    private var hasAddress: Bool {
        guard
            let url = URLComponents(string: server), let host = url.host, !host.isEmpty,
            url.user == nil, url.password == nil, url.query == nil, url.fragment == nil
        else { return false }
        let isLocal = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
        return url.scheme == "https" || (url.scheme == "http" && isLocal)
    }
}

// The token is a secret: it is not printed.
extension Invitation: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "an invitation to \(host)" }
    public var debugDescription: String { description }
}
