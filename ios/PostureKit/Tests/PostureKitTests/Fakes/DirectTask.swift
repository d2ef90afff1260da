import BackgroundTasks
@testable import PostureKit

/// A task of the system's without its scheduler.
final class DirectTask: RefreshTask {
    private let task: BGTask

    init(_ task: BGTask) {
        self.task = task
    }

    func whenTimeRunsOut(_ act: @escaping @Sendable () -> Void) {
        task.expirationHandler = act
    }

    func complete(success: Bool) {
        task.setTaskCompleted(success: success)
    }
}
