import Foundation
import Testing
@testable import PostureKit

@Suite struct EnrolmentShelfTests {
    @Test func twoCompaniesAreTwoProtectedFoldersAndTwoKeys() throws {
        let protection = RecordedProtection()
        let root = try Repository.scratch().appendingPathComponent("enrolments", isDirectory: true)
        let shelf = EnrolmentShelf(root: root, protection: protection)
        #expect(try shelf.places() == [])
        let (one, two) = (try shelf.makePlace(), try shelf.makePlace())
        #expect(one.folder != two.folder && one.keyName != two.keyName)
        #expect(Set(try shelf.places().map(\.id)) == [one.id, two.id])
        let protected = Set((protection.folders.value ?? []).map(\.path))
        #expect(protected == [root.path, one.folder.path, two.folder.path])
        let mode = try FileManager.default.attributesOfItem(atPath: one.folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    /// An attempt that finds a place without an enrolment uses it: it must be protected.
    @Test func aPlaceThatCannotBeProtectedIsNone() throws {
        let root = try Repository.scratch().appendingPathComponent("enrolments", isDirectory: true)
        let refusing = RefusingProtection(whatLiesIn: root)
        #expect(throws: CocoaError.self) { try EnrolmentShelf(root: root, protection: refusing).makePlace() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [])
    }

    @Test func aPlaceIsMadeWhereItIsProtectedAlready() throws {
        let root = try Repository.scratch().appendingPathComponent("enrolments", isDirectory: true)
        let refusing = RefusingProtection(root)
        #expect(throws: CocoaError.self) { try EnrolmentShelf(root: root, protection: refusing).makePlace() }
        // What is made there has what the root has, also where the phone stops in between.
        #expect(refusing.contents.value == [])
    }

    @Test func removingOneLeavesTheOther() throws {
        let shelf = EnrolmentShelf(root: try Repository.scratch(), protection: RecordedProtection())
        let (one, two) = (try shelf.makePlace(), try shelf.makePlace())
        try shelf.remove(one)
        #expect(try shelf.places().map(\.id) == [two.id])
    }

    @Test func whatElseLiesThereIsNoEnrolment() throws {
        let root = try Repository.scratch()
        try Data().write(to: root.appendingPathComponent("notes.txt"))
        #expect(try EnrolmentShelf(root: root, protection: RecordedProtection()).places() == [])
    }

    @Test func thePersonDecidesAboutWhatsAppOnlyWhereTheCompanyLetsThem() {
        let choice = WhatsAppChoice(suite: "org.atalaya.test.\(UUID().uuidString)")
        #expect(choice.consent == .given)
        choice.companyRule = .userDecides
        #expect(choice.consent == .refused)
        choice.personSaysYes = true
        #expect(choice.consent == .given)
        choice.companyRule = .never
        #expect(choice.consent == .refused)
    }
}
