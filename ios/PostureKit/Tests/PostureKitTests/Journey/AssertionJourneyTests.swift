import AtalayaCore
import DeviceCheck
import Foundation
import Security
import Testing
@testable import PostureKit

extension ShimSuite {
    /// Fresh evidence, through the real core to a real server that trusts the authority behind the fake App Attest.
    @Suite(
        .enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"),
        .enabled(if: AppleAuthority.program != nil, "ATALAYA_APP_ATTEST names no authority"))
    struct AssertionJourneyTests {
        private let server: AtalayaServer
        private let apple: AppleAuthority

        init() throws {
            SecurityScript.reset()
            AppAttestScript.reset()
            server = try AtalayaServer()
            apple = try AppleAuthority()
            try server.trust(apple.root)
            // Evidence is old at once, so that fresh one is wanted always.
            try server.apply(
                revision: 2, more: "evidence: { maxAge: 0s, ios: { apps: [\(AppleAuthority.app)] } }",
                checks: "app-authenticity: { ownApp: true }")
        }

        private func enrolled(_ phone: Phone) async throws -> (PhoneAgent, String, EnrolmentKey) {
            let agent = try await phone.enrol(server)
            let device = try #require(try await agent.status(.es).enrolment?.device)
            return (agent, device, EnrolmentKey(vault: phone.vault, name: agent.place.keyName))
        }

        @Test func aPhoneIsAttestedOnceAndAssertsWhenFreshEvidenceIsWanted() async throws {
            apple.speak()
            let phone = try Phone()
            var (agent, device, key) = try await enrolled(phone)
            let first = try key.publicKey()
            let thumbprint = KeyThumbprint.of(point: first)
            #expect(try server.proofs(device) == [.init(thumbprint: thumbprint, current: true, proved: true)])

            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            agent = try await phone.restart(agent)
            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            #expect(
                try server.proofs(device) == [
                    .init(thumbprint: thumbprint, current: true, proved: true, counter: 1),
                    .init(thumbprint: thumbprint, current: false, proved: true),
                ])
            let entry = try #require(try await agent.ledger().last { $0.kind == .evidence })
            #expect(entry.outcome == .acknowledged && entry.says.contains("app-assertion"))
            let words = try Repository.words(.es)
            let moments = Moments(language: .es, region: "ES", timeZone: .current, now: Date())
            let screen = LeavesScreen(try await agent.ledger(), organisation: "x", words, moments)
            #expect(screen.entries.contains { $0.title == words("leaves_kind_evidence") })

            // No key was made for it, and Apple's servers were asked once.
            _ = await agent.checkIn(.personAsked)
            #expect(AppAttestScript.calls.count == 1 && AppAttestScript.assertions.count == 1)
            #expect(try key.publicKey() == first && SecurityScript.names.count == 1)
            await agent.shutdown()
        }

        @Test func aPhoneWhoseAppAttestKeyIsGoneBringsAnotherKeyWithAnAttestation() async throws {
            apple.speak()
            let phone = try Phone()
            let (agent, device, key) = try await enrolled(phone)
            let first = try key.publicKey()
            AppAttestScript.loseKeys()
            for _ in 0..<2 { #expect(await agent.checkIn(.personAsked).delivery?.problem == nil) }
            let second = try key.publicKey()
            #expect(second != first)
            #expect(
                try server.proofs(device) == [
                    .init(thumbprint: KeyThumbprint.of(point: second), current: true, proved: true),
                    .init(thumbprint: KeyThumbprint.of(point: first), current: false, proved: true),
                ])
            #expect(try key.attestedBy() == AppAttestScript.keys.last)
            await agent.shutdown()
        }

        @Test func anAssertionOnAnAttestationThatProvesNothingIsFollowedByAKeyWhoseDoes() async throws {
            // The fake's own words: no server can read them.
            let phone = try Phone()
            let (agent, device, key) = try await enrolled(phone)
            let first = try key.publicKey()
            #expect(await agent.checkIn(.personAsked).delivery?.problem == nil)
            apple.speak()
            for _ in 0..<2 { #expect(await agent.checkIn(.personAsked).delivery?.problem == nil) }
            let second = try key.publicKey()
            #expect(second != first && AppAttestScript.assertions.count == 1)
            let (before, now) = (KeyThumbprint.of(point: first), KeyThumbprint.of(point: second))
            #expect(try server.proofs(device).map(\.thumbprint) == [now, before, before])
            #expect(try server.proofs(device).map(\.proved) == [true, false, false])
            await agent.shutdown()
        }
    }
}
