import AtalayaCore
import Foundation
@testable import PostureKit

/// The core as a script: what it answers, and what it was asked.
final class FakeAgent: PostureAgentProtocol, @unchecked Sendable {
    private let lock = NSLock()
    private var asked: [String] = []
    private var statusAnswer: Status
    private var reports: [Result<Queued, AgentError>]
    private var deliveries: [Result<Delivery, AgentError>]
    /// Why its status cannot be read.
    let statusFailure = Kept<AgentError>()
    /// Called while a delivery is under way.
    let duringDelivery = Kept<@Sendable () async -> Void>()

    init(
        _ status: Status, reports: [Result<Queued, AgentError>] = [], deliveries: [Result<Delivery, AgentError>] = []
    ) {
        statusAnswer = status
        self.reports = reports
        self.deliveries = deliveries
    }

    var calls: [String] { lock.withLock { asked } }

    private func note(_ call: String) { lock.withLock { asked.append(call) } }

    func status(language: Language) throws -> Status {
        note("status")
        if let failure = statusFailure.value { throw failure }
        return lock.withLock { statusAnswer }
    }

    func report() throws -> Queued {
        note("report")
        let answer = lock.withLock { reports.isEmpty ? nil : reports.removeFirst() }
        return try (answer ?? .success(Queued(sequence: 1, full: true))).get()
    }

    func deliver(urgency: Urgency) async throws -> Delivery {
        note("deliver \(urgency)")
        await duringDelivery.value?()
        let answer = lock.withLock { deliveries.isEmpty ? nil : deliveries.removeFirst() }
        return try (answer ?? .success(.sample())).get()
    }

    func check(language: Language) throws -> Posture { throw AgentError.NotEnrolled }
    func enrol(server: String, token: String, deviceRef: String?) async throws -> Enrolment {
        throw AgentError.Offline
    }
    func ledger() throws -> [LedgerEntry] { [] }
    func acknowledge(subject: Subject, version: UInt32, language: Language) throws { note("acknowledge") }
    func declare(declaration: Declaration, affirmed: Bool) throws { note("declare") }
    func pause(from: Date, until: Date) throws { note("pause") }
    func rotateKey() throws { note("rotateKey") }
    func withdraw() async throws -> Leaving {
        note("withdraw")
        return .told
    }
    func shutdown() { note("shutdown") }
}

extension PhoneAgent {
    static func fake(_ agent: FakeAgent) -> PhoneAgent {
        PhoneAgent(place: EnrolmentPlace(id: "fake", folder: URL(fileURLWithPath: "/nowhere")), agent: agent)
    }
}
