import Foundation

public func _dyld_image_count() -> UInt32 { UInt32(LoadedImagesScript.count) }

public func _dyld_get_image_name(_ index: UInt32) -> UnsafePointer<CChar>? { LoadedImagesScript.name(index) }

/// What is loaded into this process.
public enum LoadedImagesScript {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var names: [UnsafePointer<CChar>?] = []

    /// Nil: one that was there when they were counted, and is not any more.
    public static func set(_ images: [String?]) {
        lock.withLock {
            names.forEach { free(UnsafeMutablePointer(mutating: $0)) }
            names = images.map { $0.map { UnsafePointer(strdup($0)) } }
        }
    }

    static var count: Int { lock.withLock { names.count } }

    static func name(_ index: UInt32) -> UnsafePointer<CChar>? {
        lock.withLock { names.indices.contains(Int(index)) ? names[Int(index)] : nil }
    }
}
