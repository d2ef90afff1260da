import Foundation

/// A flat property list as the core reads it: texts, and whole numbers as texts. What is nested or of another kind is
/// left out.
struct ManagedEntries: Decodable, Sendable {
    let entries: [String: String]

    init(_ plist: [String: Any]) {
        entries = plist.compactMapValues { value in
            switch value {
            case let text as String: text
            case let number as Int: String(number)
            default: nil
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        var entries: [String: String] = [:]
        for name in container.allKeys {
            if let text = try? container.decode(String.self, forKey: name) {
                entries[name.stringValue] = text
            } else if let number = try? container.decode(Int.self, forKey: name) {
                entries[name.stringValue] = String(number)
            }
        }
        self.entries = entries
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            return nil
        }
    }
}
