import AtalayaCore
import Foundation

/// What is opened when the app comes, and what the system gives it time for.
extension AppModel {
    /// The app was started or came to the front: reads what the company manages, and how things stand.
    public func appear() async {
        try? await inTurn { [self] in
            await readConfiguration()
            await openPlaces()
            await followInvitation()
        }
        for company in companies { await checkIn(company.id, .background) }
        // Also where there is no company: what is wrong in the configuration can be why.
        publish()
        await askPermission()
    }

    /// Whether reminders may be shown is asked when there is somebody to be reminded, and not over the notice.
    func askPermission() async {
        if company != nil, pendingNotice == nil { await board?.askPermission() }
    }

    /// The system gave some time in the background.
    public func refresh(_ task: any RefreshTask) async {
        guard let queue else { return task.complete(success: false) }
        let ending = RefreshEnding(task)
        // The time may run out before it is known who is there.
        await RefreshRound(queue: queue, plan: plan, now: now).askForNext([], unopened: 1)
        try? await inTurn { [self] in
            await readConfiguration()
            await openPlaces()
        }
        let standing = companies.filter { $0.status.enrolment?.left == false }.map(\.id)
        let round = RefreshRound(queue: queue, plan: plan, now: now)
        await round.run(ending, companies.map(\.agent), unopened: unopened)
        for company in companies { await readStatus(of: company.id) }
        publish()
        await remind(isNew: companies.contains { $0.status.enrolment?.closed == true && standing.contains($0.id) })
    }

    var plan: RefreshPlan {
        RefreshPlan(intervalHours: configuration.reportIntervalHours)
    }

    func readConfiguration() async {
        configuration = await ManagedConfiguration.read(from: sources)
        inForce.value = configuration
        if configuration.hasUnusableRoot { trouble = words("problem_other", "pinned_root") }
        choice.companyRule = configuration.whatsApp
        words = wordsIn(configuration.language ?? Words.language(of: preferredLanguages))
    }

    /// One after another: two at once would open one place twice, or use it for two enrolments. The app comes to the front
    /// again after every alert, and the background may be at it still.
    func inTurn(_ act: @escaping @MainActor () async throws -> Void) async throws {
        let before = lastTurn
        let turn = Task {
            await before?.value
            try await act()
        }
        lastTurn = Task { _ = await turn.result }
        try await turn.value
    }

    func openPlaces() async {
        (begun, unopened) = ([:], 0)
        guard let places = try? surroundings.shelf.places() else {
            trouble = words("problem_storage")
            unopened = 1
            return
        }
        for place in places where !companies.contains(where: { $0.id == place.id }) {
            do {
                let agent = try agent(at: place)
                let status = try await agent.status(words.language)
                if status.enrolment != nil {
                    // It was answered, also where the app was ended before that was noted.
                    try? surroundings.shelf.note(attempt: nil, at: place)
                    let company = Company(agent: agent, status: status)
                    keep(company)
                    // Also where the app was ended before that was noted.
                    if company.status.enrolment?.left == true { noteTakenOut(company) }
                } else {
                    await agent.shutdown()
                    sortOut(place)
                }
            } catch {
                unopened += 1
                trouble = words("problem_storage")
            }
        }
    }

    /// A place without an enrolment waits for the answer to its attempt. What else is left there is about somebody who
    /// has left: it goes, now or when the app is opened next, and is no place for another company.
    func sortOut(_ place: EnrolmentPlace) {
        do {
            if let attempt = try surroundings.shelf.attempt(at: place) {
                begun[attempt] = place
            } else {
                try surroundings.forget(place)
            }
        } catch {
            // It cannot be read or taken away now.
        }
    }

    func agent(at place: EnrolmentPlace) throws -> PhoneAgent {
        try surroundings.agent(at: place) { [inForce] address in inForce.value?.roots(of: address) ?? .unusable }
    }

    func keep(_ company: Company) {
        companies.removeAll { $0.id == company.id }
        companies.append(company)
        companies.sort { ($0.name, $0.id) < ($1.name, $1.id) }
    }
}
