#if !os(Linux)
import Foundation

/// iOS's data protection. Not `complete`: a background refresh has to read and write while the phone is locked.
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
#endif
