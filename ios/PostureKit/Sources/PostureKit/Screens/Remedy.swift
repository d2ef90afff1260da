import AtalayaCore
import Foundation

/// What the button beside a failed check does.
public struct Remedy: Equatable, Sendable {
    public let label: String
    public let act: Act

    public enum Act: Equatable, Sendable {
        /// iOS lets no app open that page: the way there, step by step.
        case steps([String])
        /// A page outside the app.
        case page(URL)
        /// The app's own screen of rules and declarations.
        case papers
        /// Whom to ask.
        case contact(String)
    }

    static let businessInStore = URL(string: "https://apps.apple.com/app/id1386412985")

    /// None where the person has nothing to do, or nobody to ask is known.
    public init?(_ remediation: Remediation, _ words: Words, contact: String?) {
        switch remediation {
        case .none, .developerOptions:
            // Developer mode is read on no iPhone, so nothing ever asks for it.
            return nil
        case .setScreenLock:
            self.init(words("fix_screen_lock"), steps: words("steps_screen_lock"))
        case .encryptStorage:
            self.init(words("fix_screen_lock"), steps: words("steps_encryption"))
        case .updateSystem:
            self.init(words("fix_system"), steps: words("steps_system"))
        case .removeWhatsapp:
            self.init(words("fix_remove_whatsapp"), steps: words("steps_remove_whatsapp"))
        case .updateWhatsappBusiness:
            self.init(words("fix_update_business"), page: Self.businessInStore)
        case .installWhatsappBusiness:
            self.init(words("fix_install_business"), page: Self.businessInStore)
        case .reinstallFromStore:
            self.init(words("fix_reinstall"), page: Self.businessInStore)
        case .readRules:
            self.init(label: words("fix_rules"), act: .papers)
        case .declare:
            self.init(label: words("fix_declare"), act: .papers)
        case .askAdministrator:
            guard let contact else { return nil }
            self.init(label: words("fix_ask"), act: .contact(contact))
        }
    }

    private init(label: String, act: Act) {
        self.label = label
        self.act = act
    }

    private init(_ label: String, steps: String) {
        self.init(label: label, act: .steps(steps.components(separatedBy: " › ")))
    }

    private init?(_ label: String, page: URL?) {
        guard let page else { return nil }
        self.init(label: label, act: .page(page))
    }

    /// An address that opens for a contact: an e-mail address, a phone number or a web address.
    public static func url(contact: String) -> URL? {
        let contact = contact.trimmingCharacters(in: .whitespaces)
        if contact.hasPrefix("https://") { return URL(string: contact) }
        if contact.contains("@"), !contact.contains(" ") { return URL(string: "mailto:\(contact)") }
        let digits = contact.filter { $0.isNumber || $0 == "+" }
        let isNumber = digits.count >= 3 && contact.allSatisfy { $0.isNumber || "+ -()/.".contains($0) }
        return isNumber ? URL(string: "tel:\(digits)") : nil
    }
}
