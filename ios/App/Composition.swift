import AtalayaCore
import Foundation
import PostureKit

/// Which of Apple's frameworks stands behind each of PostureKit's protocols.
enum Composition {
    @MainActor
    static func model() -> AppModel {
        let choice = WhatsAppChoice()
        let probe = IPhoneProbe(
            passcode: Passcode(
                authority: LocalAuthenticationPasscode(),
                witness: KeychainWitness(service: "org.atalaya.agent.witness")),
            schemes: AppSchemes(book: UIKitSchemes(), consent: { choice.consent }),
            jailbreak: JailbreakSigns(terrain: FileSystemTerrain()))
        let surroundings = Surroundings(
            shelf: EnrolmentShelf(root: root, protection: DataProtection()),
            vault: SecureEnclaveVault(), attestation: DeviceCheckAttestation(), probe: probe,
            appVersion: appVersion)
        return AppModel(
            surroundings: surroundings, sources: sources, choice: choice,
            preferredLanguages: Locale.preferredLanguages, words: words,
            queue: BackgroundTasksQueue(), board: UserNotificationBoard())
    }

    private static var sources: [any ManagedSource] {
        if #available(iOS 18.4, *) { [ManagedAppSource(), ClassicManagedSource()] } else { [ClassicManagedSource()] }
    }

    private static var root: URL {
        URL.applicationSupportDirectory.appending(path: "enrolments", directoryHint: .isDirectory)
    }

    private static var appVersion: String {
        Bundle.main.object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String ?? "0"
    }

    private static func words(_ language: Language) -> Words {
        let file = Bundle.main.url(
            forResource: "Localizable", withExtension: "strings", subdirectory: nil,
            localization: Words.tag(language))
        return file.flatMap { try? Words(language: language, contentsOf: $0) } ?? Words(language: language, table: [:])
    }
}
