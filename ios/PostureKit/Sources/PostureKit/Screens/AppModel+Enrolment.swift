import AtalayaCore
import Foundation

/// The way into a company: by a link, by device management, and in the place of an enrolment that is lost.
extension AppModel {
    /// A link was opened, scanned or pasted.
    public func open(link: String) {
        enrolment = EnrolmentScreen.opened(link, words)
    }

    public func beginEnrolment() {
        renewed = nil
        enrolment = .link(problem: nil)
    }

    /// The key is gone, or the server does not know it: the same company, with a new link.
    public func beginAgain() {
        renewed = company?.agent.place
        enrolment = .link(problem: nil)
    }

    public func leaveEnrolment() {
        renewed = nil
        enrolment = nil
    }

    /// The person confirmed the host, or tries again.
    public func confirmEnrolment() async {
        switch enrolment {
        case .confirm(let invitation), .failed(let invitation, _):
            enrolment = .working(invitation)
            do {
                try await inTurn { [self] in try await enrol(invitation) }
                enrolment = nil
                await askPermission()
            } catch {
                enrolment = .failed(
                    invitation, problem: EnrolmentScreen.problem(error, invitation, words))
            }
        case .link, .working, nil:
            break
        }
    }

    /// The company's device management brought an invitation: only policy and notice are fetched; nothing of the phone
    /// leaves before the notice was read. Whom the person has left, and who took the phone out, is not followed again before
    /// there is another invitation.
    /// Where the enrolment there is lost, a new one takes its place, once it is there.
    func followInvitation() async {
        await enrolAsManaged()
        await forgetReplaced()
    }

    func forgetReplaced() async {
        for lost in companies where lost.isLost && companies.contains(where: { $0.replaces(lost) }) {
            do { try await forget(lost) } catch { trouble = words("problem_storage") }
        }
    }

    /// The server took a report of this phone, so whatever its device management gave until now is no new invitation.
    func noteLetIn(_ company: Company) {
        guard let invitation = configuration.invitation, managed?.id == company.id else { return }
        try? surroundings.shelf.note(standing: invitation.digest, at: company.agent.place)
    }

    /// The company took this phone out. The invitation that stood while it was in is followed no more, as if its person had
    /// left; another is.
    func noteTakenOut(_ company: Company) {
        guard let server = company.status.enrolment?.server else { return }
        // What was enrolled before this was noted has the invitation of now.
        let ofNow = configuration.invitation.flatMap { $0.server == server ? $0.digest : nil }
        let standing = (try? surroundings.shelf.standing(at: company.agent.place)) ?? ofNow
        if let standing { left.insert(digest: standing, server: server) }
    }

    /// A check-in may find that the enrolment is lost.
    func replaceIfLost(_ id: Company.ID) async {
        guard let company = companies.first(where: { $0.id == id }), company.isLost else { return }
        try? await inTurn { [self] in await followInvitation() }
        // Where there is no notice to be read, the new one reports at once. What comes of it is not followed: a key that is
        // lost again and again would use up the invitation.
        if let new = companies.first(where: { $0.replaces(company) }), !companies.contains(where: { $0.id == id }) {
            await readStatus(of: new.id, after: await new.agent.checkIn(.background))
        }
    }

    func enrolAsManaged() async {
        guard
            let invitation = configuration.invitation, enrolment == nil, !left.contains(invitation),
            !companies.contains(where: { $0.status.enrolment?.server == invitation.server && !$0.isLost })
        else { return }
        // What went wrong is told to device management; it is tried again when the app is opened next.
        try? await enrol(invitation)
    }

    func enrol(_ invitation: Invitation) async throws {
        let place = try renewed ?? begun[invitation.digest] ?? surroundings.shelf.makePlace()
        let opened = companies.first { $0.id == place.id }?.agent
        if opened == nil { try surroundings.shelf.note(attempt: invitation.digest, at: place) }
        let agent = try opened ?? agent(at: place)
        let isManaged = configuration.invitation?.server == invitation.server
        do {
            _ = try await agent.enrol(
                invitation, deviceReference: isManaged ? configuration.deviceReference : nil)
        } catch {
            if opened == nil {
                await agent.shutdown()
                giveUp(invitation, at: place, after: error)
            }
            throw error
        }
        renewed = nil
        left.remove(server: invitation.server)
        begun[invitation.digest] = nil
        try? surroundings.shelf.note(attempt: nil, at: place)
        try? surroundings.shelf.note(standing: invitation.digest, at: place)
        keep(Company(agent: agent, status: try await agent.status(words.language)))
        shown = place.id
        await forgetReplaced()
        await planNext()
    }

    /// The folder stays: when only the answer was lost, the same invitation gets the same answer again. Where it was
    /// refused there is none to wait for.
    func giveUp(_ invitation: Invitation, at place: EnrolmentPlace, after error: any Error) {
        switch error as? AgentError {
        case .Refused, .BadInput, .EnrolAgain, .Left, .DeviceClosed:
            begun[invitation.digest] = nil
            try? surroundings.shelf.note(attempt: nil, at: place)
            try? surroundings.forget(place)
        default:
            begun[invitation.digest] = place
        }
    }
}
