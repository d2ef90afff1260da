import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

extension ShimSuite {
    /// What device management says while the phone is enrolled, and what it hears.
    @Suite(.enabled(if: AtalayaServer.program != nil, "ATALAYA_SERVER names no server"))
    @MainActor
    final class ManagementTests: AppWorld {
        @Test func aRootThatComesLaterHoldsAtOnceAndOnlyForItsOwnServer() async throws {
            let (server, phone) = try await enrolledByHand()
            defer { server.stop() }
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
            let (server, phone) = try await enrolledByHand()
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
    }
}
