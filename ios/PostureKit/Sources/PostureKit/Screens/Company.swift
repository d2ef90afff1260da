import AtalayaCore

/// One company that this phone is enrolled at, as the screens see it.
public struct Company: Identifiable, Sendable {
    public var id: EnrolmentPlace.ID { agent.place.id }
    public let agent: PhoneAgent
    public internal(set) var status: Status
    public internal(set) var lastCheckIn: CheckIn?

    public var name: String { status.enrolment?.organisation ?? "" }

    /// Whether its key is gone, the server does not know it, or it was taken out: nothing more comes of it.
    var isLost: Bool {
        guard let enrolment = status.enrolment else { return false }
        if enrolment.left { return true }
        if status.problems.contains(where: { $0.code == "enrol-again" }) { return true }
        return switch lastCheckIn {
        case .failed(let error): error.asksToEnrolAgain
        case .done(let delivery): delivery.problem?.asksToEnrolAgain == true
        default: false
        }
    }

    /// Whether it is the same employer's as a lost one, and takes its place.
    func replaces(_ lost: Company) -> Bool {
        guard let own = status.enrolment, let its = lost.status.enrolment, id != lost.id else { return false }
        return !isLost && !own.left && !status.withdraws
            && own.server == its.server && own.organisation == its.organisation
    }
}

extension AgentError {
    var asksToEnrolAgain: Bool { self == .KeyLost || self == .EnrolAgain }
}
