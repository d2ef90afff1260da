import Foundation
import Testing
@testable import PostureKit

@Suite struct KeyThumbprintTests {
    @Test func theHashIsTheStandards() {
        // FIPS 180-4's own examples, and one over a block's edge.
        let hex = { (text: String) in
            KeyThumbprint.sha256(Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
        }
        #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func onlyAnUncompressedPointHasAThumbprint() {
        #expect(KeyThumbprint.of(point: Data(repeating: 4, count: 64)) == nil)
        #expect(KeyThumbprint.of(point: Data(repeating: 2, count: 65)) == nil)
        #expect(KeyThumbprint.of(point: Data(repeating: 4, count: 65)) != nil)
    }

    /// The key of RFC 7517, appendix A.1, whose thumbprint the core's own test holds to as well.
    @Test func theThumbprintIsThatOfTheStandard() throws {
        let coordinate = { (text: String) throws in
            let padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/") + "="
            return try #require(Data(base64Encoded: padded))
        }
        let x = try coordinate("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")
        let y = try coordinate("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")
        #expect(
            KeyThumbprint.of(point: Data([4]) + x + y) == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s")
    }

    @Test func theHashNamesTheChallengeAndTheKey() {
        let point = Data([4]) + Data(repeating: 7, count: 64)
        let other = Data([4]) + Data(repeating: 8, count: 64)
        let hash = KeyThumbprint.clientDataHash(challenge: Data("a".utf8), point: point)
        #expect(hash?.count == 32)
        #expect(hash != KeyThumbprint.clientDataHash(challenge: Data("b".utf8), point: point))
        #expect(hash != KeyThumbprint.clientDataHash(challenge: Data("a".utf8), point: other))
        #expect(KeyThumbprint.clientDataHash(challenge: Data(), point: Data()) == nil)
    }
}
