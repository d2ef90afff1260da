import AtalayaCore
import Foundation
@testable import PostureKit

/// The files of this repository.
enum Repository {
    static let root: URL = {
        if let named = ProcessInfo.processInfo.environment["ATALAYA_REPOSITORY"] { return URL(fileURLWithPath: named) }
        // …/ios/PostureKit/Tests/PostureKitTests/Fakes/Repository.swift
        return (0..<6).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    }()

    static func file(_ path: String) -> URL { root.appendingPathComponent(path) }

    static func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }

    static func plist(_ path: String) throws -> [String: Any] {
        let plist = try PropertyListSerialization.propertyList(from: Data(contentsOf: file(path)), format: nil)
        guard let plist = plist as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
        return plist
    }

    static func words(_ language: Language) throws -> Words {
        try Words(
            language: language,
            contentsOf: file("ios/App/Resources/\(Words.tag(language)).lproj/Localizable.strings"))
    }

    /// A folder of its own below the system's for such.
    static func scratch() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("atalaya-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
