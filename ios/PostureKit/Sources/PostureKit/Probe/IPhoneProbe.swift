import AtalayaCore
import Foundation

/// Reads an iPhone or iPad: only what is wanted, and why not where iOS does not say.
public final class IPhoneProbe: DeviceProbe {
    private let passcode: Passcode
    private let system: @Sendable () -> SystemDescription
    private let schemes: AppSchemes
    private let jailbreak: JailbreakSigns

    public init(
        passcode: Passcode,
        system: @escaping @Sendable () -> SystemDescription = SystemDescription.current,
        schemes: AppSchemes,
        jailbreak: JailbreakSigns
    ) {
        self.passcode = passcode
        self.system = system
        self.schemes = schemes
        self.jailbreak = jailbreak
    }

    public func facts(wanted asked: WantedFacts) throws -> Facts {
        let wanted = asked.facts
        let jailbreak = jailbreak.muting(asked.mutedRootSigns)
        var facts = Facts()
        // Both rest on it, and it is asked once.
        let lock = wanted.contains(.screenLock) || wanted.contains(.storageEncryption) ? passcode.reading() : nil
        let system = wanted.contains(.osVersion) || wanted.contains(.model) ? system() : nil
        var business = AppFacts()
        for fact in Set(wanted) {
            switch fact {
            case .model: facts.model = system?.modelReading
            case .osVersion: facts.osVersion = system?.versionReading
            case .screenLock: facts.screenLock = lock
            case .storageEncryption: facts.storageEncryption = lock.map(Passcode.storageEncryption)
            case .whatsappBusinessPresence: business.presence = schemes.presence(of: .whatsappBusiness)
            case .whatsappConsumer: facts.whatsappConsumer = schemes.presence(of: .whatsappConsumer)
            case .rootSigns:
                facts.rootSigns = jailbreak.reading()
                facts.mutedRootSigns = jailbreak.notLookedFor()
            // iOS has them and tells no app.
            case .lockComplexity: facts.lockComplexity = .unknown(reason: .platformForbids)
            case .whatsappBusinessVersion: business.version = .unknown(reason: .platformForbids)
            case .whatsappBusinessSigners: business.signers = .unknown(reason: .platformForbids)
            case .whatsappBusinessInstaller: business.installer = .unknown(reason: .platformForbids)
            case .bootState: facts.bootState = .unknown(reason: .platformForbids)
            case .developerOptions: facts.developerOptions = .unknown(reason: .platformForbids)
            // An app cannot vouch for itself: App Attest does, and the server reads it.
            case .ownAppGenuine: facts.ownAppGenuine = .unknown(reason: .notSupported)
            // iOS has nothing of the kind.
            case .osName: facts.osName = .unknown(reason: .notSupported)
            case .securityPatch: facts.securityPatch = .unknown(reason: .notSupported)
            case .vendorPatch: facts.vendorPatch = .unknown(reason: .notSupported)
            case .kernelVersion: facts.kernelVersion = .unknown(reason: .notSupported)
            case .adb: facts.adb = .unknown(reason: .notSupported)
            }
        }
        if business != AppFacts() { facts.whatsappBusiness = business }
        return facts
    }
}
