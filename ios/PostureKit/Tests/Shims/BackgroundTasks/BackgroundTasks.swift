import Foundation

open class BGTask: @unchecked Sendable {
    public var expirationHandler: (() -> Void)?
    private let lock = NSLock()
    private var ends: [Bool] = []

    public init() {}

    public func setTaskCompleted(success: Bool) {
        lock.withLock { ends.append(success) }
    }

    /// How the app ended it: exactly once, if all is well.
    public var completions: [Bool] { lock.withLock { ends } }
}

open class BGTaskRequest {
    public let identifier: String
    public var earliestBeginDate: Date?

    init(identifier: String) {
        self.identifier = identifier
    }
}

public final class BGAppRefreshTaskRequest: BGTaskRequest {
    public override init(identifier: String) {
        super.init(identifier: identifier)
    }
}

public final class BGTaskScheduler: @unchecked Sendable {
    public struct Error: Swift.Error {
        public enum Code: Int, Sendable {
            case unavailable = 1
            case tooManyPendingTaskRequests = 2
            case notPermitted = 3
            case immediateRunIneligible = 4
        }

        public let code: Code

        public init(_ code: Code) {
            self.code = code
        }
    }

    public static let shared = BGTaskScheduler()

    private let lock = NSLock()
    private var wishes: [String: Date?] = [:]
    private var handlers: [String: (BGTask) -> Void] = [:]
    private var refusal: Error.Code?
    private var permitted: Set<String> = []

    public func submit(_ request: BGTaskRequest) throws {
        try lock.withLock {
            if let refusal { throw Error(refusal) }
            guard permitted.contains(request.identifier) else { throw Error(.notPermitted) }
            wishes[request.identifier] = request.earliestBeginDate
        }
    }

    public func cancel(taskRequestWithIdentifier identifier: String) {
        lock.withLock { _ = wishes.removeValue(forKey: identifier) }
    }

    public func register(
        forTaskWithIdentifier identifier: String, using queue: DispatchQueue?,
        launchHandler: @escaping (BGTask) -> Void
    ) -> Bool {
        lock.withLock {
            guard permitted.contains(identifier) else { return false }
            handlers[identifier] = launchHandler
            return true
        }
    }

    // MARK: The script

    /// A new phone, whose Info.plist permits these identifiers.
    public func reset(permitted: Set<String>, refusal: Error.Code? = nil) {
        lock.withLock {
            wishes = [:]
            handlers = [:]
            self.permitted = permitted
            self.refusal = refusal
        }
    }

    public func wish(_ identifier: String) -> Date? {
        lock.withLock { wishes[identifier] ?? nil }
    }

    /// The system comes.
    public func launch(_ identifier: String, _ task: BGTask) {
        let handler = lock.withLock { handlers[identifier] }
        handler?(task)
    }
}
