import Foundation

#if canImport(AppleFoundation)
import AppleFoundation
import struct AppleFoundation.URLResourceValues
#endif

/// iOS's data protection. Not `complete`: a background refresh has to read and write while the phone is locked. What is
/// made in the folder later has the folder's class (developer.apple.com/forums/thread/24483 and 706258, answers of Apple's),
/// also what takes a file's place, and is in no backup either, because the folder is in none.
public struct DataProtection: FolderProtection {
    public init() {}

    public func protect(_ folder: URL) throws {
        let protection = FileProtectionType.completeUntilFirstUserAuthentication
        try FileManager.default.setAttributes([.protectionKey: protection], ofItemAtPath: folder.path)
        var folder = folder
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
    }
}
