import AtalayaCore
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// An enrolment whose key is lost, or that the server does not know, and the one that takes its place.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class LostEnrolmentTests: AppWorld {
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
    }
}
