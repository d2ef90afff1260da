import AtalayaCore

/// The two schemes that tell which WhatsApp is there. Plain `whatsapp` is shared by both.
public enum AppScheme: String, CaseIterable, Sendable {
    case whatsappBusiness = "whatsapp-smb"
    case whatsappConsumer = "whatsapp-consumer"
}

/// Asks the system whether an app answers to a scheme.
public protocol SchemeBook: Sendable {
    /// None when it could not be asked.
    func isAnswered(_ scheme: AppScheme) -> Bool?
}

/// Whether the person or the company lets WhatsApp be looked for.
public enum WhatsAppConsent: Equatable, Sendable {
    case given
    case refused
}

/// Presence by scheme. Any app may claim a scheme, so a claimed one is a sign and no proof; of an unclaimed one the
/// system is sure.
public struct AppSchemes: Sendable {
    private let book: any SchemeBook
    private let consent: @Sendable () -> WhatsAppConsent

    public init(book: any SchemeBook, consent: @escaping @Sendable () -> WhatsAppConsent) {
        self.book = book
        self.consent = consent
    }

    public func presence(of scheme: AppScheme) -> PresenceReading {
        guard consent() == .given else { return .unknown(reason: .permissionMissing) }
        return switch book.isAnswered(scheme) {
        case true?: .known(value: .installed, evidence: .heuristic)
        case false?: .known(value: .absent, evidence: .osReported)
        case nil: .unknown(reason: .probeFailed)
        }
    }
}
