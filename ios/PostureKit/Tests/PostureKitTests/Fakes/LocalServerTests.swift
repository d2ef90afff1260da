import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct LocalServerTests {
    private static func call(_ url: String) async throws -> Data {
        let request = HttpRequest(
            url: url, method: "GET", headers: [], body: nil, timeoutSeconds: 10, longestAnswer: 1000)
        return try await withCheckedThrowingContinuation { answer in
            Thread.detachNewThread {
                answer.resume(with: Result { try SystemTransport(userAgent: "test").call(request: request).body })
            }
        }
    }

    /// The system gives the number of a closed descriptor to the next one: whoever still waits on it would hear its callers.
    @Test func aStoppedServerHearsNobodyElse() async throws {
        let (asked, mayAnswer) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        let stopped = try LocalServer { _ in
            asked.continuation.finish()
            mayAnswer.wait()
            mayAnswer.signal()
            return LocalServer.answer("200 OK", body: "stopped")
        }
        async let last = Self.call(stopped.url)
        for await _ in asked.stream {}
        // Its thread is between two callers.
        stopped.stop()
        stopped.stop()
        let next = try LocalServer { _ in LocalServer.answer("200 OK", body: "next") }
        defer { next.stop() }
        mayAnswer.signal()
        #expect(try await last == Data("stopped".utf8))
        for _ in 0..<4 { #expect(try await Self.call(next.url) == Data("next".utf8)) }
        #expect(stopped.requests.count == 1 && next.requests.count == 4)
    }
}
