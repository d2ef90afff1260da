import Foundation
import Testing
@testable import PostureKit

/// What the app declares to the system and to the store is what docs/privacy.md says, and no more.
@Suite struct DeclarationsTests {
    /// The first column of the table below this heading.
    private func documented(_ heading: String) throws -> Set<String> {
        let page = try Repository.text("docs/privacy.md")
        let section = try #require(page.range(of: "### \(heading)\n"))
        let lines = page[section.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        let cells = table.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
        return Set(cells.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "`")) })
    }

    @Test func infoPlistDeclaresWhatTheDocumentSays() throws {
        let info = try Repository.plist("ios/App/Info.plist")
        var declared: Set<String> = []
        for key in ["LSApplicationQueriesSchemes", "BGTaskSchedulerPermittedIdentifiers", "UIBackgroundModes"] {
            for value in try #require(info[key] as? [String]) { declared.insert("\(key): \(value)") }
        }
        // Whatever asks the person for something private, or opens the app to others, has to be in the document.
        let asking = info.keys.filter {
            $0.hasSuffix("UsageDescription") || ["CFBundleURLTypes", "NSAppTransportSecurity", "NSUserActivityTypes",
                "UTExportedTypeDeclarations", "UTImportedTypeDeclarations"].contains($0)
        }
        declared.formUnion(asking)
        let table = try documented("iOS: Info.plist")
        #expect(declared == table)
    }

    @Test func theEntitlementsAreThoseOfTheDocument() throws {
        let entitlements = try Repository.plist("ios/App/Atalaya.entitlements")
        let table = try documented("iOS: entitlements")
        #expect(Set(entitlements.keys) == table)
        #expect(
            entitlements["com.apple.developer.default-data-protection"] as? String
                == "NSFileProtectionCompleteUntilFirstUserAuthentication")
        #expect(entitlements["com.apple.developer.devicecheck.appattest-environment"] as? String == "production")
    }

    @Test func thePrivacyManifestSaysWhatTheDocumentSaysAndTracksNobody() throws {
        let manifest = try Repository.plist("ios/App/Resources/PrivacyInfo.xcprivacy")
        #expect(manifest["NSPrivacyTracking"] as? Bool == false)
        #expect((manifest["NSPrivacyTrackingDomains"] as? [String]) == [])
        var said: Set<String> = []
        for one in try #require(manifest["NSPrivacyCollectedDataTypes"] as? [[String: Any]]) {
            said.insert(try #require(one["NSPrivacyCollectedDataType"] as? String))
            #expect(one["NSPrivacyCollectedDataTypeTracking"] as? Bool == false)
            #expect(
                one["NSPrivacyCollectedDataTypePurposes"] as? [String]
                    == ["NSPrivacyCollectedDataTypePurposeAppFunctionality"])
        }
        for one in try #require(manifest["NSPrivacyAccessedAPITypes"] as? [[String: Any]]) {
            let type = try #require(one["NSPrivacyAccessedAPIType"] as? String)
            for reason in try #require(one["NSPrivacyAccessedAPITypeReasons"] as? [String]) {
                said.insert("\(type) \(reason)")
            }
        }
        let table = try documented("iOS: privacy manifest")
        #expect(said == table)
    }

    @Test func theProjectBuildsWithTheseFiles() throws {
        let project = try Repository.text("ios/project.yml")
        for line in ["INFOPLIST_FILE: App/Info.plist", "CODE_SIGN_ENTITLEMENTS: App/Atalaya.entitlements"] {
            #expect(project.contains(line))
        }
    }
}
