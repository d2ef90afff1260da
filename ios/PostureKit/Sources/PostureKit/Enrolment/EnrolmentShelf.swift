import Foundation

/// Sees to it that what is kept is encrypted while the phone has not been unlocked since it started, and in no backup.
public protocol FolderProtection: Sendable {
    func protect(_ folder: URL) throws
}

/// The places of this phone's enrolments: one folder each, below one.
public struct EnrolmentShelf: Sendable {
    private let root: URL
    private let protection: any FolderProtection

    public init(root: URL, protection: any FolderProtection) {
        self.root = root
        self.protection = protection
    }

    /// In no particular order. None before there is one.
    public func places() throws -> [EnrolmentPlace] {
        guard FileManager.default.fileExists(atPath: root.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: root.path)
            .filter { UUID(uuidString: $0) != nil }
            .sorted()
            .map { EnrolmentPlace(id: $0, folder: root.appendingPathComponent($0, isDirectory: true)) }
    }

    /// A new place, protected before anything is put there; none where it cannot be.
    public func makePlace() throws -> EnrolmentPlace {
        let id = UUID().uuidString
        let folder = root.appendingPathComponent(id, isDirectory: true)
        try makeFolder(root)
        try protection.protect(root)
        try makeFolder(folder)
        do {
            try protection.protect(folder)
        } catch {
            // Left there, it would be taken for the place of an earlier attempt.
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        return EnrolmentPlace(id: id, folder: folder)
    }

    private func makeFolder(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Notes in a place which invitation is tried there; nil: it was answered. The core takes the note away with
    /// whatever else it forgets.
    public func note(attempt digest: String?, at place: EnrolmentPlace) throws {
        let file = attemptFile(of: place)
        if let digest {
            try Data(digest.utf8).write(to: file, options: .atomic)
        } else if FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.removeItem(at: file)
        }
    }

    /// Notes in a place which invitation stands: the one that it was enrolled with, or the last that device management gave
    /// while the server still took the phone's reports.
    func note(standing digest: String, at place: EnrolmentPlace) throws {
        try Data(digest.utf8).write(to: standingFile(of: place), options: .atomic)
    }

    /// The digest of the invitation that stands in this place; nil where none was noted.
    func standing(at place: EnrolmentPlace) throws -> String? { try read(standingFile(of: place)) }

    /// The digest of the invitation that is tried in this place; nil where none is.
    public func attempt(at place: EnrolmentPlace) throws -> String? {
        try read(attemptFile(of: place))
    }

    private func read(_ file: URL) throws -> String? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func attemptFile(of place: EnrolmentPlace) -> URL { place.folder.appendingPathComponent("attempt") }

    private func standingFile(of place: EnrolmentPlace) -> URL { place.folder.appendingPathComponent("standing-invitation") }

    /// Takes a place away with all that is in it.
    public func remove(_ place: EnrolmentPlace) throws {
        try FileManager.default.removeItem(at: place.folder)
    }
}
