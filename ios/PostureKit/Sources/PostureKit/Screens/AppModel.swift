import AtalayaCore
import Foundation
import Observation

/// What the app shows and does. The views draw it and call it; they decide nothing.
@MainActor
@Observable
public final class AppModel {
    /// Every company that this phone is enrolled at, by name.
    public internal(set) var companies: [Company] = []
    /// The one that is shown.
    public var shown: Company.ID?
    /// The way into a company, while somebody is on it.
    public internal(set) var enrolment: EnrolmentScreen?
    /// While something is under way that the person waits for.
    public internal(set) var isBusy = false
    /// What could not be done, in words, until it is read.
    public var trouble: String?
    public internal(set) var configuration = ManagedConfiguration()
    public internal(set) var words: Words

    let surroundings: Surroundings
    let sources: [any ManagedSource]
    let choice: WhatsAppChoice
    let preferredLanguages: [String]
    let wordsIn: @Sendable (Language) -> Words
    let queue: (any RefreshQueue)?
    let board: (any ReminderBoard)?
    let now: @Sendable () -> Date
    let reminders: ReminderMemory
    let left: LeftInvitations
    /// The place that is enrolled again; otherwise a new one.
    var renewed: EnrolmentPlace?
    /// Where enrolments were begun that nobody answered yet, by their invitation's digest.
    var begun: [String: EnrolmentPlace] = [:]
    var unopened = 0
    /// What opens places and enrols, to its end.
    var lastTurn: Task<Void, Never>?
    /// The configuration as the agents' calls ask for it, from whatever thread.
    let inForce = Kept(ManagedConfiguration())

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
}
