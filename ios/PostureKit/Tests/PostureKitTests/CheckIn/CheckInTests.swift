import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct CheckInTests {
    @Test func aCheckInLooksReportsAndDelivers() async {
        let agent = FakeAgent(.sample())
        #expect(await CheckIn.run(agent, .background) == .done(.sample()))
        #expect(agent.calls == ["status", "report", "deliver background"])
    }

    @Test func inQuietHoursAndInAPauseNothingIsReadAndNothingSent() async {
        let until = Date.morning
        let quiet = FakeAgent(.sample(quietUntil: until))
        #expect(await CheckIn.run(quiet, .background) == .quiet(until: until))
        #expect(quiet.calls == ["status"])
        let paused = FakeAgent(.sample(quietUntil: until, pausedUntil: until.addingTimeInterval(60)))
        #expect(await CheckIn.run(paused, .background) == .quiet(until: until.addingTimeInterval(60)))
    }

    @Test func thePersonsOwnTapPasses() async {
        let agent = FakeAgent(.sample(quietUntil: .morning))
        #expect(await CheckIn.run(agent, .personAsked) == .done(.sample()))
        #expect(agent.calls == ["status", "report", "deliver personAsked"])
    }

    @Test func whatThePersonSaysGoesAtOnceAndNothingIsReadForItOutsideTheirHours() async {
        for status in [Status.sample(quietUntil: .morning), .sample(pausedUntil: .morning)] {
            let agent = FakeAgent(status)
            #expect(await CheckIn.tell(agent) == .done(.sample()))
            #expect(agent.calls == ["status", "deliver personAsked"])
        }
        // Within them the verdict follows at once.
        let agent = FakeAgent(.sample())
        #expect(await CheckIn.tell(agent) == .done(.sample()))
        #expect(agent.calls.suffix(2) == ["report", "deliver personAsked"])
        let left = FakeAgent(.sample(quietUntil: .morning), deliveries: [.failure(.Left)])
        #expect(await CheckIn.tell(left) == .nobody)
    }

    @Test func beforeTheNoticeWasReadWordsGoAndFactsDoNot() async {
        let notice = Paper(version: 1, text: "Notice", acknowledgedOn: nil, pending: true)
        let agent = FakeAgent(.sample(notice: notice))
        #expect(await CheckIn.run(agent, .background) == .noticePending)
        // To report would be to read the phone.
        #expect(agent.calls == ["status", "deliver background"])
        let changed = FakeAgent(.sample(), reports: [.failure(.NoticePending)])
        #expect(await CheckIn.run(changed, .background) == .noticePending)
    }

    @Test func aNewPolicyThatAsksForNoNoticeIsReportedAtOnce() async {
        let agent = FakeAgent(
            .sample(), reports: [.failure(.NoticePending)], deliveries: [.success(.sample(newPolicy: true))])
        #expect(await CheckIn.run(agent, .background) == .done(.sample()))
        #expect(
            agent.calls == ["status", "report", "deliver background", "status", "report", "deliver background"])
    }

    @Test func whatTheServerWantsAgainIsReportedAgainOnce() async {
        let again = Delivery.sample(reportAgain: true)
        let agent = FakeAgent(.sample(), deliveries: [.success(again), .success(again)])
        #expect(await CheckIn.run(agent, .background) == .done(again))
        #expect(
            agent.calls == ["status", "report", "deliver background", "status", "report", "deliver background"])
    }

    @Test func withNobodyToReportToNothingIsRead() async {
        for status in [Status.sample(enrolled: false), .sample(left: true)] {
            let agent = FakeAgent(status)
            #expect(await CheckIn.run(agent, .personAsked) == .nobody)
            #expect(agent.calls == ["status"])
        }
        for error in [AgentError.Left, .DeviceClosed] {
            let left = FakeAgent(.sample(), deliveries: [.failure(error)])
            #expect(await CheckIn.run(left, .background) == .nobody)
        }
    }

    @Test func thatThePersonLeavesIsToldAtAnyHourAndNothingIsReadForIt() async {
        let quiet = Status.sample(quietUntil: .morning, pausedUntil: .morning, withdraws: true)
        let agent = FakeAgent(quiet, reports: [.failure(.Left)], deliveries: [.failure(.Left)])
        #expect(await CheckIn.run(agent, .background) == .nobody)
        #expect(agent.calls == ["status", "deliver background"])
        let offline = FakeAgent(quiet, deliveries: [.success(.sample(problem: .Offline))])
        #expect(await CheckIn.run(offline, .background) == .done(.sample(problem: .Offline)))
    }

    @Test func whatFailsIsSaid() async {
        let lost = FakeAgent(.sample(), reports: [.failure(.KeyLost)])
        #expect(await CheckIn.run(lost, .background) == .failed(.KeyLost))
        let busy = FakeAgent(.sample(), deliveries: [.failure(.UnderWay)])
        #expect(await CheckIn.run(busy, .background) == .underWay)
    }
}
