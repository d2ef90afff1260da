import Foundation
import FoundationNetworking
import Security

public let NSURLAuthenticationMethodServerTrust = "NSURLAuthenticationMethodServerTrust"

extension URLProtectionSpace {
    public var serverTrust: SecTrust? { (self as? ScriptedProtectionSpace)?.trust }
}

extension URLCredential {
    public convenience init(trust: SecTrust) {
        self.init(user: Self.name(trust), password: "", persistence: .none)
    }

    /// Whether it believes this very chain.
    public func believes(_ trust: SecTrust) -> Bool { user == Self.name(trust) }

    private static func name(_ trust: SecTrust) -> String { "trust \(ObjectIdentifier(trust))" }
}

/// What a server asks, as the test says it is.
public final class ScriptedProtectionSpace: URLProtectionSpace, @unchecked Sendable {
    let trust: SecTrust?

    public init(method: String, trust: SecTrust? = nil) {
        self.trust = trust
        super.init(host: "a.example", port: 443, protocol: "https", realm: nil, authenticationMethod: method)
    }

    @available(*, unavailable)
    public required init?(coder: NSCoder) { nil }
}
