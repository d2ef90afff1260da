import Foundation
import MachO

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#endif

/// The phone's own file system and process.
public struct FileSystemTerrain: JailbreakTerrain {
    public init() {}

    public func exists(_ path: String) -> Bool {
        // Not lstat: that tells times too, which an app has to give Apple a reason for.
        var target: CChar = 0
        return access(path, F_OK) == 0 || readlink(path, &target, 1) >= 0
    }

    public func isWritable(_ folder: String) -> Bool {
        let path = "\(folder)/\(UUID().uuidString)"
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
        guard file >= 0 else { return false }
        close(file)
        unlink(path)
        return true
    }

    public func loadedImages() -> [String] {
        // One may be gone since they were counted: it has no name.
        (0..<_dyld_image_count()).compactMap { index in _dyld_get_image_name(index).map { String(cString: $0) } }
    }
}
