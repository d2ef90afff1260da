import AtalayaCore
import Foundation
@testable import PostureKit

struct FixedAuthority: PasscodeAuthority {
    var answer: PasscodeAnswer

    func passcode() -> PasscodeAnswer { answer }
}

struct FixedWitness: PasscodeWitness {
    var answer: WitnessAnswer

    func testify() -> WitnessAnswer { answer }
}

struct FixedBook: SchemeBook {
    /// The schemes that an app answers to; nil: it cannot be asked.
    var answered: Set<AppScheme>?

    func isAnswered(_ scheme: AppScheme) -> Bool? { answered.map { $0.contains(scheme) } }
}

final class FixedTerrain: JailbreakTerrain {
    let files: Set<String>
    let writable: Set<String>
    let images: [String]
    let looks = Kept<Int>(0)

    init(files: Set<String> = [], writable: Set<String> = [], images: [String] = []) {
        self.files = files
        self.writable = writable
        self.images = images
    }

    private func look() { looks.value = (looks.value ?? 0) + 1 }

    func exists(_ path: String) -> Bool {
        look()
        return files.contains(path)
    }

    func isWritable(_ folder: String) -> Bool {
        look()
        return writable.contains(folder)
    }

    func loadedImages() -> [String] {
        look()
        return images
    }
}

/// Remembers what was to be protected.
final class RecordedProtection: FolderProtection {
    let folders = Kept<[URL]>([])

    func protect(_ folder: URL) throws {
        folders.value = (folders.value ?? []) + [folder]
    }
}

/// Protects everything but one folder, or but what lies in it.
final class RefusingProtection: FolderProtection {
    private let refuses: @Sendable (URL) -> Bool
    /// What the refused folder held.
    let contents = Kept<[String]>()

    init(_ folder: URL) {
        refuses = { $0.path == folder.path }
    }

    init(whatLiesIn folder: URL) {
        refuses = { $0.deletingLastPathComponent().path == folder.path }
    }

    func protect(_ folder: URL) throws {
        guard refuses(folder) else { return }
        contents.value = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        throw CocoaError(.fileWriteNoPermission)
    }
}

struct UnsupportedAttestation: AppAttestation {
    func attest(clientDataHash: Data) throws(AttestationFailure) -> AttestedKey { throw .unsupported }
    func assert(key: String, clientDataHash: Data) throws(AttestationFailure) -> Data { throw .unsupported }
}

/// A phone whose passcode, system and apps a test sets while it runs.
final class PhoneFacts: Sendable {
    private let state = Kept(State())

    struct State {
        var passcode: PasscodeAnswer = .set
        var version = OperatingSystemVersion(majorVersion: 18, minorVersion: 7, patchVersion: 2)
        var schemes: Set<AppScheme> = [.whatsappBusiness]
        /// How often the passcode was asked for.
        var looks = 0
    }

    var now: State {
        get { state.value ?? State() }
        set { state.value = newValue }
    }

    /// Another patch of iOS 18.7.
    func update(to patch: Int) {
        now.version = OperatingSystemVersion(majorVersion: 18, minorVersion: 7, patchVersion: patch)
    }

    func probe() -> IPhoneProbe {
        IPhoneProbe(
            passcode: Passcode(authority: Authority(phone: self), witness: FixedWitness(answer: .silent)),
            system: { SystemDescription(version: self.now.version, machine: "iPhone15,2") },
            schemes: AppSchemes(book: Book(phone: self), consent: { .given }),
            jailbreak: JailbreakSigns(terrain: FixedTerrain()))
    }

    private struct Authority: PasscodeAuthority {
        let phone: PhoneFacts

        func passcode() -> PasscodeAnswer {
            phone.now.looks += 1
            return phone.now.passcode
        }
    }

    private struct Book: SchemeBook {
        let phone: PhoneFacts

        func isAnswered(_ scheme: AppScheme) -> Bool? { phone.now.schemes.contains(scheme) }
    }
}
