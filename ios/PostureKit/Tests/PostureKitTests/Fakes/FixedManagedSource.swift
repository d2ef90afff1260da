@testable import PostureKit

struct FixedManagedSource: ManagedSource {
    var written: [String: String]?

    func entries() async -> [String: String]? { written }
}

/// Something happens while the configuration is read.
struct EventfulManagedSource: ManagedSource {
    let event: @Sendable () -> Void

    func entries() async -> [String: String]? {
        event()
        return nil
    }
}

/// Managed configuration that a test changes while the app runs.
final class ChangingManagedSource: ManagedSource {
    let written = Kept<[String: String]>()

    func entries() async -> [String: String]? { written.value }
}
