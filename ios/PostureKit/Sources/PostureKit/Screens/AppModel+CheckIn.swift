import AtalayaCore
import Foundation

/// Checking in, and who hears of it: the screens, device management, a reminder.
extension AppModel {
    func checkIn(_ id: Company.ID, _ urgency: Urgency) async {
        guard let agent = companies.first(where: { $0.id == id })?.agent else { return }
        await finish(id, await agent.checkIn(urgency))
    }

    func finish(_ id: Company.ID, _ checkIn: CheckIn) async {
        await readStatus(of: id, after: checkIn)
        await replaceIfLost(id)
        await clearReminder()
        await planNext()
    }

    func readStatus(of id: Company.ID, after checkIn: CheckIn? = nil) async {
        guard let agent = companies.first(where: { $0.id == id })?.agent else { return }
        guard let status = try? await agent.status(words.language) else { return }
        guard let index = companies.firstIndex(where: { $0.id == id }) else { return }
        let before = companies[index].status
        companies[index].status = status
        if status.enrolment?.left == true {
            if before.enrolment?.left == false { noteTakenOut(companies[index]) }
        } else if status.sentAt != before.sentAt {
            noteLetIn(companies[index])
        }
        if let checkIn, checkIn != .underWay { companies[index].lastCheckIn = checkIn }
        if status.enrolment == nil {
            // The server has just been told what the person said while it was away.
            do { try await forget(companies[index]) } catch { trouble = words("problem_storage") }
        }
        publish()
    }

    /// Tells device management how things stand.
    func publish() {
        let hasLeft = configuration.invitation.map { invitation in
            left.contains(invitation) && !companies.contains { $0.status.enrolment?.server == invitation.server }
        } ?? false
        ManagedFeedback(
            status: hasLeft ? nil : managed?.status, configuration: configuration, hasLeft: hasLeft
        ).publish()
    }

    /// Whom device management speaks for: how things stand with another employer is none of its business.
    var managed: Company? {
        guard let server = configuration.serverURL else { return companies.count == 1 ? companies.first : nil }
        let own = companies.filter { $0.status.enrolment?.server == server }
        return own.count > 1 ? own.first { $0.name == configuration.organisationName } : own.first
    }

    func planNext() async {
        guard let queue else { return }
        await RefreshRound(queue: queue, plan: plan, now: now).askForNext(companies.map(\.agent), unopened: unopened)
    }

    /// - Parameter isNew: whether a company has closed its enrolment just now.
    func remind(isNew: Bool) async {
        guard let board else { return }
        let due = isNew ? .closed : companies.compactMap { Reminder.due($0.status, last: reminders.last, now: now()) }.first
        if let due {
            reminders.last = now()
            await board.show(title: due.title(words), text: due.text(words))
        } else {
            await clearReminder()
        }
    }

    /// Where nothing is to be done any more, nothing is to be reminded of, also when the person just did it.
    func clearReminder() async {
        guard companies.allSatisfy({ Reminder.needed($0.status) == nil }) else { return }
        await board?.clear()
    }
}
