import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct PapersAndLeavesTests {
    private let words: Words
    private let moments: Moments

    init() throws {
        words = try Repository.words(.en)
        moments = Moments(
            language: .en, region: "GB", timeZone: try #require(TimeZone(identifier: "Europe/Madrid")), now: .morning)
    }

    @Test func rulesWaitUntilTheyAreAccepted() {
        let waiting = Paper(version: 3, text: "Rules", acknowledgedOn: "2026-01-02", pending: true)
        let shown = PapersScreen(.sample(usageRules: waiting), words, moments).rules
        #expect(shown?.pending == true && shown?.accepted == nil)
        let taken = Paper(version: 3, text: "Rules", acknowledgedOn: "2026-11-24", pending: false)
        #expect(
            PapersScreen(.sample(usageRules: taken), words, moments).rules?.accepted
                == words("rules_accepted", moments.day("2026-11-24")))
        #expect(PapersScreen(.sample(), words, moments).rules == nil)
    }

    @Test func everyQuestionHasItsWordsAndItsAnswerItsDay() {
        let all: [Declaration] = [.twoStepVerification, .linkedDevices, .businessProfile, .awayMessage, .contactConsent]
        let statuses = all.enumerated().map { index, declaration in
            DeclarationStatus(
                declaration: declaration, affirmed: index == 0 ? nil : index == 1, on: index == 0 ? nil : "2026-11-24",
                expiresOn: index == 0 ? nil : "2027-11-24", pending: index == 0)
        }
        let questions = PapersScreen(.sample(declarations: statuses), words, moments).questions
        #expect(questions.map(\.id) == all)
        #expect(Set(questions.map(\.title)).count == 5 && Set(questions.map(\.how)).count == 5)
        #expect(questions.allSatisfy { !$0.title.contains("_") && !$0.how.contains("_") })
        #expect(questions[0].answer == nil && questions[0].pending)
        #expect(questions[1].answer == words("declaration_answered_yes", moments.day("2026-11-24")))
        #expect(questions[2].answer == words("declaration_answered_no", moments.day("2026-11-24")))
        #expect(questions[2].again == words("declaration_again", moments.day("2027-11-24")))
    }

    private func entry(_ kind: Sent, _ minutes: Double, sequence: UInt64? = nil, _ outcome: Outcome = .acknowledged) -> LedgerEntry {
        LedgerEntry(
            kind: kind, sequence: sequence, to: "https://a.example/v1", sent: "sent \(minutes)", says: "{}",
            firstAt: .morning, lastAt: .morning.addingTimeInterval(minutes * 60), times: 1, outcome: outcome,
            answeredAt: nil)
    }

    @Test func everythingThatLeftIsShownNewestFirstAndTheLastReportWhole() {
        let ledger = [
            entry(.challenge, 0), entry(.enrolment, 1), entry(.report, 2, sequence: 1),
            entry(.statement, 3, .refused(code: "x")), entry(.report, 4, sequence: 2, .unknown), entry(.proof, 5),
        ]
        let shown = LeavesScreen(ledger, organisation: "Clínica", words, moments)
        #expect(shown.entries.map(\.sent) == ledger.reversed().map(\.sent))
        #expect(shown.lastReport?.sent == "sent 4.0")
        #expect(shown.lastReport?.title == words("leaves_kind_report", "2"))
        #expect(shown.lastReport?.outcome == words("leaves_no_answer"))
        #expect(shown.summary.contains("6"))
        #expect(shown.entries[2].outcome == words("leaves_refused", "x"))
        #expect(shown.whoCanSee.contains("Clínica"))
    }

    @Test func nothingThatLeftIsSaidToo() {
        let shown = LeavesScreen([], organisation: "Clínica", words, moments)
        #expect(shown.summary == words("leaves_nothing"))
        #expect(shown.lastReport == nil && shown.entries.isEmpty)
    }

    @Test func settingsShowWhatIsKnownAndAskAboutWhatsAppOnlyWhereThePersonDecides() {
        let none = SettingsScreen(nil, ManagedConfiguration(), words, appVersion: "0.1.0")
        #expect(none.lines == [] && !none.asksAboutWhatsApp)
        let configuration = ManagedConfiguration(entries: [
            "user_ref": "Ana", "support_contact": "it@example.com", "check_whatsapp": "user-decides",
            "privacy_url": "https://example.com/privacy",
        ])
        let shown = SettingsScreen(.sample(), configuration, words, appVersion: "0.1.0")
        #expect(shown.lines.map(\.value) == ["Clínica Levante", "https://a.example", "01J", "Ana", "it@example.com"])
        #expect(shown.asksAboutWhatsApp && shown.privacy != nil)
        #expect(shown.mayPause && shown.leaving == words("settings_withdraw_text"))
    }

    @Test func theSettingsOfWhomTheCompanyClosedOfferNoPauseAndSayThatNobodyIsTold() {
        let closed = SettingsScreen(.sample(closed: true), ManagedConfiguration(), words, appVersion: "0.1.0")
        #expect(!closed.mayPause && closed.leaving == words("settings_withdraw_closed"))
        let left = SettingsScreen(.sample(left: true), ManagedConfiguration(), words, appVersion: "0.1.0")
        #expect(!left.mayPause && left.leaving == words("settings_withdraw_text"))
    }
}
