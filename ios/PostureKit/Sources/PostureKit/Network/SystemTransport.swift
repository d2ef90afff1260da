import AtalayaCore
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
#if canImport(AppleFoundation)
import AppleFoundation
#endif

/// HTTPS by the system: its trust store, its proxies, its per-app VPN and App Transport Security apply. Nothing is
/// cached, no cookie is kept, no redirect is followed.
public final class SystemTransport: HttpTransport {
    private let userAgent: String
    private let roots: @Sendable (URL) -> ServerRoots
    private let lock = NSLock()
    /// One for each root: a connection that was believed by another is none to go on with.
    nonisolated(unsafe) private var sessions: [(pinnedRoot: PinnedRoot?, session: URLSession, calls: Calls)] = []

    /// By which roots the server at an address is believed is asked at each call: device management may change it.
    public init(userAgent: String, roots: @escaping @Sendable (URL) -> ServerRoots = { _ in .systems }) {
        self.userAgent = userAgent
        self.roots = roots
    }

    deinit {
        for (_, session, _) in sessions { session.invalidateAndCancel() }
    }

    private func session(_ pinnedRoot: PinnedRoot?) -> (URLSession, Calls) {
        lock.withLock {
            if let (_, session, calls) = sessions.first(where: { $0.pinnedRoot == pinnedRoot }) { return (session, calls) }
            let calls = Calls(pinnedRoot: pinnedRoot)
            let session = URLSession(configuration: Self.configuration, delegate: calls, delegateQueue: nil)
            sessions.append((pinnedRoot, session, calls))
            return (session, calls)
        }
    }

    private static var configuration: URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return configuration
    }

    public func call(request: HttpRequest) throws -> HttpResponse {
        guard let url = URL(string: request.url) else { throw HttpError.Unreachable }
        let (session, calls) = switch roots(url) {
        case .systems: self.session(nil)
        case .pinned(let root): self.session(root)
        case .unusable: throw HttpError.Identity(reason: "the company's root cannot be read")
        }
        #if os(Linux)
        // Foundation on Linux shows no chain to judge, and believing it unseen would be worse than not to call.
        guard !calls.isPinned else { throw HttpError.Identity(reason: "a root cannot be pinned on this system") }
        #endif
        var outgoing = URLRequest(url: url, timeoutInterval: TimeInterval(request.timeoutSeconds))
        outgoing.httpMethod = request.method
        outgoing.httpBody = request.body
        outgoing.httpShouldHandleCookies = false
        for header in request.headers { outgoing.setValue(header.value, forHTTPHeaderField: header.name) }
        outgoing.setValue(userAgent, forHTTPHeaderField: "User-Agent")

        let task = session.dataTask(with: outgoing)
        let call = Call(longestAnswer: request.longestAnswer)
        calls.add(call, for: task)
        task.resume()
        // The time of a request counts from its last byte, so the whole is timed here.
        guard call.ended.wait(timeout: .now() + .seconds(Int(request.timeoutSeconds))) == .success else {
            task.cancel()
            throw HttpError.Timeout
        }
        return try call.answer()
    }
}

/// One request under way.
final class Call: @unchecked Sendable {
    let ended = DispatchSemaphore(value: 0)
    private let longestAnswer: UInt64
    private let lock = NSLock()
    private var response: HTTPURLResponse?
    private var body = Data()
    private var failure: HttpError?

    init(longestAnswer: UInt64) {
        self.longestAnswer = longestAnswer
    }

    func begin(_ response: URLResponse) {
        lock.withLock { self.response = response as? HTTPURLResponse }
    }

    /// False when it has become too long.
    func take(_ piece: Data) -> Bool {
        lock.withLock {
            guard UInt64(body.count + piece.count) <= longestAnswer else {
                failure = .TooLong
                return false
            }
            body.append(piece)
            return true
        }
    }

    func fail(_ failure: HttpError) {
        lock.withLock { self.failure = self.failure ?? failure }
    }

    func end(_ error: (any Error)?) {
        if let error { fail(HttpError(systemError: error)) }
        ended.signal()
    }

    func answer() throws -> HttpResponse {
        try lock.withLock {
            if let failure { throw failure }
            guard let response, let status = UInt16(exactly: response.statusCode) else { throw HttpError.Broken }
            let headers = response.allHeaderFields.compactMap { name, value in
                (name as? String).map { HttpHeader(name: $0, value: "\(value)") }
            }
            return HttpResponse(status: status, headers: headers, body: body)
        }
    }
}

/// What the session tells, call by call.
final class Calls: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let pinnedRoot: PinnedRoot?
    private let lock = NSLock()
    private var underWay: [Int: Call] = [:]

    init(pinnedRoot: PinnedRoot?) {
        self.pinnedRoot = pinnedRoot
    }

    var isPinned: Bool { pinnedRoot != nil }

    func add(_ call: Call, for task: URLSessionTask) {
        lock.withLock { underWay[task.taskIdentifier] = call }
    }

    private func call(_ task: URLSessionTask) -> Call? {
        lock.withLock { underWay[task.taskIdentifier] }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        call(dataTask)?.begin(response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        if call(dataTask)?.take(data) == false { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let call = lock.withLock { underWay.removeValue(forKey: task.taskIdentifier) }
        call?.end(error)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        let space = challenge.protectionSpace
        switch ChallengeAnswer(pinnedRoot, method: space.authenticationMethod, trust: space.serverTrust) {
        case .asTheSystemDoes:
            completionHandler(.performDefaultHandling, nil)
        case .believe(let trust):
            completionHandler(.useCredential, URLCredential(trust: trust))
        case .refuse:
            call(task)?.fail(.Identity(reason: "its certificate does not come from the company's root"))
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    }
}
