import AtalayaCore
import Foundation
@testable import PostureKit

/// A phone in a test: its facts, its keys and its folders, with the real core inside.
struct Phone {
    let facts = PhoneFacts()
    let vault = SecureEnclaveVault()
    let protection = RecordedProtection()
    let root: URL
    let surroundings: Surroundings

    init() throws {
        root = try Repository.scratch().appendingPathComponent("enrolments", isDirectory: true)
        surroundings = Surroundings(
            shelf: EnrolmentShelf(root: root, protection: protection), vault: vault,
            attestation: DeviceCheckAttestation(), probe: facts.probe(), appVersion: "0.1.0")
    }

    /// Enrols somewhere in a new place, and reads the notice.
    func enrol(_ server: AtalayaServer) async throws -> PhoneAgent {
        let agent = try surroundings.agent(at: surroundings.shelf.makePlace())
        _ = try await agent.enrol(server.invitation(), deviceReference: "A-17")
        try await readNotice(agent)
        return agent
    }

    func readNotice(_ agent: PhoneAgent) async throws {
        if let notice = try await agent.status(.es).notice, notice.pending {
            try await agent.acknowledge(.notice, version: notice.version, language: .es)
        }
    }

    /// The app is closed and started again: everything but the disk and the keys is new.
    func restart(_ agent: PhoneAgent) async throws -> PhoneAgent {
        await agent.shutdown()
        return try surroundings.agent(at: agent.place)
    }
}

extension CheckIn {
    /// What was delivered; an issue where nothing was.
    var delivery: Delivery? {
        if case .done(let delivery) = self { delivery } else { nil }
    }
}
