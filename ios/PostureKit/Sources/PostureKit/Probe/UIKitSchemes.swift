#if canImport(UIKit)
import Foundation
import UIKit

/// Asks `UIApplication`. Each scheme must stand in `LSApplicationQueriesSchemes`, or the answer is always no.
public struct UIKitSchemes: SchemeBook {
    private let patience: DispatchTimeInterval

    public init(patience: DispatchTimeInterval = .seconds(10)) {
        self.patience = patience
    }

    public func isAnswered(_ scheme: AppScheme) -> Bool? {
        guard let url = URL(string: "\(scheme.rawValue)://") else { return nil }
        // UIKit answers on the main thread only; a probe is never called there, but a mistake must not hang the app.
        if Thread.isMainThread {
            return MainActor.assumeIsolated { UIApplication.shared.canOpenURL(url) }
        }
        let answer = Kept<Bool>()
        let answered = DispatchSemaphore(value: 0)
        Task { @MainActor in
            answer.value = UIApplication.shared.canOpenURL(url)
            answered.signal()
        }
        // A main thread that is stuck is no answer.
        return answered.wait(timeout: .now() + patience) == .success ? answer.value : nil
    }
}
#endif
