import AtalayaCore
import Foundation

/// The rules to acknowledge, and the questions that only the person can answer.
public struct PapersScreen: Equatable, Sendable {
    public let rules: Rules?
    /// Said where the company asks for no rules.
    public let noRules: String
    public let questions: [Question]
    public let noQuestions: String

    public struct Rules: Equatable, Sendable {
        public let version: UInt32
        public let text: String
        /// When they were accepted; none while they wait.
        public let accepted: String?
        public let pending: Bool
    }

    public struct Question: Equatable, Identifiable, Sendable {
        public let id: Declaration
        public let title: String
        /// Where to look.
        public let how: String
        public let answer: String?
        public let again: String?
        public let pending: Bool
    }

    public init(_ status: Status, _ words: Words, _ moments: Moments) {
        rules = status.usageRules.map { paper in
            let accepted = paper.pending ? nil : paper.acknowledgedOn.map { words("rules_accepted", moments.day($0)) }
            return Rules(version: paper.version, text: paper.text, accepted: accepted, pending: paper.pending)
        }
        noRules = words("rules_none")
        noQuestions = words("declarations_none")
        questions = status.declarations.map { Question($0, words, moments) }
    }
}

extension PapersScreen.Question {
    init(_ status: DeclarationStatus, _ words: Words, _ moments: Moments) {
        id = status.declaration
        (title, how) = switch status.declaration {
        case .twoStepVerification: (words("declaration_two_step"), words("declaration_two_step_how"))
        case .linkedDevices: (words("declaration_linked"), words("declaration_linked_how"))
        case .businessProfile: (words("declaration_profile"), words("declaration_profile_how"))
        case .awayMessage: (words("declaration_away"), words("declaration_away_how"))
        case .contactConsent: (words("declaration_consent"), words("declaration_consent_how"))
        }
        answer = status.affirmed.map { affirmed in
            let on = status.on.map { moments.day($0) } ?? ""
            return affirmed ? words("declaration_answered_yes", on) : words("declaration_answered_no", on)
        }
        again = status.expiresOn.map { words("declaration_again", moments.day($0)) }
        pending = status.pending
    }
}
