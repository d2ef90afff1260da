#if canImport(ManagedApp)
import Foundation
import ManagedApp

/// The ManagedApp framework: what declarative device management sends (iOS 18.4 and newer).
@available(iOS 18.4, macOS 27.0, *)
public struct ManagedAppSource: ManagedSource {
    public init() {}

    public func entries() async -> [String: String]? {
        // The sequence begins with what is in force, also when that is nothing.
        for await entries in await ManagedAppConfigurationProvider().configurations(ManagedEntries.self) {
            return entries?.entries
        }
        return nil
    }
}
#endif
