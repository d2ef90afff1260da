import Foundation

@MainActor
public final class UIApplication {
    public static let shared = UIApplication()

    public func canOpenURL(_ url: URL) -> Bool {
        UIKitScript.canOpen(url)
    }
}

/// Which schemes the phone's apps answer to, and which the app may ask for.
public enum UIKitScript {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var installed: Set<String> = []
    nonisolated(unsafe) private static var declared: Set<String> = []

    public static func set(installed: Set<String>, declared: Set<String>) {
        lock.withLock {
            self.installed = installed
            self.declared = declared
        }
    }

    static func canOpen(_ url: URL) -> Bool {
        lock.withLock { url.scheme.map { installed.contains($0) && declared.contains($0) } ?? false }
    }
}
