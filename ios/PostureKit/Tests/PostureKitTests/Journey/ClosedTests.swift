import AtalayaCore
import BackgroundTasks
import Foundation
import Testing
import UserNotifications
@testable import PostureKit

extension ShimSuite {
    /// Whom the company closed: told so, and enrolled again by nothing that was there before.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class ClosedTests: AppWorld {
        /// Somebody whom device management enrolled and whom the company has closed since, which the phone has just heard.
        private func closed() async throws -> (AtalayaServer, Phone, AppModel) {
            let (server, phone, model) = try await enrolledAsManaged()
            try server.run("device", "close", try #require(model.company?.status.enrolment?.device), "--lost")
            phone.facts.update(to: 4)
            await model.checkNow()
            return (server, phone, model)
        }

        @Test func whomTheCompanyClosedIsNotEnrolledAgainByTheSameTokenButByAnother() async throws {
            let (server, phone, model) = try await closed()
            let old = try #require(model.company?.id)
            let screen = try #require(model.statusScreen)
            #expect(screen.notes == [es("status_closed")] && screen.offersNewLink && screen.footer == [])
            #expect(model.trouble == nil && feedback["enrolment"] == "closed" && model.company?.lastCheckIn == .nobody)
            let looks = phone.facts.now.looks
            // Nor when the app was closed.
            await model.company?.agent.shutdown()
            let again = self.model(phone)
            for _ in 0..<2 {
                await again.appear()
                await again.checkNow()
                #expect(again.companies.map(\.id) == [old] && feedback["enrolment"] == "closed")
            }
            #expect(try phone.facts.now.looks == looks && server.devices().isEmpty)
            #expect(await again.leavesScreen()?.lastReport != nil)

            source.written.value?["enrolment_token"] = try server.invitation().token
            await again.appear()
            #expect(again.companies.count == 1 && again.company?.id != old && again.pendingNotice != nil)
            #expect(try feedback["enrolment"] == "enrolled" && server.devices().count == 1)
            #expect(try phone.surroundings.shelf.places().map(\.id) == [again.company?.id])
            await again.company?.agent.shutdown()
        }

        @Test func aNewTokenThatComesBeforeThePhoneHeardThatItWasClosedBringsItBack() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            let old = try #require(model.company?.id)
            try server.run("device", "close", try #require(model.company?.status.enrolment?.device), "--lost")
            source.written.value?["enrolment_token"] = try server.invitation(uses: 5).token
            phone.facts.update(to: 4)
            await model.appear()
            #expect(model.companies.count == 1 && model.company?.id != old && model.company?.isLost == false)
            #expect(try server.devices().count == 1)
            await model.company?.agent.shutdown()
        }

        @Test func aTokenThatWasReplacedWhileAllWasWellDoesNotBringBackWhoIsClosedLater() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            let old = try #require(model.company?.id)
            source.written.value?["enrolment_token"] = try server.invitation(uses: 5).token
            phone.facts.update(to: 4)
            await model.appear()
            try server.run("device", "close", try #require(model.company?.status.enrolment?.device), "--lost")
            phone.facts.update(to: 5)
            await model.appear()
            await model.appear()
            #expect(try model.companies.map(\.id) == [old] && server.devices().isEmpty)
            await model.company?.agent.shutdown()
        }

        @Test func whomTheCompanyClosedComesBackByHandWithTheSameLink() async throws {
            let (server, _, model) = try await closed()
            let old = try #require(model.company?.status.enrolment?.device)
            let managed = try #require(model.configuration.invitation)
            model.beginAgain()
            model.open(link: "\(managed.server)/enrol#\(managed.token)")
            await model.confirmEnrolment()
            #expect(model.enrolment == nil && model.companies.count == 1)
            #expect(model.company.map { $0.status.enrolment?.device != old && !$0.isLost } == true)
            await model.appear()
            #expect(try feedback["enrolment"] == "enrolled" && server.devices().count == 1)
            await model.company?.agent.shutdown()
        }

        @Test func whomTheCompanyClosedBeforeTheNoticeWasReadIsNotAskedToReadIt() async throws {
            let (server, _, model) = try await letInAsManaged()
            #expect(model.pendingNotice != nil)
            try server.run("device", "close", try #require(model.company?.status.enrolment?.device), "--lost")
            await model.checkNow()
            #expect(model.pendingNotice == nil && model.statusScreen?.notes == [es("status_closed")])
            await model.company?.agent.shutdown()
        }

        @Test func thatTheCompanyClosedTheEnrolmentIsRemindedOfOnce() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            try server.run("device", "close", try #require(model.company?.status.enrolment?.device), "--lost")
            phone.facts.update(to: 4)
            await model.refresh(BackgroundTask(BGTask()))
            let center = UNUserNotificationCenter.current()
            #expect(center.shown.map(\.content.title) == [es("notify_closed")])
            // There is nobody to report to any more.
            #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) == nil)
            center.reset(isAllowed: true)
            await model.refresh(BackgroundTask(BGTask()))
            #expect(center.shown.isEmpty)
            await model.company?.agent.shutdown()
        }

        @Test func whoeverLeavesWhatTheCompanyClosedIsToldThatNoTellingIsNeeded() async throws {
            let (server, phone, model) = try await closed()
            await model.withdraw()
            #expect(model.trouble == es("settings_withdrawn_closed") && model.company == nil)
            await model.appear()
            #expect(model.company == nil && feedback["enrolment"] == "left")
            #expect(try server.devices().isEmpty && phone.surroundings.shelf.places().isEmpty)
        }
    }
}
