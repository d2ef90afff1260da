import Foundation

/// Where managed configuration comes from.
public protocol ManagedSource: Sendable {
    /// What is in force now; none where the app is not managed this way.
    func entries() async -> [String: String]?
}

extension ManagedConfiguration {
    /// What is in force: the first source that says anything. A newer channel stands before an older one.
    public static func read(from sources: [any ManagedSource]) async -> Self {
        for source in sources {
            if let entries = await source.entries() { return Self(entries: entries) }
        }
        return Self()
    }
}
