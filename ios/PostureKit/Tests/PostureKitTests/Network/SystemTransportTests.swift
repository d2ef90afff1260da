import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite(.serialized) struct SystemTransportTests {
    private let transport = SystemTransport(userAgent: "Atalaya-iOS/test")

    private func request(
        _ url: String, method: String = "GET", body: Data? = nil, seconds: UInt32 = 10, longest: UInt64 = 1000
    ) -> HttpRequest {
        HttpRequest(
            url: url, method: method, headers: [HttpHeader(name: "X-Mark", value: "7")], body: body,
            timeoutSeconds: seconds, longestAnswer: longest)
    }

    private func call(_ request: HttpRequest, by other: SystemTransport? = nil) async throws -> HttpResponse {
        let transport = other ?? transport
        // As the core does it: on a thread that may wait. The few threads that tasks share may not.
        return try await withCheckedThrowingContinuation { answer in
            Thread.detachNewThread { answer.resume(with: Result { try transport.call(request: request) }) }
        }
    }

    @Test func aRequestGoesOutAsItIsAndTheAnswerComesBackWhole() async throws {
        let server = try LocalServer { _ in LocalServer.answer("200 OK", ["ETag: \"a1\""], body: "hello") }
        defer { server.stop() }
        let response = try await call(request(server.url + "/v1/reports", method: "POST", body: Data("{}".utf8)))
        #expect(response.status == 200)
        #expect(response.body == Data("hello".utf8))
        #expect(response.headers.contains { $0.name.lowercased() == "etag" && $0.value == "\"a1\"" })
        let heard = try #require(server.requests.first)
        #expect(heard.hasPrefix("POST /v1/reports HTTP/1.1"))
        #expect(heard.contains("User-Agent: Atalaya-iOS/test"))
        #expect(heard.contains("X-Mark: 7"))
        #expect(heard.hasSuffix("{}"))
    }

    @Test(arguments: [("304 Not Modified", 304), ("401 Unauthorized", 401), ("503 Service Unavailable", 503)])
    func everyStatusIsAnAnswer(_ line: String, _ status: UInt16) async throws {
        let server = try LocalServer { _ in LocalServer.answer(line, ["Retry-After: 30"]) }
        defer { server.stop() }
        let response = try await call(request(server.url))
        #expect(response.status == status)
        #expect(response.headers.contains { $0.name.lowercased() == "retry-after" && $0.value == "30" })
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let server = try LocalServer { _ in
            LocalServer.answer("302 Found", ["Location: http://127.0.0.1:1/elsewhere"])
        }
        defer { server.stop() }
        #expect(try await call(request(server.url)).status == 302)
        #expect(server.requests.count == 1)
    }

    @Test func noCookieIsKept() async throws {
        let server = try LocalServer { _ in LocalServer.answer("200 OK", ["Set-Cookie: a=b; Path=/"]) }
        defer { server.stop() }
        _ = try await call(request(server.url))
        _ = try await call(request(server.url))
        #expect(server.requests.count == 2)
        #expect(!server.requests.contains { $0.lowercased().contains("cookie") })
    }

    @Test func anAnswerThatIsTooLongIsNotKept() async throws {
        let server = try LocalServer { _ in
            LocalServer.answer("200 OK", body: String(repeating: "x", count: 5000))
        }
        defer { server.stop() }
        await #expect(throws: HttpError.TooLong) { try await call(request(server.url, longest: 4999)) }
        #expect(try await call(request(server.url, longest: 5000)).body.count == 5000)
    }

    @Test func theRootsInForceDecideAtEachCall() async throws {
        let server = try LocalServer { _ in LocalServer.answer("200 OK") }
        defer { server.stop() }
        let (roots, asked) = (Kept(ServerRoots.systems), Kept<[String]>([]))
        let transport = SystemTransport(userAgent: "test") { address in
            asked.value?.append(address.absoluteString)
            return roots.value ?? .unusable
        }
        #expect(try await call(request(server.url), by: transport).status == 200)
        roots.value = .pinned(try #require(PinnedRoot(pem: PinnedRootTests.pem())))
        await #expect(throws: HttpError.Identity(reason: "a root cannot be pinned on this system")) {
            try await call(request(server.url), by: transport)
        }
        roots.value = .unusable
        await #expect(throws: HttpError.Identity(reason: "the company's root cannot be read")) {
            try await call(request(server.url), by: transport)
        }
        roots.value = .systems
        #expect(try await call(request(server.url), by: transport).status == 200)
        #expect(asked.value == [String](repeating: server.url, count: 4) && server.requests.count == 2)
    }

    @Test func aServerThatIsNotThereIsUnreachable() async throws {
        let server = try LocalServer { _ in nil }
        server.stop()
        await #expect(throws: HttpError.Unreachable) { try await call(request(server.url)) }
    }

    @Test func aConnectionThatEndsIsBroken() async throws {
        let server = try LocalServer { _ in nil }
        defer { server.stop() }
        await #expect(throws: HttpError.Broken) { try await call(request(server.url)) }
    }

    @Test func aServerThatIsSlowIsGivenUp() async throws {
        let server = try LocalServer { _ in
            Thread.sleep(forTimeInterval: 3)
            return nil
        }
        defer { server.stop() }
        await #expect(throws: HttpError.Timeout) { try await call(request(server.url, seconds: 1)) }
    }
}
