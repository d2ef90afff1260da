import AtalayaCore
import Foundation
import ManagedApp
import Testing
@testable import PostureKit

@Suite struct ManagedConfigurationTests {
    @Test func nothingWrittenIsNothingWrong() {
        let configuration = ManagedConfiguration(entries: ["server_url": " ", "group": ""])
        #expect(configuration == ManagedConfiguration())
        #expect(configuration.reportIntervalHours == 6 && configuration.version == 1)
    }

    @Test func aWholeConfigurationIsRead() throws {
        let configuration = ManagedConfiguration(entries: [
            "server_url": "https://atalaya.example.com/", "enrolment_token": InvitationTests.token,
            "device_ref": "A-17", "user_ref": "Ana", "org_name": "Clínica", "support_contact": "it@example.com",
            "privacy_url": "https://example.com/privacy", "group": "clinic", "report_interval_hours": "12",
            "check_whatsapp": "user-decides", "pinned_root": PinnedRootTests.pem(), "ui_locale": "es",
            "config_version": "3",
        ])
        #expect(configuration.faults == [])
        #expect(configuration.invitation?.server == "https://atalaya.example.com")
        #expect(configuration.reportIntervalHours == 12)
        #expect(configuration.whatsApp == .userDecides)
        #expect(configuration.pinnedRoot != nil)
        #expect(configuration.language == .es)
        #expect(configuration.version == 3)
        #expect(configuration.deviceReference == "A-17")
        #expect(configuration.privacyURL?.host == "example.com")
    }

    @Test func aRootThatIsNoneIsAFaultAndStopsEveryCall() throws {
        let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----"
        for root in [broken, "nothing"] {
            let configuration = ManagedConfiguration(entries: ["pinned_root": root])
            #expect(configuration.faults.map(\.key) == ["pinned_root"])
            #expect(configuration.hasUnusableRoot)
            #expect(try configuration.roots(of: #require(URL(string: "https://a.example"))) == .unusable)
        }
        #expect(!ManagedConfiguration(entries: ["pinned_root": PinnedRootTests.pem()]).hasUnusableRoot)
    }

    @Test func theRootIsForTheCompanysOwnServerWhereOneIsNamed() throws {
        func roots(_ entries: [String: String], _ address: String) throws -> ServerRoots {
            ManagedConfiguration(entries: entries).roots(of: try #require(URL(string: address)))
        }
        let root = try #require(PinnedRoot(pem: PinnedRootTests.pem()))
        var entries = ["pinned_root": PinnedRootTests.pem()]
        #expect(try roots(entries, "https://b.example/v1/reports") == .pinned(root))
        entries["server_url"] = "https://a.example"
        for own in ["https://a.example/v1/reports", "https://A.EXAMPLE:443/v1/policy"] {
            #expect(try roots(entries, own) == .pinned(root))
        }
        // A port of its own is another server, and another employer's server is none of the company's business.
        for other in ["https://a.example:8443/v1/reports", "https://b.example/v1/reports", "https://b.example/?a.example"] {
            #expect(try roots(entries, other) == .systems)
        }
        #expect(try roots(["server_url": "https://a.example"], "https://a.example/v1/reports") == .systems)
        entries["pinned_root"] = "nothing"
        #expect(try roots(entries, "https://a.example/v1/reports") == .unusable)
        #expect(try roots(entries, "https://b.example/v1/reports") == .systems)
    }

    @Test func aLinkInThePlaceOfTheTokenSaysBoth() {
        let configuration = ManagedConfiguration(entries: [
            "enrolment_token": "https://a.example/enrol#\(InvitationTests.token)"
        ])
        #expect(configuration.faults == [])
        #expect(configuration.serverURL == "https://a.example")
    }

    @Test(arguments: [
        ("server_url", "http://atalaya.example.com"), ("server_url", "https://user:hunter2-hunter2@host"),
        ("enrolment_token", "hunter2-hunter2"), ("report_interval_hours", "0"), ("report_interval_hours", "25"),
        ("check_whatsapp", "sometimes"), ("pinned_root", "hunter2-hunter2"), ("ui_locale", "fr"),
        ("config_version", "-1"), ("device_ref", "a\nb"), ("enrollment_token", "hunter2-hunter2"),
        ("privacy_url", "hunter2-hunter2"),
    ])
    func eachFaultNamesItsKeyAndNeverTheValue(_ key: String, _ value: String) {
        var entries: [String: String] = ["server_url": "https://a.example"]
        entries[key] = value
        let configuration = ManagedConfiguration(entries: entries)
        #expect(configuration.faults.map(\.key) == [key])
        #expect(!configuration.faults.contains { $0.words.contains("hunter2") })
    }

    @Test func whatTheDocumentsForDeviceManagementNameIsRead() throws {
        for file in ["docs/mdm/jamf.plist", "docs/mdm/workspace-one-ios.plist"] {
            let written = ManagedEntries(try Repository.plist(file)).entries
            #expect(written.count >= 10, "\(file)")
            let unknown = ManagedConfiguration(entries: written).faults.filter { $0.words.contains("no such key") }
            #expect(unknown == [], "\(file)")
        }
    }

    @Test func theClassicDictionaryIsReadFromTheDefaults() async throws {
        let suite = "org.atalaya.test.\(UUID().uuidString)"
        let source = ClassicManagedSource(suite: suite)
        #expect(await source.entries() == nil)
        let defaults = try #require(UserDefaults(suiteName: suite))
        defaults.set(
            ["group": "clinic", "report_interval_hours": 8, "nested": ["a": "b"]] as [String: Any],
            forKey: ClassicManagedSource.configurationKey)
        let configuration = await ManagedConfiguration.read(from: [source])
        #expect(configuration.group == "clinic")
        #expect(configuration.reportIntervalHours == 8)
        #expect(configuration.faults == [])
        defaults.removePersistentDomain(forName: suite)
    }

    @Test func feedbackSaysHowThingsStandAndNothingOfThePerson() {
        let configuration = ManagedConfiguration(entries: [
            "user_ref": "Ana García", "enrolment_token": "00000000WXYZ0123456789ABCD", "config_version": "4",
        ])
        let entries = ManagedFeedback(status: .sample(), configuration: configuration).entries
        #expect(entries["enrolment"] == "enrolled")
        #expect(entries["policy_verdict"] == "not-compliant")
        #expect(entries["last_report"] == "2026-11-24")
        #expect(entries["config_version"] == "4")
        #expect(entries["config_error"] == "server_url is needed beside enrolment_token; write https:// and the host")
        #expect(!entries.values.contains { $0.contains("Ana") || $0.contains("WXYZ") })
        #expect(ManagedFeedback(status: nil, configuration: configuration).entries["enrolment"] == "none")
    }
}

extension ShimSuite {
    @Suite struct ManagedAppSourceTests {
        @Test func theNewChannelIsReadAndStandsBeforeTheOldOne() async throws {
            guard #available(iOS 18.4, macOS 27.0, *) else { return }
            ManagedAppScript.plist = nil
            #expect(await ManagedAppSource().entries() == nil)
            let plist: [String: Any] = ["group": "new", "report_interval_hours": 9, "nested": ["a": "b"]]
            ManagedAppScript.plist = try PropertyListSerialization.data(
                fromPropertyList: plist, format: .xml, options: 0)
            defer { ManagedAppScript.plist = nil }
            let configuration = await ManagedConfiguration.read(from: [
                ManagedAppSource(), FixedManagedSource(written: ["group": "old"]),
            ])
            #expect(configuration.group == "new")
            #expect(configuration.reportIntervalHours == 9)
            #expect(configuration.faults == [])
        }
    }
}
