import AtalayaCore
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// Whoever leaves, whom the company hears of it from, and what brings nobody back.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class LeavingTests: AppWorld {
        @Test func whoeverLeavesIsForgottenOnThePhoneAndKnownAsLeftOnTheServer() async throws {
            let (server, phone) = try await enrolledByHand(reports: true)
            defer { server.stop() }
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
            let (server, phone) = try await enrolledByHand(reports: true)
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
            let (server, phone, model) = try await letInAsManaged()
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
    }
}
