import Foundation

/// One value that several threads read and write.
final class Kept<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var kept: Value?

    init(_ value: Value? = nil) {
        kept = value
    }

    var value: Value? {
        get { lock.withLock { kept } }
        set { lock.withLock { kept = newValue } }
    }

    /// The value, which is gone afterwards.
    func take() -> Value? {
        lock.withLock {
            defer { kept = nil }
            return kept
        }
    }
}
