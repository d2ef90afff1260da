import AtalayaCore
import Foundation

/// Everything of the system that an agent needs, put together once.
public struct Surroundings: Sendable {
    public let shelf: EnrolmentShelf
    public let vault: any KeyVault
    public let attestation: any AppAttestation
    public let probe: any DeviceProbe
    public let appVersion: String

    public init(
        shelf: EnrolmentShelf, vault: any KeyVault, attestation: any AppAttestation, probe: any DeviceProbe,
        appVersion: String
    ) {
        self.shelf = shelf
        self.vault = vault
        self.attestation = attestation
        self.probe = probe
        self.appVersion = appVersion
    }

    /// Opens the agent of a place. By which roots a server is believed is asked at each call.
    public func agent(
        at place: EnrolmentPlace, roots: @escaping @Sendable (URL) -> ServerRoots = { _ in .systems }
    ) throws -> PhoneAgent {
        let key = key(of: place)
        let evidence = EnrolmentAttestation(key: key, app: attestation)
        let agent = try PostureAgent.open(
            setup: Setup(folder: place.folder.path, platform: .ios, agentVersion: appVersion),
            probe: probe,
            signer: EnclaveSigner(key: key),
            attestation: evidence,
            succession: EnclaveSuccession(key: key, attestation: evidence),
            transport: SystemTransport(userAgent: "Atalaya-iOS/\(appVersion)", roots: roots))
        return PhoneAgent(place: place, agent: agent)
    }

    /// Forgets a place: its folder and its keys. The agent must have been shut down.
    public func forget(_ place: EnrolmentPlace) throws {
        // The folder last: it holds the name of the key.
        try key(of: place).forget()
        try shelf.remove(place)
    }

    private func key(of place: EnrolmentPlace) -> EnrolmentKey {
        EnrolmentKey(vault: vault, name: place.keyName)
    }
}
