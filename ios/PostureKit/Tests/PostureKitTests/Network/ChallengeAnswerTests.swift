import AppleFoundation
import AtalayaCore
import Foundation
import FoundationNetworking
import Security
import Testing
@testable import PostureKit

@Suite struct ChallengeAnswerTests {
    private static let certificate = Data([0x30, 0x03, 1, 2, 3])
    /// Whatever is no question about the server: a password, of a proxy too, or the phone's own certificate.
    private static let otherMethods = [
        NSURLAuthenticationMethodHTTPBasic, NSURLAuthenticationMethodHTTPDigest, "NSURLAuthenticationMethodClientCertificate",
        "NSURLAuthenticationMethodNegotiate",
    ]

    private let root: PinnedRoot?
    private let accepted = SecTrust(root: certificate)
    private let strange = SecTrust(root: Data([0x30, 9]))

    init() {
        root = PinnedRoot(pem: PinnedRootTests.pem(Self.certificate))
    }

    private struct Answered {
        let disposition: URLSession.AuthChallengeDisposition
        let credential: URLCredential?
        /// How the call went on.
        let outcome: Result<HttpResponse, HttpError>
    }

    /// What the session's delegate answers, and what becomes of the call when the system did as it was told.
    private func answer(_ pinnedRoot: PinnedRoot?, _ method: String, _ trust: SecTrust?) throws -> Answered {
        let calls = Calls(pinnedRoot: pinnedRoot)
        let session = URLSession(configuration: .ephemeral)
        let task = session.dataTask(with: try #require(URL(string: "https://a.example/")))
        let call = Call(longestAnswer: 10)
        calls.add(call, for: task)
        let answer = Kept<(URLSession.AuthChallengeDisposition, URLCredential?)>()
        let challenge = URLAuthenticationChallenge(
            protectionSpace: ScriptedProtectionSpace(method: method, trust: trust), proposedCredential: nil,
            previousFailureCount: 0, failureResponse: nil, error: nil, sender: Sender())
        calls.urlSession(session, task: task, didReceive: challenge) { answer.value = ($0, $1) }
        let (disposition, credential) = try #require(answer.value)
        let isCancelled = disposition == .cancelAuthenticationChallenge
        calls.urlSession(session, task: task, didCompleteWithError: isCancelled ? URLError(.cancelled) : nil)
        let outcome = Result { try call.answer() }.mapError { $0 as? HttpError ?? .Unreachable }
        return Answered(disposition: disposition, credential: credential, outcome: outcome)
    }

    @Test func withoutAPinnedRootTheSystemJudgesTheServer() throws {
        for trust in [accepted, strange, nil] {
            let answer = try answer(nil, NSURLAuthenticationMethodServerTrust, trust)
            #expect(answer.disposition == .performDefaultHandling && answer.credential == nil)
        }
    }

    @Test func aServerOfThePinnedRootIsBelieved() throws {
        let answer = try answer(try #require(root), NSURLAuthenticationMethodServerTrust, accepted)
        #expect(answer.disposition == .useCredential)
        #expect(answer.credential?.believes(accepted) == true && answer.credential?.believes(strange) == false)
    }

    @Test func aServerOfAnotherRootIsRefusedAndTheCallSaysWhy() throws {
        for trust in [strange, SecTrust(root: Self.certificate, isInDate: false)] {
            let answer = try answer(try #require(root), NSURLAuthenticationMethodServerTrust, trust)
            #expect(answer.disposition == .cancelAuthenticationChallenge && answer.credential == nil)
            // And not `Broken`, which a cancelled call would be otherwise.
            let reason = "its certificate does not come from the company's root"
            #expect(throws: HttpError.Identity(reason: reason)) { try answer.outcome.get() }
        }
    }

    /// The system's own judgement would believe every root of its store.
    @Test func aServerThatShowsNoChainIsRefusedWhereARootIsPinned() throws {
        let answer = try answer(try #require(root), NSURLAuthenticationMethodServerTrust, nil)
        #expect(answer.disposition == .cancelAuthenticationChallenge && answer.credential == nil)
        #expect(throws: HttpError.self) { try answer.outcome.get() }
    }

    @Test(arguments: otherMethods)
    func whatIsNoQuestionAboutTheServerStaysTheSystems(_ method: String) throws {
        for pinned in [root, nil] {
            // A chain beside another question is no answer to it.
            let answer = try answer(pinned, method, accepted)
            #expect(answer.disposition == .performDefaultHandling && answer.credential == nil)
        }
    }

    private final class Sender: NSObject, URLAuthenticationChallengeSender {
        func use(_ credential: URLCredential, for challenge: URLAuthenticationChallenge) {}
        func continueWithoutCredential(for challenge: URLAuthenticationChallenge) {}
        func cancel(_ challenge: URLAuthenticationChallenge) {}
        func performDefaultHandling(for challenge: URLAuthenticationChallenge) {}
        func rejectProtectionSpaceAndContinue(with challenge: URLAuthenticationChallenge) {}
    }
}
