import Foundation

/// The dictionary that mobile device management puts into the app's defaults (iOS 7 and newer).
public struct ClassicManagedSource: ManagedSource {
    public static let configurationKey = "com.apple.configuration.managed"

    private let suite: String?

    /// The app's own defaults, or another suite in tests.
    public init(suite: String? = nil) {
        self.suite = suite
    }

    public func entries() async -> [String: String]? {
        let defaults = suite.flatMap { UserDefaults(suiteName: $0) } ?? .standard
        guard let written = defaults.dictionary(forKey: Self.configurationKey) else { return nil }
        return ManagedEntries(written).entries
    }
}
