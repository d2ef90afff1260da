import AtalayaCore
import Foundation

/// What one check-in came to.
public enum CheckIn: Equatable, Sendable {
    /// The server heard of the phone, or what it should hear waits.
    case done(Delivery)
    /// Outside the person's hours, or in a pause: nothing was read, and nothing sent.
    case quiet(until: Date)
    /// Nothing was read before the person has read the notice. What they said, and news of the rules, went.
    case noticePending
    /// There is nobody to report to: not enrolled, left, which a server may just have been told, or closed by the company.
    case nobody
    /// It is being done already.
    case underWay
    case failed(AgentError)

    /// Looks, reports and delivers. Quiet hours hold back what nobody asked for, looking included.
    static func run(_ agent: any PostureAgentProtocol, _ urgency: Urgency) async -> Self {
        do {
            let status = try agent.status(language: .en)
            guard let enrolment = status.enrolment, !enrolment.left else { return .nobody }
            // Nothing is read of a phone that leaves, and that it leaves is told at any hour.
            if status.withdraws { return .done(try await agent.deliver(urgency: urgency)) }
            if urgency == .background, let until = [status.quietUntil, status.pausedUntil].compactMap(\.self).max() {
                return .quiet(until: until)
            }
            // The core refuses such a report too, but would have read the phone by then.
            let mustReadNotice = status.notice?.pending == true
            guard !mustReadNotice, try report(agent) else {
                let delivery = try await agent.deliver(urgency: urgency)
                // The notice may be new: the delivery may have brought a policy that asks for none.
                return delivery.newPolicy ? try await secondTry(agent, urgency) : .noticePending
            }
            let delivery = try await agent.deliver(urgency: urgency)
            guard delivery.reportAgain else { return .done(delivery) }
            return try await secondTry(agent, urgency)
        } catch {
            return failure(error)
        }
    }

    /// What the person just said goes at once. Outside their hours nothing is read for it.
    static func tell(_ agent: any PostureAgentProtocol) async -> Self {
        do {
            let status = try agent.status(language: .en)
            guard status.quietUntil != nil || status.pausedUntil != nil else { return await run(agent, .personAsked) }
            return .done(try await agent.deliver(urgency: .personAsked))
        } catch {
            return failure(error)
        }
    }

    private static func failure(_ error: any Error) -> Self {
        switch error as? AgentError {
        case .Left, .DeviceClosed, .NotEnrolled: .nobody
        case .UnderWay: .underWay
        case let error?: .failed(error)
        case nil: .failed(.Broken)
        }
    }

    private static func secondTry(_ agent: any PostureAgentProtocol, _ urgency: Urgency) async throws -> Self {
        guard try agent.status(language: .en).notice?.pending != true, try report(agent) else { return .noticePending }
        return .done(try await agent.deliver(urgency: urgency))
    }

    /// Whether there was anything to report.
    private static func report(_ agent: any PostureAgentProtocol) throws -> Bool {
        do {
            _ = try agent.report()
            return true
        } catch AgentError.NoticePending {
            return false
        }
    }
}
