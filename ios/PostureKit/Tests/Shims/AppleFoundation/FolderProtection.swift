import Foundation

// Foundation here takes these too, and does nothing with them. The functions below are preferred to its own, because what
// they take is the closer match.

extension FileManager {
    public func setAttributes(_ attributes: [FileAttributeKey: FileProtectionType], ofItemAtPath path: String) throws {
        try ProtectionScript.set(attributes[.protectionKey], at: path)
    }
}

public struct URLResourceValues: Sendable {
    public var isExcludedFromBackup: Bool?

    public init() {}
}

extension URL {
    public mutating func setResourceValues(_ values: URLResourceValues) throws {
        try ProtectionScript.set(values.isExcludedFromBackup, at: path)
    }
}

/// What the fake file system was told, and what it refuses.
public enum ProtectionScript {
    private struct State {
        var classes: [String: FileProtectionType] = [:]
        var excluded: [String: Bool] = [:]
        var refusesClasses = false
        var refusesExclusion = false
    }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var state = State()

    public static func reset(refusesClasses: Bool = false, refusesExclusion: Bool = false) {
        lock.withLock { state = State(refusesClasses: refusesClasses, refusesExclusion: refusesExclusion) }
    }

    /// The class of what is at this path: its own, or that of the nearest folder above that has one, as a file has it that
    /// is made there.
    public static func protection(of path: String) -> FileProtectionType? {
        lock.withLock { above(path).lazy.compactMap { state.classes[$0] }.first }
    }

    /// Whether it or a folder above is in no backup.
    public static func isExcludedFromBackup(_ path: String) -> Bool {
        lock.withLock { above(path).contains { state.excluded[$0] == true } }
    }

    static func set(_ protection: FileProtectionType?, at path: String) throws {
        try lock.withLock {
            if state.refusesClasses { throw CocoaError(.fileWriteNoPermission) }
            guard FileManager.default.fileExists(atPath: path) else { throw CocoaError(.fileNoSuchFile) }
            state.classes[path] = protection
        }
    }

    static func set(_ isExcluded: Bool?, at path: String) throws {
        try lock.withLock {
            if state.refusesExclusion { throw CocoaError(.fileWriteVolumeReadOnly) }
            guard FileManager.default.fileExists(atPath: path) else { throw CocoaError(.fileNoSuchFile) }
            state.excluded[path] = isExcluded
        }
    }

    /// A path and those of the folders that it lies in, the nearest first.
    private static func above(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).reversed().map { "/" + parts.prefix($0).joined(separator: "/") }
    }
}
