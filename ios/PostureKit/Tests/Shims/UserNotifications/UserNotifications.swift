import Foundation

public struct UNAuthorizationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public static let alert = Self(rawValue: 1 << 2)

    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }
}

open class UNNotificationContent: @unchecked Sendable {
    public var title = ""
    public var body = ""
}

public final class UNMutableNotificationContent: UNNotificationContent, @unchecked Sendable {
    public override init() {}
}

open class UNNotificationTrigger: @unchecked Sendable {}

public final class UNNotificationRequest: Sendable {
    public let identifier: String
    public let content: UNNotificationContent

    public init(identifier: String, content: UNNotificationContent, trigger: UNNotificationTrigger?) {
        self.identifier = identifier
        self.content = content
    }
}

public final class UNUserNotificationCenter: @unchecked Sendable {
    private static let one = UNUserNotificationCenter()
    private let lock = NSLock()
    private var isAllowed = true
    private var isAsked = true
    private var delivered: [String: UNNotificationRequest] = [:]

    public static func current() -> UNUserNotificationCenter { one }

    public func requestAuthorization(options: UNAuthorizationOptions) async throws -> Bool {
        lock.withLock {
            isAsked = true
            return isAllowed
        }
    }

    public func add(_ request: UNNotificationRequest) async throws {
        lock.withLock { if isAsked, isAllowed { delivered[request.identifier] = request } }
    }

    public func removeDeliveredNotifications(withIdentifiers identifiers: [String]) {
        lock.withLock { for identifier in identifiers { delivered[identifier] = nil } }
    }

    // MARK: The script

    /// What the person says, and whether they were asked already: before, nothing is shown.
    public func reset(isAllowed: Bool, isAsked: Bool = true) {
        lock.withLock {
            (self.isAllowed, self.isAsked) = (isAllowed, isAsked)
            delivered = [:]
        }
    }

    public var wasAsked: Bool { lock.withLock { isAsked } }
    public var shown: [UNNotificationRequest] { lock.withLock { Array(delivered.values) } }
}
