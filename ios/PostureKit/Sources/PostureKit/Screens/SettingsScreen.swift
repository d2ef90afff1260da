import AtalayaCore
import Foundation

/// Where this phone is enrolled, whom to ask, and how to pause or leave.
public struct SettingsScreen: Equatable, Sendable {
    public let lines: [Line]
    public let contact: String?
    public let privacy: URL?
    /// Whether the person decides if WhatsApp may be looked for.
    public let asksAboutWhatsApp: Bool
    /// Whether there is anything to pause: whoever is out of the company reports nothing.
    public let mayPause: Bool
    /// When the pause that lasts ends.
    public let pausedUntil: Date?
    /// What comes of leaving.
    public let leaving: String
    public let version: String
    /// A pause may be as long as this.
    public static let longestPause: TimeInterval = 60 * 24 * 3600

    public struct Line: Equatable, Identifiable, Sendable {
        public var id: String { title }
        public let title: String
        public let value: String
    }

    public init(_ status: Status?, _ configuration: ManagedConfiguration, _ words: Words, appVersion: String) {
        let enrolment = status?.enrolment
        let all: [(String, String?)] = [
            ("settings_organisation", enrolment?.organisation ?? configuration.organisationName),
            ("settings_server", enrolment?.server ?? configuration.serverURL),
            ("settings_device", enrolment?.device),
            ("settings_group", configuration.group),
            ("settings_person", configuration.personReference),
            ("settings_contact", configuration.supportContact),
        ]
        lines = all.compactMap { key, value in value.map { Line(title: words(key), value: $0) } }
        contact = configuration.supportContact
        privacy = configuration.privacyURL
        asksAboutWhatsApp = configuration.whatsApp == .userDecides
        mayPause = enrolment?.left != true
        pausedUntil = status?.pausedUntil
        leaving = words(enrolment?.closed == true ? "settings_withdraw_closed" : "settings_withdraw_text")
        version = words("settings_version", appVersion)
    }
}
