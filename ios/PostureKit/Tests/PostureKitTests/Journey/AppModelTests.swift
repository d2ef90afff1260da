import AtalayaCore
import BackgroundTasks
import Foundation
import Testing
import UserNotifications
@testable import PostureKit

extension ShimSuite {
    /// The app without its drawing, by a link or by device management: real core, real server.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class AppModelTests: AppWorld {
        @Test func aLinkLeadsThroughTheHostAndTheNoticeToTheStatus() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let model = model(try Phone())
            await model.appear()
            #expect(model.company == nil)
            let invitation = try server.invitation()
            model.open(link: "\(invitation.server)/enrol#\(invitation.token)")
            #expect(model.enrolment == .confirm(invitation))
            // Nothing was sent before the host was confirmed.
            #expect(try server.devices().isEmpty)
            await model.confirmEnrolment()
            #expect(model.enrolment == nil)
            let notice = try #require(model.pendingNotice)
            #expect(notice.heading.contains(model.company?.name ?? "?"))
            await model.acknowledgeNotice()
            #expect(model.trouble == nil)
            #expect(model.pendingNotice == nil)
            let screen = try #require(model.statusScreen)
            #expect(screen.footer.contains { $0.hasPrefix("enviado a") })
            #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) != nil)
            #expect(await model.leavesScreen()?.lastReport != nil)

            // Another start of the app finds it again.
            await model.company?.agent.shutdown()
        }

        @Test func whatIsNoLinkAndATokenThatIsRefusedAreSaidAndCanBeTriedAgain() async throws {
            let server = try AtalayaServer()
            let phone = try Phone()
            let model = model(phone)
            model.open(link: "https://a.example/enrol")
            #expect(model.enrolment == .link(problem: es("enrol_bad_link")))
            let bad = try #require(Invitation.read("\(server.url)/enrol#00000000WXYZ0123456789ABCD"))
            model.open(link: "\(bad.server)/enrol#\(bad.token)")
            await model.confirmEnrolment()
            #expect(model.enrolment == .failed(bad, problem: es("enrol_refused")))
            server.stop()
            await model.confirmEnrolment()
            #expect(model.enrolment == .failed(bad, problem: es("enrol_offline", bad.host)))
            // Attempts use one place, not one each.
            #expect(try phone.surroundings.shelf.places().count == 1)
            model.leaveEnrolment()
            #expect(model.enrolment == nil)
        }

        @Test func managedConfigurationEnrolsSilentlyAndNothingOfThePhoneLeaves() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation()
            let phone = try Phone()
            let model = model(phone)
            source.written.value = [
                "server_url": invitation.server, "enrolment_token": invitation.token, "device_ref": "A-17",
                "ui_locale": "en", "support_contact": "it@example.com", "check_whatsapp": "never",
            ]
            await model.appear()
            #expect(model.words.language == .en)
            #expect(try server.devices().count == 1)
            #expect(model.pendingNotice != nil)
            #expect(phone.facts.now.looks == 0)
            #expect(choice.consent == .refused)
            // The second time it is known already.
            await model.appear()
            #expect(model.companies.count == 1)
            // Changed underneath, it is read again.
            source.written.value?["ui_locale"] = "es"
            await model.appear()
            #expect(model.words.language == .es)
            await model.company?.agent.shutdown()
        }

        @Test func whoeverComesTwiceAtOnceIsEnrolledOnce() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation()
            let phone = try Phone()
            let companies = Kept<[Int]>([])
            let shelf = phone.surroundings.shelf
            let model = model(phone, EventfulManagedSource {
                let enrolled = (try? shelf.places())?.filter {
                    FileManager.default.fileExists(atPath: $0.folder.path + "/enrolment.json")
                }
                companies.value?.append(enrolled?.count ?? -1)
            })
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            // An alert is closed, and the background is at it.
            async let first: Void = model.appear()
            async let second: Void = model.appear()
            async let third: Void = model.refresh(BackgroundTask(BGTask()))
            _ = await (first, second, third)
            #expect(model.companies.count == 1)
            #expect(try phone.surroundings.shelf.places().count == 1 && server.devices().count == 1)
            // Whoever comes later finds what the first one made, and nothing half made.
            #expect(companies.value == [0, 1, 1])
            await model.company?.agent.shutdown()
        }

        @Test func timeThatRunsOutBeforeAnybodyIsFoundIsToldAndIsNotTheLast() async throws {
            let task = BGTask()
            let model = model(try Phone(), EventfulManagedSource {
                task.expirationHandler?()
                // Nothing was asked for later.
                #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) != nil)
            })
            await model.refresh(BackgroundTask(task))
            #expect(task.completions == [false])
        }

        @Test func theBackgroundChecksInAndRemindsWithoutDetail() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2, minimum: "26.0")
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            let model = model(phone)
            let task = BGTask()
            let ended = AsyncStream<Void>.makeStream()
            _ = BackgroundTasksQueue().register { task in
                Task { @MainActor in
                    await model.refresh(task)
                    ended.continuation.finish()
                }
            }
            BGTaskScheduler.shared.launch(BackgroundTasksQueue.identifier, task)
            for await _ in ended.stream {}
            #expect(task.completions == [true])
            #expect(UNUserNotificationCenter.current().shown.map(\.content.title) == [es("notify_title")])
            #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) != nil)
            await model.company?.agent.shutdown()

            // The app was ended and comes again within the day: it does not say it twice.
            UNUserNotificationCenter.current().reset(isAllowed: true)
            let again = self.model(phone)
            let next = BGTask()
            await again.refresh(BackgroundTask(next))
            #expect(next.completions == [true])
            #expect(UNUserNotificationCenter.current().shown.isEmpty)
            await again.company?.agent.shutdown()
        }

        @Test func whoeverWasEnrolledByDeviceManagementIsAskedAboutRemindersOnceTheyHaveReadTheNotice() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation()
            let center = UNUserNotificationCenter.current()
            center.reset(isAllowed: true, isAsked: false)
            let model = model(try Phone())
            await model.appear()
            #expect(!center.wasAsked)
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            #expect(model.pendingNotice != nil && !center.wasAsked)
            await model.acknowledgeNotice()
            #expect(center.wasAsked)
            center.reset(isAllowed: true, isAsked: false)
            // Where the employer gave the notice in another way, there is none to read.
            await model.appear()
            #expect(center.wasAsked)
            await model.company?.agent.shutdown()
        }

        @Test func aPauseIsToldAndThePhoneIsNotReadForIt() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            // Time passes whenever it is looked at.
            let ticks = Kept<Double>(0)
            let model = model(phone, now: {
                ticks.value = (ticks.value ?? 0) + 0.001
                return Date(timeIntervalSinceNow: (ticks.value ?? 0) - 10)
            })
            await model.appear()
            let looks = phone.facts.now.looks
            await model.pause(until: Date().addingTimeInterval(3 * 24 * 3600))
            #expect(model.company?.status.pausedUntil != nil && model.company?.status.waiting == 0)
            #expect(phone.facts.now.looks == looks)
            await model.resume()
            #expect(model.trouble == nil && model.company?.status.pausedUntil == nil)
            #expect(phone.facts.now.looks > looks)
            await model.company?.agent.shutdown()
        }

        @Test func aReminderGoesAsSoonAsThereIsNothingToFix() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            phone.facts.now.passcode = .notSet
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            let model = model(phone)
            await model.refresh(BackgroundTask(BGTask()))
            #expect(UNUserNotificationCenter.current().shown.count == 1)
            await model.checkNow()
            #expect(UNUserNotificationCenter.current().shown.count == 1)
            phone.facts.now.passcode = .set
            await model.checkNow()
            #expect(UNUserNotificationCenter.current().shown.isEmpty)
            await model.company?.agent.shutdown()
        }
    }
}
