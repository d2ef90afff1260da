import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct IPhoneProbeTests {
    static let everything: [Fact] = [
        .model, .osVersion, .osName, .securityPatch, .vendorPatch, .kernelVersion, .storageEncryption, .screenLock, .lockComplexity,
        .whatsappBusinessPresence, .whatsappBusinessVersion, .whatsappBusinessSigners, .whatsappBusinessInstaller,
        .whatsappConsumer, .ownAppGenuine, .bootState, .rootSigns, .developerOptions, .adb,
    ]

    private func probe(
        schemes: Set<AppScheme>? = [.whatsappBusiness], consent: WhatsAppConsent = .given,
        passcode: PasscodeAnswer = .set, terrain: FixedTerrain = FixedTerrain()
    ) -> IPhoneProbe {
        IPhoneProbe(
            passcode: Passcode(
                authority: FixedAuthority(answer: passcode), witness: FixedWitness(answer: .silent)),
            system: {
                SystemDescription(
                    version: OperatingSystemVersion(majorVersion: 17, minorVersion: 5, patchVersion: 1),
                    machine: "iPhone14,5")
            },
            schemes: AppSchemes(book: FixedBook(answered: schemes), consent: { consent }),
            jailbreak: JailbreakSigns(terrain: terrain))
    }

    @Test func nothingIsReadThatIsNotWanted() throws {
        let terrain = FixedTerrain()
        #expect(try probe(terrain: terrain).facts(wanting: []) == Facts())
        #expect(terrain.looks.value == 0)
        let phone = PhoneFacts()
        let facts = try phone.probe().facts(wanting: [.osVersion])
        #expect(facts == Facts(osVersion: .known(value: "18.7.2", evidence: .osReported)))
        #expect(phone.now.looks == 0)
    }

    @Test func everyFactThatIsWantedIsAnswered() throws {
        let facts = try probe().facts(wanting: Self.everything)
        let fields = Mirror(reflecting: facts).children.map { ($0.label ?? "", "\($0.value)") }
        #expect(fields.filter { $0.1 == "nil" }.map(\.0) == ["mutedRootSigns"])
        let business = try #require(facts.whatsappBusiness)
        #expect(Mirror(reflecting: business).children.filter { "\($0.value)" == "nil" }.isEmpty)
    }

    @Test func thePasscodeIsAskedForOnce() throws {
        let phone = PhoneFacts()
        let facts = try phone.probe().facts(wanting: [.screenLock, .storageEncryption])
        #expect(facts.screenLock == .known(value: true, evidence: .osReported))
        #expect(facts.storageEncryption == .known(value: .perUser, evidence: .osReported))
        #expect(phone.now.looks == 1)
    }

    @Test func whatIOSForbidsSaysSo() throws {
        let facts = try probe().facts(wanting: Self.everything)
        #expect(facts.whatsappBusiness?.version == .unknown(reason: .platformForbids))
        #expect(facts.whatsappBusiness?.signers == .unknown(reason: .platformForbids))
        #expect(facts.whatsappBusiness?.installer == .unknown(reason: .platformForbids))
        #expect(facts.lockComplexity == .unknown(reason: .platformForbids))
        #expect(facts.bootState == .unknown(reason: .platformForbids))
        #expect(facts.developerOptions == .unknown(reason: .platformForbids))
    }

    @Test func aSchemeIsASignAndItsAbsenceIsCertain() throws {
        let facts = try probe(schemes: [.whatsappBusiness]).facts(wanting: Self.everything)
        #expect(facts.whatsappBusiness?.presence == .known(value: .installed, evidence: .heuristic))
        #expect(facts.whatsappConsumer == .known(value: .absent, evidence: .osReported))
    }

    @Test func aBookThatCannotBeAskedAndARefusalHaveTheirReasons() throws {
        let asked: [Fact] = [.whatsappBusinessPresence, .whatsappConsumer]
        let mute = try probe(schemes: nil).facts(wanting: asked)
        #expect(mute.whatsappConsumer == .unknown(reason: .probeFailed))
        let refused = try probe(consent: .refused).facts(wanting: asked)
        #expect(refused.whatsappConsumer == .unknown(reason: .permissionMissing))
        #expect(refused.whatsappBusiness?.presence == .unknown(reason: .permissionMissing))
    }

    @Test func eachSignOfAJailbreakIsFoundAndCanBeMuted() throws {
        let terrain = FixedTerrain(
            files: ["/var/jb"], writable: ["/private"], images: ["/usr/lib/TweakInject/Thing.dylib"])
        let found = try probe(terrain: terrain).facts(wanting: [.rootSigns]).rootSigns
        #expect(
            found == .known(value: [.jailbreakFile, .writableSystem, .injectedLibrary], evidence: .heuristic))
        let facts = try probe(terrain: terrain).facts(
            wanted: WantedFacts(facts: [.rootSigns], mutedRootSigns: [.writableSystem, .suBinary]))
        #expect(facts.rootSigns == .known(value: [.jailbreakFile, .injectedLibrary], evidence: .heuristic))
        // An `su` is nothing that iOS looks for.
        #expect(facts.mutedRootSigns == .known(value: [.writableSystem], evidence: .heuristic))
    }

    @Test func aMutedSignIsNotLookedFor() throws {
        let terrain = FixedTerrain(files: ["/var/jb"])
        let all: [RootSign] = [.jailbreakFile, .writableSystem, .injectedLibrary]
        let facts = try probe(terrain: terrain).facts(wanted: WantedFacts(facts: [.rootSigns], mutedRootSigns: all))
        #expect(facts.rootSigns == .known(value: [], evidence: .heuristic))
        #expect(facts.mutedRootSigns == .known(value: all, evidence: .heuristic))
        #expect(terrain.looks.value == 0)
    }

    @Test func theRealFileSystemCanBeLookedAt() throws {
        let terrain = FileSystemTerrain()
        let folder = try Repository.scratch()
        #expect(terrain.exists(folder.path))
        #expect(!terrain.exists(folder.path + "/nothing"))
        #expect(terrain.isWritable(folder.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(!terrain.isWritable("/proc"))
        // A link to nowhere is there.
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: "/nowhere")
        #expect(terrain.exists(folder.path + "/link"))
    }

    @Test(arguments: [((17, 5, 1), "17.5.1"), ((17, 5, 0), "17.5"), ((26, 0, 0), "26.0")])
    func aVersionIsWrittenAsIOSWritesIt(_ parts: (Int, Int, Int), _ text: String) {
        let version = OperatingSystemVersion(
            majorVersion: parts.0, minorVersion: parts.1, patchVersion: parts.2)
        let system = SystemDescription(version: version, machine: "")
        #expect(system.versionReading == .known(value: text, evidence: .osReported))
        #expect(system.modelReading == .unknown(reason: .probeFailed))
    }

    @Test func thisVerySystemDescribesItself() {
        #expect(!SystemDescription.current().machine.isEmpty)
    }
}

extension IPhoneProbe {
    fileprivate func facts(wanting facts: [Fact]) throws -> Facts {
        try self.facts(wanted: WantedFacts(facts: facts, mutedRootSigns: []))
    }
}
