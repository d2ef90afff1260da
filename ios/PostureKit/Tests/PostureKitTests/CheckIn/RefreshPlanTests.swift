import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct RefreshPlanTests {
    private let plan = RefreshPlan(intervalHours: 6)
    private let now = Date.morning

    private func later(_ hours: Double) -> Date { now.addingTimeInterval(hours * 3600) }

    @Test func theServersWishStandsBeforeTheInterval() {
        #expect(plan.next(after: now, .sample(nextAt: later(2))) == later(2))
        #expect(plan.next(after: now, .sample()) == later(6))
    }

    @Test func itIsNeverSoonerThanTheSystemWouldCome() {
        #expect(plan.next(after: now, .sample(nextAt: later(-5))) == later(0.25))
    }

    @Test func quietHoursAndPausesAreSleptThrough() {
        #expect(plan.next(after: now, .sample(nextAt: later(2), quietUntil: later(13))) == later(13))
        #expect(plan.next(after: now, .sample(nextAt: later(2), quietUntil: later(1))) == later(2))
        #expect(plan.next(after: now, .sample(quietUntil: later(7), pausedUntil: later(70))) == later(70))
    }

    @Test func quietHoursDoNotHoldBackThatThePersonLeaves() {
        #expect(plan.next(after: now, .sample(nextAt: later(2), quietUntil: later(13), withdraws: true)) == later(2))
    }

    @Test func theFirstOfSeveralCompaniesDecidesAndNobodyAsksForNothing() {
        let statuses = [Status.sample(nextAt: later(5)), .sample(nextAt: later(3)), .sample(left: true, nextAt: later(1))]
        #expect(plan.next(after: now, statuses) == later(3))
        #expect(plan.next(after: now, [.sample(enrolled: false), .sample(left: true)]) == nil)
    }

    @Test func whoeverCannotBeReadIsLookedForAgain() {
        #expect(plan.next(after: now, [nil]) == later(6))
        #expect(plan.next(after: now, [nil, .sample(nextAt: later(9))]) == later(6))
        #expect(plan.next(after: now, [nil, .sample(nextAt: later(3))]) == later(3))
    }
}
