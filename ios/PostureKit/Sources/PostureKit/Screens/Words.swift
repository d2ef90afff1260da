import AtalayaCore
import Foundation

/// The words of the screens in one language, from the app's `Localizable.strings`.
public struct Words: Sendable {
    public let language: Language
    private let table: [String: String]

    /// Reads one `Localizable.strings`, as text or as Xcode compiles it.
    public init(language: Language, contentsOf file: URL) throws {
        let plist = try PropertyListSerialization.propertyList(from: Data(contentsOf: file), format: nil)
        guard let table = plist as? [String: String] else { throw CocoaError(.propertyListReadCorrupt) }
        self.init(language: language, table: table)
    }

    public init(language: Language, table: [String: String]) {
        self.language = language
        self.table = table
    }

    /// A text with its parameters. A key that is not there shows itself: a test sees to it that none is.
    public func callAsFunction(_ key: String, _ parameters: String...) -> String {
        var text = table[key] ?? key
        for (index, parameter) in parameters.enumerated() {
            text = text.replacingOccurrences(of: "%\(index + 1)$@", with: parameter)
        }
        return text
    }

    /// `es` or `en`.
    public static func tag(_ language: Language) -> String {
        switch language {
        case .es: "es"
        case .en: "en"
        }
    }

    /// The language that the person's preferences ask for first among ours; English where they ask for neither.
    public static func language(of preferred: [String]) -> Language {
        for tag in preferred.map({ $0.lowercased() }) {
            if tag == "es" || tag.hasPrefix("es-") { return .es }
            if tag == "en" || tag.hasPrefix("en-") { return .en }
        }
        return .en
    }
}
