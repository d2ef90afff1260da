import Foundation

/// When the last reminder was shown. The system ends the app between two rounds, so it is kept in the defaults.
public struct ReminderMemory: Sendable {
    private static let key = "lastReminder"

    private let suite: String?

    public init(suite: String? = nil) {
        self.suite = suite
    }

    public var last: Date? {
        get { defaults.object(forKey: Self.key) as? Date }
        nonmutating set { defaults.set(newValue, forKey: Self.key) }
    }

    private var defaults: UserDefaults {
        suite.flatMap { UserDefaults(suiteName: $0) } ?? .standard
    }
}
