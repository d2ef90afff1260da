import AtalayaCore
import Foundation
import Security
import Testing
@testable import PostureKit

@Suite struct PinnedRootTests {
    private static let certificate = Data([0x30, 0x03, 1, 2, 3])

    static func pem(_ bytes: Data = certificate) -> String {
        "-----BEGIN CERTIFICATE-----\n\(bytes.base64EncodedString())\n-----END CERTIFICATE-----"
    }

    @Test func onlyOneCertificateInPEMIsARoot() {
        #expect(PinnedRoot(pem: Self.pem())?.certificate == Self.certificate)
        #expect(PinnedRoot(pem: Self.pem().replacingOccurrences(of: "\n", with: "\r\n")) != nil)
        for bad in ["", "AAAA", Self.pem() + "\n" + Self.pem(), "-----BEGIN CERTIFICATE-----"] {
            #expect(PinnedRoot(pem: bad) == nil)
        }
    }

    @Test func theServerIsBelievedByThisRootAlone() throws {
        let root = try #require(PinnedRoot(pem: Self.pem()))
        #expect(root.accepts(SecTrust(root: Self.certificate)))
        #expect(!root.accepts(SecTrust(root: Data([0x30, 9]))))
        #expect(!root.accepts(SecTrust(root: Self.certificate, isInDate: false)))
        let noCertificate = try #require(PinnedRoot(pem: Self.pem(Data([1, 2]))))
        #expect(!noCertificate.accepts(SecTrust(root: Data([1, 2]))))
    }

    @Test func aRootThatCannotBePinnedStopsTheCall() throws {
        let root = try #require(PinnedRoot(pem: Self.pem()))
        let transport = SystemTransport(userAgent: "test") { _ in .pinned(root) }
        let request = HttpRequest(
            url: "http://127.0.0.1:1/", method: "GET", headers: [], body: nil, timeoutSeconds: 5, longestAnswer: 10)
        #expect(throws: HttpError.Identity(reason: "a root cannot be pinned on this system")) {
            try transport.call(request: request)
        }
    }
}
