import AtalayaCore
import Foundation

/// The agent of one enrolment. What the core does on its caller's thread, disk and probe, happens here and not on the
/// thread that draws.
public actor PhoneAgent {
    public nonisolated let place: EnrolmentPlace
    private let agent: any PostureAgentProtocol

    public init(place: EnrolmentPlace, agent: any PostureAgentProtocol) {
        self.place = place
        self.agent = agent
    }

    public func enrol(_ invitation: Invitation, deviceReference: String?) async throws -> Enrolment {
        try await agent.enrol(server: invitation.server, token: invitation.token, deviceRef: deviceReference)
    }

    public func status(_ language: Language) throws -> Status {
        try agent.status(language: language)
    }

    /// What the phone thinks of itself now; nothing is kept or sent.
    public func check(_ language: Language) throws -> Posture {
        try agent.check(language: language)
    }

    /// What left this phone, oldest first.
    public func ledger() throws -> [LedgerEntry] {
        try agent.ledger()
    }

    public func acknowledge(_ subject: Subject, version: UInt32, language: Language) throws {
        try agent.acknowledge(subject: subject, version: version, language: language)
    }

    public func declare(_ declaration: Declaration, affirmed: Bool) throws {
        try agent.declare(declaration: declaration, affirmed: affirmed)
    }

    public func pause(from: Date, until: Date) throws {
        try agent.pause(from: from, until: until)
    }

    public func withdraw() async throws -> Leaving {
        try await agent.withdraw()
    }

    /// Looks, reports and delivers: three crossings into the core, and twice that when the server wants the report again.
    public func checkIn(_ urgency: Urgency) async -> CheckIn {
        await CheckIn.run(agent, urgency)
    }

    /// What the person just said goes at once.
    public func tell() async -> CheckIn {
        await CheckIn.tell(agent)
    }

    /// Lets go of everything; whatever is called afterwards fails.
    public func shutdown() {
        agent.shutdown()
    }
}
