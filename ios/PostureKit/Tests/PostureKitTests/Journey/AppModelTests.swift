import AtalayaCore
import BackgroundTasks
import DeviceCheck
import Foundation
import Security
import Testing
import UserNotifications
@testable import PostureKit

extension ShimSuite {
    /// The app without its drawing: real core, real server.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    struct AppModelTests {
        private let source = ChangingManagedSource()
        private let reminders = ReminderMemory(suite: "org.atalaya.test.\(UUID().uuidString)")
        private let leftSuite = "org.atalaya.test.\(UUID().uuidString)"
        private let choice = WhatsAppChoice(suite: "org.atalaya.test.\(UUID().uuidString)")
        private let es: Words
        private let en: Words

        init() throws {
            SecurityScript.reset()
            AppAttestScript.reset()
            BGTaskScheduler.shared.reset(permitted: [BackgroundTasksQueue.identifier])
            UNUserNotificationCenter.current().reset(isAllowed: true)
            es = try Repository.words(.es)
            en = try Repository.words(.en)
        }

        private func model(
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

        /// Somebody who was enrolled by device management, with an invitation of several uses, and has read the notice.
        private func enrolledAsManaged() async throws -> (AtalayaServer, Phone, AppModel) {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation(uses: 5)
            let phone = try Phone()
            let model = model(phone)
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            await model.acknowledgeNotice()
            return (server, phone, model)
        }

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
            async let third: Void = model.refresh(DirectTask(BGTask()))
            _ = await (first, second, third)
            #expect(model.companies.count == 1)
            #expect(try phone.surroundings.shelf.places().count == 1 && server.devices().count == 1)
            // Whoever comes later finds what the first one made, and nothing half made.
            #expect(companies.value == [0, 1, 1])
            await model.company?.agent.shutdown()
        }

        @Test func anEnrolmentThatCannotBeOpenedIsNoPlaceForAnotherAndIsTriedAgain() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            // As before the first unlock: what is there cannot be read.
            let file = agent.place.folder.appendingPathComponent("enrolment.json")
            let kept = try Data(contentsOf: file)
            try Data("not to be read".utf8).write(to: file)
            let model = model(phone)
            let task = BGTask()
            await model.refresh(DirectTask(task))
            #expect(model.company == nil && task.completions == [false])
            #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) != nil)

            let invitation = try server.invitation()
            await model.appear()
            model.open(link: "\(invitation.server)/enrol#\(invitation.token)")
            await model.confirmEnrolment()
            #expect(model.enrolment == nil && model.companies.count == 1)
            #expect(try phone.surroundings.shelf.places().count == 2)
            try kept.write(to: file)
            await model.appear()
            #expect(model.companies.count == 2)
            for company in model.companies { await company.agent.shutdown() }
        }

        @Test func timeThatRunsOutBeforeAnybodyIsFoundIsToldAndIsNotTheLast() async throws {
            let task = BGTask()
            let model = model(try Phone(), EventfulManagedSource {
                task.expirationHandler?()
                // Nothing was asked for later.
                #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) != nil)
            })
            await model.refresh(DirectTask(task))
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
            await again.refresh(DirectTask(next))
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
            await model.refresh(DirectTask(BGTask()))
            #expect(UNUserNotificationCenter.current().shown.count == 1)
            await model.checkNow()
            #expect(UNUserNotificationCenter.current().shown.count == 1)
            phone.facts.now.passcode = .set
            await model.checkNow()
            #expect(UNUserNotificationCenter.current().shown.isEmpty)
            await model.company?.agent.shutdown()
        }

        @Test func aKeyThatCannotBeTakenAwayKeepsItsPlaceForTheNextTry() throws {
            let phone = try Phone()
            let place = try phone.surroundings.shelf.makePlace()
            try phone.vault.makeKey(named: place.keyName)
            SecurityScript.failureOfRemoval = errSecInteractionNotAllowed
            #expect(throws: VaultFailure.locked) { try phone.surroundings.forget(place) }
            // With the folder, the key's name would be gone.
            #expect(try phone.surroundings.shelf.places() == [place] && SecurityScript.names == [place.keyName])
            try phone.surroundings.forget(place)
            #expect(try phone.surroundings.shelf.places().isEmpty && SecurityScript.names.isEmpty)
        }

        @Test func whoeverLeavesIsForgottenOnThePhoneAndKnownAsLeftOnTheServer() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            await agent.shutdown()
            let model = model(phone)
            await model.appear()
            let key = try #require(model.company?.agent.place.keyName)
            await model.withdraw()
            #expect(model.trouble == nil)
            #expect(model.company == nil)
            #expect(feedback["enrolment"] == "none")
            #expect(try phone.surroundings.shelf.places().isEmpty)
            #expect(throws: VaultFailure.missing) { try phone.vault.publicKey(named: key) }
        }

        @Test func whoeverLeavesWhileTheServerIsAwayIsForgottenOnceItWasTold() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            await agent.shutdown()
            var model = model(phone)
            await model.appear()
            let device = try #require(model.company?.status.enrolment?.device)
            server.stop()
            await model.withdraw()
            #expect(model.trouble == es("status_offline"))
            #expect(model.company?.status.withdraws == true)
            let looks = phone.facts.now.looks
            // The app is closed, and opened when the server is back.
            await model.company?.agent.shutdown()
            try server.start()
            model = self.model(phone)
            await model.appear()
            await model.checkNow()
            #expect(try server.device(device).contains("\"leftAt\":\"2"))
            #expect(model.company == nil && model.trouble == nil)
            #expect(try phone.surroundings.shelf.places().isEmpty && SecurityScript.names.isEmpty)
            #expect(phone.facts.now.looks == looks)
            #expect(feedback["enrolment"] == "none")
        }

        @Test func whoeverLeavesIsNotEnrolledAgainByTheSameInvitation() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let (invitation, newer) = (try server.invitation(uses: 5), try server.invitation())
            let phone = try Phone()
            var model = model(phone)
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            await model.acknowledgeNotice()
            #expect(feedback["enrolment"] == "enrolled")
            await model.withdraw()
            #expect(model.company == nil && feedback["enrolment"] == "left")
            // Nor when the app was closed.
            for next in [model, self.model(phone)] {
                await next.appear()
                #expect(next.company == nil && feedback["enrolment"] == "left")
                model = next
            }
            // Whoever has left is not listed.
            #expect(try server.devices().isEmpty)
            // That is remembered without the secret.
            let kept = UserDefaults(suiteName: leftSuite)?.dictionaryRepresentation() ?? [:]
            #expect(!String(describing: kept).contains(invitation.token))

            source.written.value?["enrolment_token"] = newer.token
            await model.appear()
            #expect(model.company != nil && feedback["enrolment"] == "enrolled")
            #expect(!LeftInvitations(suite: leftSuite).contains(invitation))
            await model.company?.agent.shutdown()
        }

        @Test func whoeverLeavesWhileTheServerIsAwayIsNotEnrolledAgainOnceItWasTold() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation(uses: 5)
            let phone = try Phone()
            let model = model(phone)
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            server.stop()
            await model.withdraw()
            #expect(model.company?.status.withdraws == true && feedback["enrolment"] == "enrolled")
            await model.company?.agent.shutdown()
            try server.start()
            let again = self.model(phone)
            await again.appear()
            await again.checkNow()
            await again.appear()
            #expect(again.company == nil && feedback["enrolment"] == "left")
            // Whoever has left is not listed.
            #expect(try server.devices().isEmpty)
        }

        @Test func whoeverHasLeftComesAgainByTheSameInvitationWhenTheySaySo() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation(uses: 5)
            let model = model(try Phone())
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            await model.withdraw()
            await model.appear()
            #expect(model.company == nil)
            model.open(link: "\(invitation.server)/enrol#\(invitation.token)")
            await model.confirmEnrolment()
            #expect(model.company != nil && !LeftInvitations(suite: leftSuite).contains(invitation))
            await model.appear()
            #expect(feedback["enrolment"] == "enrolled")
            await model.company?.agent.shutdown()
        }

        @Test func whoeverLeavesOneEmployerIsStillEnrolledByAnother() async throws {
            let (one, other) = (try AtalayaServer(), try AtalayaServer())
            for server in [one, other] { try server.apply(revision: 2) }
            let (own, managed) = (try one.invitation(), try other.invitation(uses: 5))
            let model = model(try Phone())
            model.open(link: "\(own.server)/enrol#\(own.token)")
            await model.confirmEnrolment()
            source.written.value = ["server_url": managed.server, "enrolment_token": managed.token]
            await model.appear()
            #expect(model.companies.count == 2)
            model.shown = model.companies.first { $0.status.enrolment?.server == one.url }?.id
            await model.withdraw()
            #expect(feedback["enrolment"] == "enrolled")
            await model.withdraw()
            #expect(model.companies.isEmpty && feedback["enrolment"] == "left")
        }

        @Test func aLostKeyIsEnrolledAgainByTheManagedInvitationAndTheNoticeIsReadAgain() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            let old = try #require(model.company)
            SecurityScript.loseKeys()
            phone.facts.update(to: 4)
            await model.appear()
            let new = try #require(model.company)
            #expect(model.companies.count == 1 && new.status.enrolment?.device != old.status.enrolment?.device)
            #expect(try phone.surroundings.shelf.places().map(\.id) == [new.id])
            #expect(model.pendingNotice != nil && model.statusScreen?.mustEnrolAgain == false)
            let looks = phone.facts.now.looks
            await model.appear()
            #expect(phone.facts.now.looks == looks)
            await model.acknowledgeNotice()
            #expect(model.trouble == nil && model.company?.lastCheckIn?.delivery?.problem == nil)
            #expect(try server.devices().count == 2)
            await model.company?.agent.shutdown()
        }

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
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation()
            let model = model(try Phone())
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
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
            await model.refresh(DirectTask(BGTask()))
            let center = UNUserNotificationCenter.current()
            #expect(center.shown.map(\.content.title) == [es("notify_closed")])
            // There is nobody to report to any more.
            #expect(BGTaskScheduler.shared.wish(BackgroundTasksQueue.identifier) == nil)
            center.reset(isAllowed: true)
            await model.refresh(DirectTask(BGTask()))
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

        @Test func aDeviceThatTheServerDoesNotKnowIsEnrolledAgainByTheManagedInvitation() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let invitation = try server.invitation(uses: 5)
            let backup = try Repository.scratch().appendingPathComponent("backup.db")
            try server.run("backup", backup.path)
            let phone = try Phone()
            let model = model(phone)
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            await model.acknowledgeNotice()
            let old = try #require(model.company?.status.enrolment?.device)
            try server.restore(backup)
            phone.facts.update(to: 4)
            await model.checkNow()
            #expect(model.companies.count == 1 && model.company.map { $0.status.enrolment?.device != old } == true)
            #expect(model.pendingNotice != nil)
            await model.company?.agent.shutdown()
        }

        @Test func whereTheServerIsAwayTheLostEnrolmentStaysUntilTheNewOneIsThere() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            let old = try #require(model.company?.id)
            SecurityScript.loseKeys()
            phone.facts.update(to: 4)
            server.stop()
            await model.appear()
            #expect(model.companies.map(\.id) == [old] && model.statusScreen?.mustEnrolAgain == true)
            try server.start()
            await model.appear()
            #expect(model.companies.count == 1 && model.company?.id != old)
            #expect(try phone.surroundings.shelf.places().count == 1 && server.devices().count == 2)
            await model.company?.agent.shutdown()
        }

        @Test func whoseKeyIsLostAndIsNotManagedOrHasLeftIsNotEnrolledAgain() async throws {
            let (one, other) = (try AtalayaServer(), try AtalayaServer())
            for server in [one, other] { try server.apply(revision: 2) }
            let phone = try Phone()
            for server in [one, other] { await (try await phone.enrol(server)).shutdown() }
            let model = model(phone)
            await model.appear()
            let theirs = model.companies.first { $0.status.enrolment?.server == one.url }?.id
            let managed = try other.invitation(uses: 5)
            source.written.value = ["server_url": managed.server, "enrolment_token": managed.token]
            SecurityScript.loseKeys()
            phone.facts.update(to: 4)
            await model.appear()
            // Only what device management speaks for.
            #expect(model.companies.count == 2 && model.companies.contains { $0.id == theirs })
            #expect(try one.devices().count == 1 && other.devices().count == 2)
            model.shown = theirs
            #expect(model.statusScreen?.mustEnrolAgain == true)

            model.shown = model.companies.first { $0.id != theirs }?.id
            await model.acknowledgeNotice()
            other.stop()
            await model.withdraw()
            SecurityScript.loseKeys()
            try other.start()
            await model.appear()
            await model.checkNow()
            await model.appear()
            #expect(model.companies.map(\.id) == [theirs])
            for company in model.companies { await company.agent.shutdown() }
        }

        @Test func aKeyThatIsFoundLostWhenThePersonSaysSomethingIsEnrolledAgain() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            await (try await phone.enrol(server)).shutdown()
            try server.apply(revision: 3, more: "notice: { version: 2 }")
            let model = model(phone)
            await model.appear()
            let old = try #require(model.company?.id)
            #expect(model.pendingNotice != nil)
            SecurityScript.loseKeys()
            await model.acknowledgeNotice()
            #expect(model.company?.id == old && model.trouble == es("status_key_lost"))
            model.trouble = nil
            let invitation = try server.invitation()
            source.written.value = ["server_url": invitation.server, "enrolment_token": invitation.token]
            await model.appear()
            #expect(model.companies.count == 1 && model.company?.id != old && model.pendingNotice != nil)
            await model.acknowledgeNotice()
            #expect(model.trouble == nil && model.pendingNotice == nil)
            await model.company?.agent.shutdown()
        }

        @Test func whoeverWantsToLeaveWithALostKeyIsNotEnrolledAgain() async throws {
            let (server, phone, model) = try await enrolledAsManaged()
            source.written.value?["support_contact"] = "it@example.com"
            await model.appear()
            SecurityScript.loseKeys()
            phone.facts.update(to: 4)
            await model.withdraw()
            // Who has to tell it now, and whom.
            #expect(model.trouble == es("settings_withdrawn_untold", "it@example.com"))
            #expect(model.company == nil)
            await model.appear()
            #expect(model.company == nil && feedback["enrolment"] == "left")
            #expect(try server.devices().count == 1 && phone.surroundings.shelf.places().isEmpty)
        }

        @Test func whoeverLeavesWithALostKeyAndNoContactIsSentToTheCompany() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            await (try await phone.enrol(server)).shutdown()
            let model = model(phone)
            await model.appear()
            let name = try #require(model.company?.name)
            SecurityScript.loseKeys()
            await model.withdraw()
            #expect(model.trouble == es("settings_withdrawn_untold", es("settings_no_contact", name)))
        }

        @Test func anotherEmployerOfTheSameServerIsNotReplaced() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            let model = model(phone)
            await model.appear()
            let theirs = try #require(model.company?.id)
            try server.run("org", "create", "--name", "Otra empresa")
            let managed = try server.invitation(uses: 5, organisation: "Otra empresa")
            source.written.value = ["server_url": managed.server, "enrolment_token": managed.token]
            SecurityScript.loseKeys()
            phone.facts.update(to: 4)
            await model.appear()
            #expect(model.companies.count == 2 && model.companies.contains { $0.id == theirs })
            #expect(Set(model.companies.map(\.name)).count == 2)
            for company in model.companies { await company.agent.shutdown() }
        }

        @Test func whatAnEnrolmentLeftBehindIsTakenAwayBeforeAnotherCompanyComes() async throws {
            let (one, other) = (try AtalayaServer(), try AtalayaServer())
            for server in [one, other] { try server.apply(revision: 2) }
            let phone = try Phone()
            let agent = try await phone.enrol(one)
            _ = await agent.checkIn(.background)
            // The core forgets, and the app is ended before the folder goes.
            _ = try await agent.withdraw()
            await agent.shutdown()
            #expect(try phone.surroundings.shelf.places() == [agent.place])
            let model = model(phone)
            await model.appear()
            #expect(try phone.surroundings.shelf.places().isEmpty && SecurityScript.names.isEmpty)
            let invitation = try other.invitation()
            model.open(link: "\(invitation.server)/enrol#\(invitation.token)")
            await model.confirmEnrolment()
            let company = try #require(model.company)
            let left = try await company.agent.ledger()
            #expect(!left.isEmpty && left.allSatisfy { $0.to.hasPrefix(other.url) })
            await company.agent.shutdown()
        }

        @Test func whatCannotBeTakenAwayIsNoPlaceForAnotherCompany() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = try await agent.withdraw()
            await agent.shutdown()
            let model = model(phone)
            SecurityScript.failureOfRemoval = errSecInteractionNotAllowed
            await model.appear()
            let invitation = try server.invitation()
            model.open(link: "\(invitation.server)/enrol#\(invitation.token)")
            await model.confirmEnrolment()
            #expect(model.company.map { $0.agent.place != agent.place } == true)
            await model.appear()
            #expect(try phone.surroundings.shelf.places().map(\.id) == [model.company?.id])
            await model.company?.agent.shutdown()
        }

        @Test func anAttemptKeepsItsPlaceForTheSameInvitationAndForNoOther() async throws {
            let (one, other) = (try AtalayaServer(), try AtalayaServer())
            for server in [one, other] { try server.apply(revision: 2) }
            let (first, second) = (try one.invitation(), try other.invitation())
            let phone = try Phone()
            let model = model(phone)
            one.stop()
            model.open(link: "\(first.server)/enrol#\(first.token)")
            await model.confirmEnrolment()
            let begun = try #require(try phone.surroundings.shelf.places().first)
            model.open(link: "\(second.server)/enrol#\(second.token)")
            await model.confirmEnrolment()
            #expect(model.company.map { $0.id != begun.id } == true)
            await model.company?.agent.shutdown()
            // The app is closed, and opened when the server is back.
            try one.start()
            let again = self.model(phone)
            await again.appear()
            again.open(link: "\(first.server)/enrol#\(first.token)")
            await again.confirmEnrolment()
            #expect(again.company?.id == begun.id && again.companies.count == 2)
            #expect(try phone.surroundings.shelf.places().count == 2)
            for company in again.companies { await company.agent.shutdown() }
        }

        @Test func aRootThatComesLaterHoldsAtOnceAndOnlyForItsOwnServer() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            let model = model(phone)
            await model.appear()
            func checkedIn() async -> AgentError? {
                phone.facts.update(to: Int.random(in: 10..<1000))
                await model.checkNow()
                return model.company?.lastCheckIn?.delivery?.problem
            }
            #expect(await checkedIn() == nil)
            source.written.value = ["pinned_root": "nothing"]
            await model.appear()
            #expect(model.trouble == es("problem_other", "pinned_root"))
            guard case .ServerUntrusted = await checkedIn() else {
                Issue.record("the server was called")
                return
            }
            source.written.value?["server_url"] = "https://other.example"
            await model.appear()
            #expect(await checkedIn() == nil)
            #expect(model.company?.status.waiting == 0)
            await model.company?.agent.shutdown()
        }

        @Test func whatIsWrongInTheConfigurationIsToldWhereItPreventsTheEnrolment() async throws {
            UserDefaults.standard.removeObject(forKey: ManagedFeedback.feedbackKey)
            let model = model(try Phone())
            source.written.value = ["server_url": "ftp://a.example", "config_version": "7"]
            await model.appear()
            #expect(model.company == nil)
            #expect(feedback["config_error"]?.contains("server_url") == true && feedback["config_version"] == "7")
            #expect(feedback["enrolment"] == "none")
        }

        @Test func deviceManagementHearsNothingOfAnEmployerThatItDoesNotSpeakFor() async throws {
            UserDefaults.standard.removeObject(forKey: ManagedFeedback.feedbackKey)
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            let model = model(phone)
            source.written.value = ["server_url": "https://other.example"]
            await model.appear()
            await model.checkNow()
            #expect(model.company != nil)
            #expect(feedback["enrolment"] == "none" && feedback["policy_verdict"] == "" && feedback["last_report"] == "")
            for spoken in [["server_url": server.url], ["org_name": "Any"]] {
                source.written.value = spoken
                await model.appear()
                #expect(feedback["enrolment"] == "enrolled" && feedback["policy_verdict"] != "")
            }
            await model.company?.agent.shutdown()
        }

        /// What device management fetches.
        private var feedback: [String: String] {
            UserDefaults.standard.dictionary(forKey: ManagedFeedback.feedbackKey) as? [String: String] ?? [:]
        }
    }
}

/// A task of the system's without its scheduler.
private final class DirectTask: RefreshTask {
    private let task: BGTask

    init(_ task: BGTask) {
        self.task = task
    }

    func whenTimeRunsOut(_ act: @escaping @Sendable () -> Void) {
        task.expirationHandler = act
    }

    func complete(success: Bool) {
        task.setTaskCompleted(success: success)
    }
}
