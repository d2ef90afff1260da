import AtalayaCore
import Foundation
import Observation

/// What the app shows and does. The views draw it and call it; they decide nothing.
@MainActor
@Observable
public final class AppModel {
    /// Every company that this phone is enrolled at, by name.
    public private(set) var companies: [Company] = []
    /// The one that is shown.
    public var shown: Company.ID?
    /// The way into a company, while somebody is on it.
    public private(set) var enrolment: EnrolmentScreen?
    /// While something is under way that the person waits for.
    public private(set) var isBusy = false
    /// What could not be done, in words, until it is read.
    public var trouble: String?
    public private(set) var configuration = ManagedConfiguration()
    public private(set) var words: Words

    private let surroundings: Surroundings
    private let sources: [any ManagedSource]
    private let choice: WhatsAppChoice
    private let preferredLanguages: [String]
    private let wordsIn: @Sendable (Language) -> Words
    private let queue: (any RefreshQueue)?
    private let board: (any ReminderBoard)?
    private let now: @Sendable () -> Date
    private let reminders: ReminderMemory
    private let left: LeftInvitations
    /// The place that is enrolled again; otherwise a new one.
    private var renewed: EnrolmentPlace?
    /// Where enrolments were begun that nobody answered yet, by their invitation's digest.
    private var begun: [String: EnrolmentPlace] = [:]
    private var unopened = 0
    /// What opens places and enrols, to its end.
    private var lastTurn: Task<Void, Never>?
    /// The configuration as the agents' calls ask for it, from whatever thread.
    private let inForce = Kept(ManagedConfiguration())

    public init(
        surroundings: Surroundings,
        sources: [any ManagedSource],
        choice: WhatsAppChoice,
        preferredLanguages: [String],
        words: @escaping @Sendable (Language) -> Words,
        queue: (any RefreshQueue)? = nil,
        board: (any ReminderBoard)? = nil,
        reminders: ReminderMemory = ReminderMemory(),
        left: LeftInvitations = LeftInvitations(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.surroundings = surroundings
        self.sources = sources
        self.choice = choice
        self.preferredLanguages = preferredLanguages
        wordsIn = words
        self.words = words(Words.language(of: preferredLanguages))
        self.queue = queue
        self.board = board
        self.reminders = reminders
        self.left = left
        self.now = now
    }

    // MARK: What is shown

    public var company: Company? {
        companies.first { $0.id == shown } ?? companies.first
    }

    public var moments: Moments {
        Moments(
            language: words.language, region: Locale.current.region?.identifier, timeZone: .current, now: now())
    }

    public var statusScreen: StatusScreen? {
        company.map {
            StatusScreen(
                $0.status, words, moments, contact: configuration.supportContact, lastCheckIn: $0.lastCheckIn)
        }
    }

    /// The notice, while it has to be read.
    public var pendingNotice: NoticeScreen? {
        guard company?.status.enrolment?.left == false else { return nil }
        return company.flatMap { NoticeScreen($0.status, words, moments) }.flatMap { $0.pending ? $0 : nil }
    }

    public var papersScreen: PapersScreen? {
        company.map { PapersScreen($0.status, words, moments) }
    }

    public var settingsScreen: SettingsScreen {
        SettingsScreen(company?.status, configuration, words, appVersion: surroundings.appVersion)
    }

    public func leavesScreen() async -> LeavesScreen? {
        guard let company else { return nil }
        let ledger = try? await company.agent.ledger()
        return ledger.map { LeavesScreen($0, organisation: company.name, words, moments) }
    }

    // MARK: Coming and going

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
    private func askPermission() async {
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

    private var plan: RefreshPlan {
        RefreshPlan(intervalHours: configuration.reportIntervalHours)
    }

    private func readConfiguration() async {
        configuration = await ManagedConfiguration.read(from: sources)
        inForce.value = configuration
        if configuration.hasUnusableRoot { trouble = words("problem_other", "pinned_root") }
        choice.companyRule = configuration.whatsApp
        words = wordsIn(configuration.language ?? Words.language(of: preferredLanguages))
    }

    /// One after another: two at once would open one place twice, or use it for two enrolments. The app comes to the front
    /// again after every alert, and the background may be at it still.
    private func inTurn(_ act: @escaping @MainActor () async throws -> Void) async throws {
        let before = lastTurn
        let turn = Task {
            await before?.value
            try await act()
        }
        lastTurn = Task { _ = await turn.result }
        try await turn.value
    }

    private func openPlaces() async {
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
    private func sortOut(_ place: EnrolmentPlace) {
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

    private func agent(at place: EnrolmentPlace) throws -> PhoneAgent {
        try surroundings.agent(at: place) { [inForce] address in inForce.value?.roots(of: address) ?? .unusable }
    }

    private func keep(_ company: Company) {
        companies.removeAll { $0.id == company.id }
        companies.append(company)
        companies.sort { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    // MARK: Enrolment

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
    private func followInvitation() async {
        await enrolAsManaged()
        await forgetReplaced()
    }

    private func forgetReplaced() async {
        for lost in companies where lost.isLost && companies.contains(where: { $0.replaces(lost) }) {
            do { try await forget(lost) } catch { trouble = words("problem_storage") }
        }
    }

    /// The server took a report of this phone, so whatever its device management gave until now is no new invitation.
    private func noteLetIn(_ company: Company) {
        guard let invitation = configuration.invitation, managed?.id == company.id else { return }
        try? surroundings.shelf.note(standing: invitation.digest, at: company.agent.place)
    }

    /// The company took this phone out. The invitation that stood while it was in is followed no more, as if its person had
    /// left; another is.
    private func noteTakenOut(_ company: Company) {
        guard let server = company.status.enrolment?.server else { return }
        // What was enrolled before this was noted has the invitation of now.
        let ofNow = configuration.invitation.flatMap { $0.server == server ? $0.digest : nil }
        let standing = (try? surroundings.shelf.standing(at: company.agent.place)) ?? ofNow
        if let standing { left.insert(digest: standing, server: server) }
    }

    /// A check-in may find that the enrolment is lost.
    private func replaceIfLost(_ id: Company.ID) async {
        guard let company = companies.first(where: { $0.id == id }), company.isLost else { return }
        try? await inTurn { [self] in await followInvitation() }
        // Where there is no notice to be read, the new one reports at once. What comes of it is not followed: a key that is
        // lost again and again would use up the invitation.
        if let new = companies.first(where: { $0.replaces(company) }), !companies.contains(where: { $0.id == id }) {
            await readStatus(of: new.id, after: await new.agent.checkIn(.background))
        }
    }

    private func enrolAsManaged() async {
        guard
            let invitation = configuration.invitation, enrolment == nil, !left.contains(invitation),
            !companies.contains(where: { $0.status.enrolment?.server == invitation.server && !$0.isLost })
        else { return }
        // What went wrong is told to device management; it is tried again when the app is opened next.
        try? await enrol(invitation)
    }

    private func enrol(_ invitation: Invitation) async throws {
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
    private func giveUp(_ invitation: Invitation, at place: EnrolmentPlace, after error: any Error) {
        switch error as? AgentError {
        case .Refused, .BadInput, .EnrolAgain, .Left, .DeviceClosed:
            begun[invitation.digest] = nil
            try? surroundings.shelf.note(attempt: nil, at: place)
            try? surroundings.forget(place)
        default:
            begun[invitation.digest] = place
        }
    }

    // MARK: What the person does

    public func checkNow() async {
        guard let company, !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        await checkIn(company.id, .personAsked)
    }

    public func acknowledgeNotice() async {
        guard let notice = pendingNotice else { return }
        await say { try await $0.acknowledge(.notice, version: notice.version, language: $1) }
        await askPermission()
    }

    public func acceptRules() async {
        guard let rules = papersScreen?.rules, rules.pending else { return }
        await say { try await $0.acknowledge(.usageRules, version: rules.version, language: $1) }
    }

    public func answer(_ declaration: Declaration, affirmed: Bool) async {
        await say { agent, _ in try await agent.declare(declaration, affirmed: affirmed) }
    }

    public func pause(until: Date) async { await pause(from: now(), until: until) }

    /// Ends the pause that lasts: one without a length does, so both are one moment.
    public func resume() async {
        let moment = now()
        await pause(from: moment, until: moment)
    }

    private func pause(from: Date, until: Date) async {
        await say { agent, _ in try await agent.pause(from: from, until: until) }
    }

    /// Whether WhatsApp may be looked for, where the company lets the person decide.
    public var looksForWhatsApp: Bool {
        get {
            access(keyPath: \.looksForWhatsApp)
            return choice.personSaysYes
        }
        set {
            withMutation(keyPath: \.looksForWhatsApp) { choice.personSaysYes = newValue }
        }
    }

    /// The person leaves. Where the server cannot be told now, it is told as soon as it can; where it never can, the person
    /// is told whom to tell.
    public func withdraw() async {
        guard let company, !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        // First: whatever becomes of it, the person has said so.
        if let invitation = configuration.invitation, invitation.server == company.status.enrolment?.server {
            left.insert(invitation)
        }
        do {
            let leaving = try await company.agent.withdraw()
            try await forget(company)
            trouble = farewell(leaving, from: company)
        } catch AgentError.Offline {
            trouble = words("status_offline")
            await readStatus(of: company.id)
        } catch {
            trouble = trouble(error)
            await readStatus(of: company.id)
        }
        publish()
        await clearReminder()
        await planNext()
    }

    /// What the person has to know of their leaving; nil where all is said.
    private func farewell(_ leaving: Leaving, from company: Company) -> String? {
        switch leaving {
        case .told: nil
        case .closed: words("settings_withdrawn_closed")
        case .untold:
            words(
                "settings_withdrawn_untold",
                configuration.supportContact ?? words("settings_no_contact", company.name))
        }
    }

    /// The person has left, and the server knows, or never can.
    private func forget(_ company: Company) async throws {
        await company.agent.shutdown()
        companies.removeAll { $0.id == company.id }
        if shown == company.id { shown = nil }
        try surroundings.forget(company.agent.place)
    }

    private func say(_ act: (PhoneAgent, Language) async throws -> Void) async {
        guard let company, !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        do {
            try await act(company.agent, words.language)
            await finish(company.id, await company.agent.tell())
        } catch let error as AgentError where error.asksToEnrolAgain {
            await finish(company.id, .failed(error))
            if companies.contains(where: { $0.id == company.id }) { trouble = trouble(error) }
        } catch {
            trouble = trouble(error)
            await readStatus(of: company.id)
        }
    }

    private func trouble(_ error: any Error) -> String {
        switch error as? AgentError {
        case .Storage: words("problem_storage")
        case .KeyLost, .EnrolAgain: words("status_key_lost")
        case .DeviceClosed: words("status_closed")
        case .KeyUnavailable: words("problem_key")
        case .Refused(let code): words("problem_other", code)
        default: words("problem_other", "app")
        }
    }

    // MARK: Checking in

    private func checkIn(_ id: Company.ID, _ urgency: Urgency) async {
        guard let agent = companies.first(where: { $0.id == id })?.agent else { return }
        await finish(id, await agent.checkIn(urgency))
    }

    private func finish(_ id: Company.ID, _ checkIn: CheckIn) async {
        await readStatus(of: id, after: checkIn)
        await replaceIfLost(id)
        await clearReminder()
        await planNext()
    }

    private func readStatus(of id: Company.ID, after checkIn: CheckIn? = nil) async {
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
    private func publish() {
        let hasLeft = configuration.invitation.map { invitation in
            left.contains(invitation) && !companies.contains { $0.status.enrolment?.server == invitation.server }
        } ?? false
        ManagedFeedback(
            status: hasLeft ? nil : managed?.status, configuration: configuration, hasLeft: hasLeft
        ).publish()
    }

    /// Whom device management speaks for: how things stand with another employer is none of its business.
    private var managed: Company? {
        guard let server = configuration.serverURL else { return companies.count == 1 ? companies.first : nil }
        let own = companies.filter { $0.status.enrolment?.server == server }
        return own.count > 1 ? own.first { $0.name == configuration.organisationName } : own.first
    }

    private func planNext() async {
        guard let queue else { return }
        await RefreshRound(queue: queue, plan: plan, now: now).askForNext(companies.map(\.agent), unopened: unopened)
    }

    /// - Parameter isNew: whether a company has closed its enrolment just now.
    private func remind(isNew: Bool) async {
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
    private func clearReminder() async {
        guard companies.allSatisfy({ Reminder.needed($0.status) == nil }) else { return }
        await board?.clear()
    }
}
