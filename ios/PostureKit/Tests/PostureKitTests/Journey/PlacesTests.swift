import AtalayaCore
import BackgroundTasks
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// Where enrolments are kept, and what keeps a place from another.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class PlacesTests: AppWorld {
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
            await model.refresh(BackgroundTask(task))
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
    }
}
