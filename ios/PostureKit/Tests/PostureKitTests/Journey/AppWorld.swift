import AtalayaCore
import BackgroundTasks
import DeviceCheck
import Foundation
import Security
import UserNotifications
@testable import PostureKit

/// What each test of the app without its drawing begins with: Apple's part set back, a device management that has said nothing,
/// and no memory of anything. Suites of the real core against a real server inherit it.
@MainActor
class AppWorld {
    let source = ChangingManagedSource()
    let reminders = ReminderMemory(suite: "org.atalaya.test.\(UUID().uuidString)")
    let leftSuite = "org.atalaya.test.\(UUID().uuidString)"
    let choice = WhatsAppChoice(suite: "org.atalaya.test.\(UUID().uuidString)")
    let es: Words
    let en: Words

    init() throws {
        SecurityScript.reset()
        AppAttestScript.reset()
        BGTaskScheduler.shared.reset(permitted: [BackgroundTasksQueue.identifier])
        UNUserNotificationCenter.current().reset(isAllowed: true)
        es = try Repository.words(.es)
        en = try Repository.words(.en)
    }

    func model(
        _ phone: Phone, _ event: EventfulManagedSource? = nil, now: @escaping @Sendable () -> Date = { Date() }
    ) -> AppModel {
        let (es, en) = (es, en)
        let sources: [any ManagedSource] = event.map { [$0, source] } ?? [source]
        return AppModel(
            surroundings: phone.surroundings, sources: sources, choice: choice,
            preferredLanguages: ["es-ES"], words: { $0 == .es ? es : en },
            queue: BackgroundTasksQueue(), board: UserNotificationBoard(), reminders: reminders,
            left: LeftInvitations(suite: leftSuite), now: now)
    }

    /// Somebody who enrolled by hand before the app came, and has reported or not.
    func enrolledByHand(reports: Bool = false) async throws -> (AtalayaServer, Phone) {
        let server = try AtalayaServer()
        try server.apply(revision: 2)
        let phone = try Phone()
        let agent = try await phone.enrol(server)
        if reports { _ = await agent.checkIn(.background) }
        await agent.shutdown()
        return (server, phone)
    }

    /// Somebody who was enrolled by device management, with an invitation of several uses, and has read the notice.
    func enrolledAsManaged() async throws -> (AtalayaServer, Phone, AppModel) {
        let (server, phone, model) = try await letInAsManaged()
        await model.acknowledgeNotice()
        return (server, phone, model)
    }

    /// The same before the notice was read.
    func letInAsManaged() async throws -> (AtalayaServer, Phone, AppModel) {
        let server = try AtalayaServer()
        try server.apply(revision: 2)
        let invitation = try server.invitation(uses: 5)
        let phone = try Phone()
        let model = model(phone)
        source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
        await model.appear()
        return (server, phone, model)
    }

    /// What device management fetches.
    var feedback: [String: String] {
        UserDefaults.standard.dictionary(forKey: ManagedFeedback.feedbackKey) as? [String: String] ?? [:]
    }
}
