import AtalayaCore
import Foundation

/// What a company's device management says to the app. The core reads it; the pinned root and the address of the
/// privacy notice become what the system takes.
public struct ManagedConfiguration: Equatable, Sendable {
    private let read: Configuration
    public let pinnedRoot: PinnedRoot?

    /// Nothing is managed.
    public init() {
        self.init(entries: [:])
    }

    /// Reads flat keys, each value as text. What is wrong in one is in `faults`; the rest is taken all the same.
    public init(entries: [String: String]) {
        read = readConfiguration(entries: entries)
        pinnedRoot = read.pinnedRoot.flatMap(PinnedRoot.init(pem:))
    }

    /// Where and with what to enrol, when both are given.
    public var invitation: Invitation? { read.invitation }
    /// The server, also when there is no token yet.
    public var serverURL: String? { read.serverUrl }
    /// The company's own reference for the device: sent at enrolment.
    public var deviceReference: String? { read.deviceRef }
    /// The company's own reference for the person: shown to that person, never sent.
    public var personReference: String? { read.userRef }
    public var organisationName: String? { read.orgName }
    public var supportContact: String? { read.supportContact }
    public var privacyURL: URL? { read.privacyUrl.flatMap { URL(string: $0) } }
    public var group: String? { read.group }
    /// 1 to 24; the server may ask otherwise.
    public var reportIntervalHours: Int { Int(read.reportIntervalHours) }
    public var whatsApp: WhatsApp { read.checkWhatsapp }
    /// None: the system's.
    public var language: Language? { read.uiLocale }
    /// The administrator's own number of this configuration, told back.
    public var version: UInt32 { read.configVersion }

    /// What cannot be used, for the administrator: the key, and never the value.
    public var faults: [ConfigurationFault] {
        // A certificate whose lines are no base64 looks like one to the core.
        guard pinnedRoot == nil, read.pinnedRoot != nil else { return read.faults }
        return read.faults + [ConfigurationFault(key: "pinned_root", words: "is no certificate in PEM")]
    }

    /// Whether the company asks for a root that cannot be read.
    public var hasUnusableRoot: Bool { faults.contains { $0.key == "pinned_root" } }

    /// By which roots the server at this address is believed. The company's root is for the company's server, where one is
    /// named: another employer's is none of its business.
    public func roots(of address: URL) -> ServerRoots {
        if let server = serverURL.flatMap({ URL(string: $0) }), Origin(server) != Origin(address) { return .systems }
        if hasUnusableRoot { return .unusable }
        return pinnedRoot.map(ServerRoots.pinned) ?? .systems
    }

    /// Whom an address is at.
    private struct Origin: Equatable {
        let host: String?
        let port: Int

        init(_ url: URL) {
            host = url.host?.lowercased()
            port = url.port ?? (url.scheme?.lowercased() == "http" ? 80 : 443)
        }
    }
}
