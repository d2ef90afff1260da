import AtalayaCore
import Foundation

/// Whether WhatsApp may be looked for: what the company says, and where it lets the person decide, what they decided.
public final class WhatsAppChoice: Sendable {
    private static let preferenceKey = "lookForWhatsApp"

    private let suite: String?
    private let rule = Kept(WhatsApp.always)

    public init(suite: String? = nil) {
        self.suite = suite
    }

    /// What the company says.
    public var companyRule: WhatsApp {
        get { rule.value ?? .always }
        set { rule.value = newValue }
    }

    /// What the person decided; no, until they have.
    public var personSaysYes: Bool {
        get { defaults.bool(forKey: Self.preferenceKey) }
        set { defaults.set(newValue, forKey: Self.preferenceKey) }
    }

    public var consent: WhatsAppConsent {
        switch companyRule {
        case .always: .given
        case .never: .refused
        case .userDecides: personSaysYes ? .given : .refused
        }
    }

    private var defaults: UserDefaults {
        suite.flatMap { UserDefaults(suiteName: $0) } ?? .standard
    }
}
