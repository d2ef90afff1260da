import AtalayaCore
import BackgroundTasks
import Foundation
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct RefreshRoundTests {
        private let scheduler = BGTaskScheduler.shared
        private let identifier = BackgroundTasksQueue.identifier
        private let round = RefreshRound(
            queue: BackgroundTasksQueue(), plan: RefreshPlan(intervalHours: 6), now: { .morning })

        init() {
            scheduler.reset(permitted: [BackgroundTasksQueue.identifier])
        }

        /// Runs a round as the system would, and waits for its end.
        private func launch(_ agents: [PhoneAgent], _ task: BGTask = BGTask()) async -> BGTask {
            let ended = AsyncStream<Void>.makeStream()
            let round = round
            let isRegistered = BackgroundTasksQueue().register { task in
                Task {
                    await round.run(task, agents)
                    ended.continuation.finish()
                }
            }
            #expect(isRegistered)
            scheduler.launch(identifier, task)
            for await _ in ended.stream {}
            return task
        }

        @Test func everyCompanyChecksInAndTheNextRoundIsAskedFor() async {
            let agents = [FakeAgent(.sample()), FakeAgent(.sample(nextAt: .morning.addingTimeInterval(3600)))]
            let task = await launch(agents.map(PhoneAgent.fake))
            for agent in agents { #expect(agent.calls.contains("deliver background")) }
            #expect(task.completions == [true])
            #expect(scheduler.wish(identifier) == .morning.addingTimeInterval(3600))
        }

        @Test func whenTheTimeRunsOutTheTaskIsEndedOnceAndNobodyElseChecksIn() async {
            let task = BGTask()
            let (slow, next) = (FakeAgent(.sample()), FakeAgent(.sample()))
            slow.duringDelivery.value = { task.expirationHandler?() }
            _ = await launch([.fake(slow), .fake(next)], task)
            #expect(task.completions == [false])
            #expect(!next.calls.contains("report"))
            // The next round was asked for before this one was cut short.
            #expect(scheduler.wish(identifier) == .morning.addingTimeInterval(6 * 3600))
        }

        @Test func aFailureIsToldToTheSystem() async {
            let task = await launch([.fake(FakeAgent(.sample(), reports: [.failure(.KeyLost)]))])
            #expect(task.completions == [false])
        }

        @Test func quietHoursAreNoFailureAndTheNextRoundIsAfterThem() async {
            let until = Date.morning.addingTimeInterval(13 * 3600)
            let task = await launch([.fake(FakeAgent(.sample(quietUntil: until)))])
            #expect(task.completions == [true])
            #expect(scheduler.wish(identifier) == until)
        }

        @Test func withNobodyToReportToTheWishIsTakenBack() async {
            await round.askForNext([.fake(FakeAgent(.sample()))])
            #expect(scheduler.wish(identifier) != nil)
            await round.askForNext([.fake(FakeAgent(.sample(left: true)))])
            #expect(scheduler.wish(identifier) == nil)
        }

        @Test func aStatusThatCannotBeReadTakesNoWishBack() async {
            let agent = FakeAgent(.sample())
            agent.statusFailure.value = .Storage(reason: "locked")
            #expect(await launch([.fake(agent)]).completions == [false])
            #expect(scheduler.wish(identifier) == .morning.addingTimeInterval(6 * 3600))
        }

        @Test(arguments: [
            (BGTaskScheduler.Error.Code.unavailable, RefreshRefusal.off),
            (.tooManyPendingTaskRequests, .tooMany), (.notPermitted, .notDeclared),
            (.immediateRunIneligible, .failed(4)),
        ])
        func aRefusalHasItsReasonAndStopsNothing(_ code: BGTaskScheduler.Error.Code, _ refusal: RefreshRefusal) async {
            scheduler.reset(permitted: [identifier], refusal: code)
            #expect(throws: refusal) { try BackgroundTasksQueue().ask(for: .morning) }
            let task = await launch([.fake(FakeAgent(.sample()))])
            #expect(task.completions == [true])
        }

        @Test func theIdentifierIsTheOneThatInfoPlistPermits() throws {
            let info = try Repository.plist("ios/App/Info.plist")
            #expect(info["BGTaskSchedulerPermittedIdentifiers"] as? [String] == [identifier])
            scheduler.reset(permitted: [])
            #expect(!BackgroundTasksQueue().register { _ in })
        }
    }
}
