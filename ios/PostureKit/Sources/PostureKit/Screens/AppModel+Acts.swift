import AtalayaCore
import Foundation

/// What the person does: looks, reads, answers, pauses, leaves.
extension AppModel {
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

    func pause(from: Date, until: Date) async {
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
    func farewell(_ leaving: Leaving, from company: Company) -> String? {
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
    func forget(_ company: Company) async throws {
        await company.agent.shutdown()
        companies.removeAll { $0.id == company.id }
        if shown == company.id { shown = nil }
        try surroundings.forget(company.agent.place)
    }

    func say(_ act: (PhoneAgent, Language) async throws -> Void) async {
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

    func trouble(_ error: any Error) -> String {
        switch error as? AgentError {
        case .Storage: words("problem_storage")
        case .KeyLost, .EnrolAgain: words("status_key_lost")
        case .DeviceClosed: words("status_closed")
        case .KeyUnavailable: words("problem_key")
        case .Refused(let code): words("problem_other", code)
        default: words("problem_other", "app")
        }
    }
}
