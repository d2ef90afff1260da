@testable import PostureKit

struct FixedManagedSource: ManagedSource {
    var written: [String: String]?

    func entries() async -> [String: String]? { written }
}

/// Managed configuration that a test changes while the app runs.
final class ChangingManagedSource: ManagedSource {
    let written = Kept<[String: String]>()

    func entries() async -> [String: String]? { written.value }
}
