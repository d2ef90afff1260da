import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct StatusScreenTests {
    private let words: Words
    private let moments: Moments

    init() throws {
        words = try Repository.words(.es)
        moments = Moments(
            language: .es, region: "ES", timeZone: try #require(TimeZone(identifier: "Europe/Madrid")), now: .morning)
    }

    private func screen(_ status: Status, _ lastCheckIn: CheckIn? = nil) -> StatusScreen {
        StatusScreen(status, words, moments, contact: "it@example.com", lastCheckIn: lastCheckIn)
    }

    @Test func whatNeedsDoingStandsAboveWhatIsFine() throws {
        let shown = screen(
            .sample(checks: [
                .sample(.screenLock, .fail, remediation: .setScreenLock, deadline: .morning),
                .sample(.deviceEncryption), .sample(.whatsappBusiness, .unknown), .sample(.adbLike, .notApplicable),
            ]))
        #expect(shown.shape == .toFix)
        #expect(shown.headline == "Hay algo que arreglar (1).")
        #expect(shown.first?.title == "Title of screenLock")
        #expect(shown.first?.deadline != nil && shown.first?.since != nil)
        // What is not asked here is not shown.
        #expect(shown.rows.map(\.shape) == [.fine, .unknown])
    }

    @Test func aShapeIsNeverAloneForWhoeverCannotSeeIt() {
        for shape in StateShape.allCases {
            let word = shape.word(words)
            #expect(!word.isEmpty && !word.contains("_"), "\(shape)")
        }
        #expect(Set(StateShape.allCases.map(\.symbol)).count == StateShape.allCases.count)
        let row = CheckRow(.sample(.screenLock, .fail, inGrace: true), words, moments, contact: nil)
        #expect(row.shape == .inGrace)
        #expect(row.spoken.hasPrefix("Title of screenLock. \(StateShape.inGrace.word(words)). What of"))
        #expect(screen(.sample()).spoken(words).hasPrefix(StateShape.toFix.word(words)))
    }

    @Test func aNudgeIsShownAndIsNeverTheState() {
        let shown = screen(
            .sample(state: .compliant, checks: [.sample(.whatsappConsumer, .nudge, remediation: .removeWhatsapp)]))
        #expect(shown.shape == .fine)
        #expect(shown.first?.shape == .nudge)
    }

    @Test func offlineAndProvisionalAreSaid() {
        let offline = CheckIn.done(.sample(problem: .Offline))
        #expect(screen(.sample(provisional: true), offline).notes == [words("status_offline"), words("status_provisional")])
        #expect(screen(.sample(), .failed(.Offline)).notes == [words("status_offline")])
        #expect(screen(.sample(), .done(.sample())).notes == [])
    }

    @Test func aKeyThatIsGoneAsksToEnrolAgain() {
        for shown in [
            screen(.sample(), .failed(.KeyLost)), screen(.sample(), .failed(.EnrolAgain)),
            screen(.sample(problems: [Problem(code: "enrol-again", words: "x", at: .morning)])),
        ] {
            #expect(shown.mustEnrolAgain)
            #expect(shown.notes == [words("status_key_lost")])
        }
    }

    @Test func offHoursAreSaidWithTheirEndAndAPauseBeforeThem() {
        let until = Date.morning.addingTimeInterval(3600)
        #expect(screen(.sample(quietUntil: until)).notes == [words("status_quiet", moments.time(until))])
        #expect(screen(.sample(quietUntil: .morning, pausedUntil: until)).notes == [words("status_paused", moments.time(until))])
        #expect(screen(.sample(state: nil, quietUntil: until)).shape == .quiet)
    }

    @Test func whoeverHasLeftIsToldAndSeesNoPromises() {
        let shown = screen(.sample(left: true))
        #expect(shown.notes == [words("status_left", "Clínica Levante")])
        #expect(shown.footer == [])
    }

    @Test func whomTheCompanyClosedIsToldSoAndIsAskedForNothingButOfferedAWayBack() {
        let failing = CheckVerdict.sample(.screenLock, .fail, remediation: .setScreenLock)
        let shown = screen(.sample(closed: true, checks: [failing]))
        #expect(shown.notes == [words("status_closed")] && shown.footer == [])
        #expect(shown.offersNewLink && !shown.mustEnrolAgain)
        #expect(shown.first == nil && shown.rows == [] && shown.shape == .stale)
        #expect(!screen(.sample(left: true)).offersNewLink)
    }

    @Test func theFooterSaysWhenItWasCheckedSentAndWillBeNext() {
        let shown = screen(.sample(nextAt: .morning, waiting: 2))
        #expect(shown.footer == [
            words("status_checked", moments.time(.morning)),
            words("status_sent", "Clínica Levante", moments.time(.morning)),
            words("status_next", moments.time(.morning)), words("status_waiting", "2"), words("status_quiet_rule"),
        ])
    }

    @Test func aProblemOfTheCoresIsToldInItsOwnWords() {
        let problem = Problem(code: "agent-outdated", words: "Actualiza la app.", at: .morning)
        #expect(screen(.sample(problems: [problem])).notes == ["Actualiza la app."])
    }
}

extension Check {
    /// Any check will do.
    static var adbLike: Check { .developerOptions }
}
