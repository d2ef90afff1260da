import AtalayaCore
import Foundation
import Testing
import UserNotifications
@testable import PostureKit

@Suite struct ReminderTests {
    private let now = Date.morning

    @Test func onlyWhatNeedsDoingIsSaid() {
        #expect(Reminder.due(.sample(state: .notCompliant), last: nil, now: now) == .somethingToFix)
        #expect(Reminder.due(.sample(state: .inGrace), last: nil, now: now) == .somethingToFix)
        for state in [DeviceState.compliant, .unknown, .stale] {
            #expect(Reminder.due(.sample(state: state), last: nil, now: now) == nil)
        }
        let problem = Problem(code: "enrol-again", words: "", at: now)
        #expect(Reminder.due(.sample(state: .compliant, problems: [problem]), last: nil, now: now) == .enrolAgain)
    }

    @Test func atMostOnceADayAlsoWhenTheClockWasPutBack() {
        let last = now.addingTimeInterval(-23 * 3600)
        #expect(Reminder.due(.sample(), last: last, now: now) == nil)
        #expect(Reminder.due(.sample(), last: now.addingTimeInterval(-25 * 3600), now: now) != nil)
        #expect(Reminder.due(.sample(), last: now.addingTimeInterval(9 * 24 * 3600), now: now) != nil)
    }

    @Test func neverOutsideThePersonsHoursNorAfterLeaving() {
        #expect(Reminder.due(.sample(quietUntil: now), last: nil, now: now) == nil)
        #expect(Reminder.due(.sample(pausedUntil: now), last: nil, now: now) == nil)
        #expect(Reminder.due(.sample(left: true), last: nil, now: now) == nil)
        #expect(Reminder.due(.sample(closed: true), last: nil, now: now) == nil)
        #expect(Reminder.due(.sample(withdraws: true), last: nil, now: now) == nil)
        #expect(Reminder.due(.sample(enrolled: false), last: nil, now: now) == nil)
    }

    @Test func theLockScreenShowsNothingOfWhatItIs() throws {
        let status = Status.sample(checks: [.sample(.screenLock, .fail)])
        for language in [Language.es, .en] {
            let words = try Repository.words(language)
            let reminder = try #require(Reminder.due(status, last: nil, now: now))
            let shown = reminder.title(words) + reminder.text(words)
            #expect(!shown.contains("WhatsApp") && !shown.contains("Title of") && !shown.contains("Clínica"))
        }
    }
}

extension ShimSuite {
    @Suite struct UserNotificationBoardTests {
        @Test func oneReminderTakesThePlaceOfAnotherAndCanBeTakenAway() async {
            let center = UNUserNotificationCenter.current()
            center.reset(isAllowed: true)
            let board = UserNotificationBoard()
            await board.askPermission()
            await board.show(title: "a", text: "b")
            await board.show(title: "c", text: "d")
            #expect(center.shown.map(\.content.title) == ["c"])
            await board.clear()
            #expect(center.shown.isEmpty)
        }

        @Test func whoeverSaidNoIsNotReminded() async {
            let center = UNUserNotificationCenter.current()
            center.reset(isAllowed: false)
            await UserNotificationBoard().show(title: "a", text: "b")
            #expect(center.shown.isEmpty)
        }
    }
}
