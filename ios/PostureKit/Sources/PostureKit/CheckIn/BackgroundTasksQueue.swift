#if canImport(BackgroundTasks)
import BackgroundTasks
import Foundation

/// The system's scheduler. The identifier stands in `BGTaskSchedulerPermittedIdentifiers`.
public struct BackgroundTasksQueue: RefreshQueue {
    public static let identifier = "org.atalaya.agent.refresh"

    public init() {}

    public func ask(for earliest: Date) throws(RefreshRefusal) {
        let request = BGAppRefreshTaskRequest(identifier: Self.identifier)
        request.earliestBeginDate = earliest
        do {
            try BGTaskScheduler.shared.submit(request)
        } catch let error as BGTaskScheduler.Error {
            switch error.code {
            case .unavailable: throw .off
            case .tooManyPendingTaskRequests: throw .tooMany
            case .notPermitted: throw .notDeclared
            default: throw .failed(error.code.rawValue)
            }
        } catch {
            throw .failed(0)
        }
    }

    public func askForNothing() {
        BGTaskScheduler.shared.cancel(taskRequestWithIdentifier: Self.identifier)
    }

    /// Says what to do with the time that the system gives; before the app has finished launching. False where the
    /// identifier is not declared.
    public func register(_ act: @escaping @Sendable (any RefreshTask) -> Void) -> Bool {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: Self.identifier, using: nil) { task in
            act(BackgroundTask(task))
        }
    }
}

/// A task of the system's. It is told of its end from any thread.
final class BackgroundTask: RefreshTask, @unchecked Sendable {
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
#endif
