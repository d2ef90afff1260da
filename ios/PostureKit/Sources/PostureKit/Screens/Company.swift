import AtalayaCore

/// One company that this phone is enrolled at, as the screens see it.
public struct Company: Identifiable, Sendable {
    public var id: EnrolmentPlace.ID { agent.place.id }
    public let agent: PhoneAgent
    public internal(set) var status: Status
    public internal(set) var lastCheckIn: CheckIn?

    public var name: String { status.enrolment?.organisation ?? "" }
}
