import AtalayaCore
import DeviceCheck
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// A phone's life with its company: the real core, a real server, the enclave and App Attest by the shims.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    struct JourneyTests {
        init() {
            SecurityScript.reset()
            AppAttestScript.reset()
        }

        @Test func aPhoneEnrolsReadsTheNoticeReportsAndTheServerSeesIt() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try phone.surroundings.agent(at: phone.surroundings.shelf.makePlace())
            let enrolment = try await agent.enrol(server.invitation(), deviceReference: "A-17")
            #expect(enrolment.server == server.url)
            // App Attest was asked once, over the key that the enrolment has.
            #expect(AppAttestScript.calls.count == 1)

            // Before the notice was read, nothing is read from the phone.
            let notice = try #require(try await agent.status(.es).notice)
            #expect(notice.pending && !notice.text.isEmpty)
            #expect(await agent.checkIn(.background) == .noticePending)
            #expect(phone.facts.now.looks == 0)
            #expect(try await agent.ledger().allSatisfy { $0.kind != .report })

            try await agent.acknowledge(.notice, version: notice.version, language: .es)
            let posture = try await agent.check(.es)
            #expect(posture.provisional && posture.state != .notCompliant)
            let delivery = try #require(await agent.checkIn(.background).delivery)
            #expect(delivery.acknowledged == 1 && delivery.waiting == 0 && delivery.problem == nil)

            let devices = try server.devices()
            #expect(devices.count == 1)
            let shown = try server.device(enrolment.device)
            #expect(shown.contains("18.7.2") && shown.contains("ios"))
            let status = try await agent.status(.es)
            #expect(status.sentAt != nil && status.posture?.provisional == false)
            // The version of another app is what iOS forbids: unknown, and never fine.
            let business = try #require(status.posture?.checks.first { $0.check == .whatsappBusiness })
            #expect(business.verdict != .fail)
            await agent.shutdown()
        }

        @Test func whatLeftIsShownByteForByteAndHoldsNoSecret() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            let ledger = try await agent.ledger()
            let report = try #require(ledger.last { $0.kind == .report })
            #expect(report.outcome == .acknowledged)
            #expect(report.says.contains("18.7.2") && report.sent.split(separator: ".").count == 3)
            let words = try Repository.words(.es)
            let moments = Moments(language: .es, region: "ES", timeZone: .current, now: Date())
            let screen = LeavesScreen(ledger, organisation: "x", words, moments)
            #expect(screen.lastReport?.sent == report.sent)
            await agent.shutdown()
        }

        @Test func aNewPolicyIsFetchedAndJudgedByBothSides() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            try server.apply(revision: 3, minimum: "26.0")
            // The first one after it learns of it, the second one is judged by it here too.
            _ = await agent.checkIn(.background)
            _ = await agent.checkIn(.background)
            let status = try await agent.status(.es)
            let version = try #require(status.posture?.checks.first { $0.check == .osVersion })
            #expect(version.verdict == .fail)
            #expect(version.remediation == .updateSystem)
            #expect(status.posture?.state == .notCompliant)
            let words = try Repository.words(.es)
            let moments = Moments(language: .es, region: "ES", timeZone: .current, now: Date())
            let screen = StatusScreen(status, words, moments)
            #expect(screen.shape == .toFix && screen.first?.remedy?.label == words("fix_system"))
            await agent.shutdown()
        }

        @Test func aPhoneWithoutAPasscodeIsNotCompliantUntilItHasOne() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            phone.facts.now.passcode = .notSet
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            var posture = try #require(try await agent.status(.en).posture)
            #expect(posture.state == .notCompliant)
            for check in [Check.screenLock, .deviceEncryption] {
                #expect(posture.checks.first { $0.check == check }?.verdict == .fail)
            }
            phone.facts.now.passcode = .set
            _ = await agent.checkIn(.background)
            posture = try #require(try await agent.status(.en).posture)
            for check in [Check.screenLock, .deviceEncryption] {
                #expect(posture.checks.first { $0.check == check }?.verdict == .pass)
            }
            // An answer that did not come is no pass.
            phone.facts.now.passcode = .unanswered(.probeFailed)
            _ = await agent.checkIn(.background)
            posture = try #require(try await agent.status(.en).posture)
            #expect(posture.checks.first { $0.check == .screenLock }?.verdict == .unknown)
            await agent.shutdown()
        }

        @Test func offlineReportsWaitAndGoWhenTheServerIsBack() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            server.stop()
            phone.facts.update(to: 3)
            let offline = try #require(await agent.checkIn(.personAsked).delivery)
            #expect(offline.problem == .Offline && offline.waiting == 1)
            #expect(try await agent.status(.es).waiting == 1)
            try server.start()
            let back = try #require(await agent.checkIn(.personAsked).delivery)
            #expect(back.problem == nil && back.acknowledged == 2 && back.waiting == 0)
            let device = try #require(try await agent.status(.es).enrolment?.device)
            #expect(try server.device(device).contains("18.7.3"))
            await agent.shutdown()
        }

        @Test func aRestartForgetsNothing() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            var agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            server.stop()
            phone.facts.update(to: 9)
            _ = await agent.checkIn(.personAsked)
            let before = try await agent.status(.es)
            let left = try await agent.ledger()
            agent = try await phone.restart(agent)
            let after = try await agent.status(.es)
            #expect(after.enrolment == before.enrolment && after.waiting == 1)
            #expect(try await agent.ledger() == left)
            try server.start()
            #expect(await agent.checkIn(.personAsked).delivery?.waiting == 0)
            await agent.shutdown()
        }

        @Test func aLostKeyIsToldAndTheSamePlaceEnrolsAgain() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            var agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            let old = try #require(try await agent.status(.es).enrolment?.device)
            SecurityScript.loseKeys()
            agent = try await phone.restart(agent)
            phone.facts.update(to: 4)
            #expect(await agent.checkIn(.background) == .failed(.KeyLost))
            _ = try await agent.enrol(server.invitation(), deviceReference: nil)
            try await phone.readNotice(agent)
            #expect(await agent.checkIn(.background).delivery?.problem == nil)
            let new = try #require(try await agent.status(.es).enrolment?.device)
            #expect(new != old)
            #expect(try server.devices().count == 2)
            await agent.shutdown()
        }

        @Test func wherePhonesCouldProveNothingAnotherKeyBringsEvidenceAndARestartFindsIt() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            AppAttestScript.isSupported = false
            var agent = try await phone.enrol(server)
            AppAttestScript.isSupported = true
            let device = try #require(try await agent.status(.es).enrolment?.device)
            let key = EnrolmentKey(vault: phone.vault, name: agent.place.keyName)
            let first = try key.publicKey()
            #expect(try server.proofs(device) == [])

            // The server would like evidence: the next key is made, and signs nothing before the server knows it.
            #expect(await agent.checkIn(.personAsked).delivery?.acknowledged == 1)
            #expect(AppAttestScript.calls.count == 1 && SecurityScript.names.count == 2)
            #expect(try key.publicKey() == first)
            #expect(try server.proofs(device) == [])
            agent = try await phone.restart(agent)
            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            let second = try key.publicKey()
            #expect(second != first && SecurityScript.names.count == 1)
            #expect(try server.proofs(device) == [.init(thumbprint: KeyThumbprint.of(point: second), current: true)])

            agent = try await phone.restart(agent)
            phone.facts.update(to: 6)
            #expect(await agent.checkIn(.personAsked).delivery?.acknowledged == 1)
            await agent.shutdown()
            try phone.surroundings.forget(agent.place)
            #expect(SecurityScript.names.isEmpty)
        }

        @Test func aLockedPhoneReportsWhenItIsUnlocked() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            SecurityScript.isLocked = true
            phone.facts.update(to: 5)
            #expect(await agent.checkIn(.background) == .failed(.KeyUnavailable))
            SecurityScript.isLocked = false
            #expect(await agent.checkIn(.background).delivery?.problem == nil)
            await agent.shutdown()
        }

        @Test func inQuietHoursNothingIsReadOrSentUnlessThePersonAsks() async throws {
            let server = try AtalayaServer()
            try server.apply(revision: 2)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            _ = await agent.checkIn(.background)
            // Quiet all week.
            try server.apply(
                revision: 3, more: "quietHours: { timezone: Europe/Madrid, windows: [\"Mon-Sun\"] }")
            _ = await agent.checkIn(.background)
            let (looks, left) = (phone.facts.now.looks, try await agent.ledger().count)
            guard case .quiet(let until) = await agent.checkIn(.background) else {
                Issue.record("it is not quiet")
                return
            }
            #expect(until > Date())
            #expect(phone.facts.now.looks == looks)
            #expect(try await agent.ledger().count == left)
            let status = try await agent.status(.es)
            #expect(status.quietUntil == until)
            #expect(RefreshPlan(intervalHours: 6).next(after: Date(), status) == until)
            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            #expect(phone.facts.now.looks > looks)
            await agent.shutdown()
        }

        @Test func aPauseHoldsTheBackgroundAndRulesAndAnswersReachTheCompany() async throws {
            let server = try AtalayaServer()
            try server.apply(
                revision: 2,
                checks: """
                    usage-rules: { version: 3 }
                        declarations: { two-step-verification: { maxAge: 180d } }
                    """)
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            var status = try await agent.status(.es)
            let rules = try #require(status.usageRules)
            #expect(rules.pending && rules.version == 3)
            try await agent.acknowledge(.usageRules, version: rules.version, language: .es)
            #expect(status.declarations.map(\.declaration) == [.twoStepVerification])
            try await agent.declare(.twoStepVerification, affirmed: true)
            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            status = try await agent.status(.es)
            #expect(status.usageRules?.pending == false && status.declarations.first?.affirmed == true)
            #expect(status.posture?.checks.first { $0.check == .usageRules }?.verdict == .pass)
            #expect(status.posture?.checks.first { $0.check == .declarations }?.verdict == .pass)

            let until = Date().addingTimeInterval(3 * 24 * 3600)
            try await agent.pause(from: Date(), until: until)
            _ = await agent.checkIn(.personAsked)
            guard case .quiet(let paused) = await agent.checkIn(.background) else {
                Issue.record("the pause does not hold")
                return
            }
            #expect(abs(paused.timeIntervalSince(until)) < 2)
            let back = Date()
            try await agent.pause(from: back, until: back)
            #expect(try await agent.status(.es).pausedUntil == nil)
            await agent.shutdown()
        }

        @Test func twoCompaniesKnowNothingOfEachOther() async throws {
            let (one, two) = (try AtalayaServer(), try AtalayaServer())
            try one.apply(revision: 2)
            try two.apply(revision: 2, minimum: "26.0")
            let phone = try Phone()
            let (first, second) = (try await phone.enrol(one), try await phone.enrol(two))
            _ = await first.checkIn(.background)
            _ = await second.checkIn(.background)
            #expect(try await first.status(.en).posture?.state != .notCompliant)
            #expect(try await second.status(.en).posture?.state == .notCompliant)
            #expect(try await first.ledger().allSatisfy { $0.to.hasPrefix(one.url) })
            let keys = try [first, second].map { try phone.vault.publicKey(named: $0.place.keyName) }
            #expect(keys[0] != keys[1])
            for server in [one, two] { #expect(try server.devices().count == 1) }
            await first.shutdown()
            await second.shutdown()
        }

        @Test func afterShutdownNothingIsDone() async throws {
            let server = try AtalayaServer()
            let phone = try Phone()
            let agent = try await phone.enrol(server)
            await agent.shutdown()
            await #expect(throws: AgentError.Closed) { try await agent.status(.es) }
        }
    }
}
