import Foundation

#if canImport(CryptoKit)
import CryptoKit
#endif

/// The name of a public key: its JSON Web Key thumbprint (RFC 7638).
public enum KeyThumbprint {
    /// The thumbprint in base64url of this uncompressed point; none where it is no such point.
    public static func of(point: Data) -> String? {
        let bytes = Array(point)
        guard bytes.count == 65, bytes[0] == 4 else { return nil }
        let x = Data(bytes[1..<33]).base64url
        let y = Data(bytes[33...]).base64url
        return sha256(Data(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)).base64url
    }

    /// What App Attest attests: the challenge, and the key that the enrolment uses.
    public static func clientDataHash(challenge: Data, point: Data) -> Data? {
        of(point: point).map { sha256(challenge + Data($0.utf8)) }
    }

    static func sha256(_ data: Data) -> Data {
        Data(SHA256.hash(data: data))
    }
}

extension Data {
    var base64url: String {
        base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
