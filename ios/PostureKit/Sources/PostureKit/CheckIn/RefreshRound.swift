import AtalayaCore
import Foundation

/// A stretch of time that the system gave the app in the background.
public protocol RefreshTask: AnyObject, Sendable {
    /// Called when the time runs out.
    func whenTimeRunsOut(_ act: @escaping @Sendable () -> Void)
    /// Must be called once, or the system gives less time in future.
    func complete(success: Bool)
}

/// Asks the system for such a stretch.
public protocol RefreshQueue: Sendable {
    /// Not before this moment. Takes the place of an earlier wish.
    func ask(for earliest: Date) throws(RefreshRefusal)
    /// Takes the wish back.
    func askForNothing()
}

/// Why the system gives none.
public enum RefreshRefusal: Error, Equatable, Sendable {
    /// Background refresh is off for this app or this phone.
    case off
    /// Too many wishes wait.
    case tooMany
    /// The identifier does not stand in Info.plist.
    case notDeclared
    case failed(Int)
}

/// One round in the background: every enrolment checks in, and the next round is asked for.
public struct RefreshRound: Sendable {
    private let queue: any RefreshQueue
    private let plan: RefreshPlan
    private let now: @Sendable () -> Date

    public init(queue: any RefreshQueue, plan: RefreshPlan, now: @escaping @Sendable () -> Date = { Date() }) {
        self.queue = queue
        self.plan = plan
        self.now = now
    }

    /// Runs until done or until the time runs out. What is being sent then goes on as long as the system lets it: the
    /// core keeps what was not answered and sends it again.
    ///
    /// - Parameter unopened: how many enrolments could not be opened now.
    public func run(_ task: any RefreshTask, _ agents: [PhoneAgent], unopened: Int = 0) async {
        await run(RefreshEnding(task), agents, unopened: unopened)
    }

    func run(_ ending: RefreshEnding, _ agents: [PhoneAgent], unopened: Int) async {
        // First: a round that is cut short must not be the last.
        await askForNext(agents, unopened: unopened)
        var success = unopened == 0
        for agent in agents where !ending.hasEnded {
            if case .failed = await agent.checkIn(.background) { success = false }
        }
        await askForNext(agents, unopened: unopened)
        ending.end(success: success)
    }

    /// Asks for the next round. A refusal changes nothing: the app looks when it is opened.
    public func askForNext(_ agents: [PhoneAgent], unopened: Int = 0) async {
        var statuses = [Status?](repeating: nil, count: unopened)
        for agent in agents { statuses.append(try? await agent.status(.en)) }
        guard let next = plan.next(after: now(), statuses) else { return queue.askForNothing() }
        try? queue.ask(for: next)
    }
}

/// Tells the system once that a round is over: at its end, or when the time runs out.
final class RefreshEnding: Sendable {
    private let task: Kept<any RefreshTask>

    init(_ task: any RefreshTask) {
        let kept = Kept(task)
        self.task = kept
        task.whenTimeRunsOut { kept.take()?.complete(success: false) }
    }

    var hasEnded: Bool { task.value == nil }

    func end(success: Bool) {
        task.take()?.complete(success: success)
    }
}
