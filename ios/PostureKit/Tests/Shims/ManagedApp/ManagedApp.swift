import Foundation

public final class ManagedAppConfigurationProvider: Sendable {
    public init() {}

    /// The configuration in force, then every change; nil while the app is not managed this way.
    public func configurations<Configuration: Decodable & Sendable>(
        _ type: Configuration.Type
    ) async -> AsyncStream<Configuration?> {
        AsyncStream { stream in
            stream.yield(ManagedAppScript.plist.flatMap { try? PropertyListDecoder().decode(type, from: $0) })
            // The real one never ends.
        }
    }
}

/// What device management sent.
public enum ManagedAppScript {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var sent: Data?

    public static var plist: Data? {
        get { lock.withLock { sent } }
        set { lock.withLock { sent = newValue } }
    }
}
