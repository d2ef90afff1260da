import AtalayaCore
import Testing
@testable import PostureKit

@Suite struct InvitationTests {
    static let token = "00000000WXYZ0123456789ABCD"

    static let links = [
        ("https://atalaya.example.com/enrol#\(token)\n", "https://atalaya.example.com"),
        ("https://example.com:8443/atalaya/enrol#\(token)", "https://example.com:8443/atalaya"),
        ("http://127.0.0.1:8420/enrol#\(token)", "http://127.0.0.1:8420"),
    ]

    @Test(arguments: InvitationTests.links)
    func aLinkSaysWhereAndWithWhat(_ link: String, _ server: String) throws {
        let invitation = try #require(Invitation.read(link))
        #expect(invitation.server == server)
        #expect(invitation.token == Self.token)
    }

    static let strangers = [
        "", "hello", token, "https://a.example/enrol", "https://a.example/enrol#short",
        "http://a.example/enrol#\(token)", "http://localhost.evil.example/enrol#\(token)",
        "https://user:secret@a.example/enrol#\(token)", "https:///enrol#\(token)", "ftp://a.example/enrol#\(token)",
        "https://a.example/enrol?x=1#\(token)",
    ]

    @Test(arguments: InvitationTests.strangers)
    func whatIsNoInvitationIsNone(_ text: String) {
        #expect(Invitation.read(text) == nil)
    }

    @Test func theTokenIsNeverPrinted() throws {
        let invitation = try #require(Invitation.read("https://a.example:8443/enrol#\(Self.token)"))
        #expect("\(invitation)" == "Invitation(https://a.example:8443)")
        #expect(!String(reflecting: invitation).contains(Self.token))
        #expect(!"\(EnrolmentScreen.confirm(invitation))".contains(Self.token))
    }
}
