import AppleFoundation
import Foundation
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct DataProtectionTests {
        private let root: URL
        private let shelf: EnrolmentShelf

        init() throws {
            ProtectionScript.reset()
            root = try Repository.scratch().appendingPathComponent("enrolments", isDirectory: true)
            shelf = EnrolmentShelf(root: root, protection: DataProtection())
        }

        @Test func whatIsKeptIsOutOfReachUntilTheFirstUnlockAndInNoBackup() throws {
            let folder = try shelf.makePlace().folder
            for path in [root.path, folder.path, folder.path + "/state"] {
                let expected = FileProtectionType.completeUntilFirstUserAuthentication
                #expect(ProtectionScript.protection(of: path)?.rawValue == expected.rawValue)
                #expect(ProtectionScript.isExcludedFromBackup(path))
            }
            let above = root.deletingLastPathComponent().path
            #expect(ProtectionScript.protection(of: above) == nil && !ProtectionScript.isExcludedFromBackup(above))
        }

        @Test func whereTheClassIsRefusedThereIsNoPlace() throws {
            ProtectionScript.reset(refusesClasses: true)
            #expect(throws: CocoaError(.fileWriteNoPermission)) { try shelf.makePlace() }
            #expect(try shelf.places() == [])
        }

        @Test func whereTheExclusionIsRefusedThereIsNoPlace() throws {
            ProtectionScript.reset(refusesExclusion: true)
            #expect(throws: CocoaError(.fileWriteVolumeReadOnly)) { try shelf.makePlace() }
            #expect(try shelf.places() == [])
        }

        @Test func aFolderThatIsNotThereCannotBeProtected() {
            #expect(throws: CocoaError(.fileNoSuchFile)) {
                try DataProtection().protect(root.appendingPathComponent("nothing"))
            }
        }
    }
}
