import DeviceCheck
import Foundation
@testable import PostureKit

/// Apple's part, played by an authority of the server's own tests (server-stub/examples/app_attest.rs): what the fake App
/// Attest hands out is what a server that trusts this root proves.
final class AppleAuthority: @unchecked Sendable {
    struct Failure: Error {}

    /// As the policy names the app.
    static let app = "TEAM123456.com.example.app"

    /// DER.
    let root: Data
    private let process = Process()
    private let (questions, answers) = (Pipe(), Pipe())
    private let lock = NSLock()

    /// None where no built authority is named: then these tests are skipped.
    static var program: URL? {
        ProcessInfo.processInfo.environment["ATALAYA_APP_ATTEST"].map { URL(fileURLWithPath: $0) }
    }

    init() throws {
        guard let program = Self.program else { throw Failure() }
        process.executableURL = program
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
        guard let root = Self.line(answers) else { throw Failure() }
        self.root = root
    }

    deinit {
        // One that ended by itself has no number any more.
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// From here on the fake App Attest speaks with this authority's voice.
    func speak() {
        AppAttestScript.attests = { self.ask("attest \($0) \(Self.hex($1))") }
        AppAttestScript.asserts = { self.ask("assert \($0) \(Self.hex($1)) \($2)") }
    }

    private func ask(_ question: String) -> Data {
        lock.withLock {
            questions.fileHandleForWriting.write(Data("\(question)\n".utf8))
            return Self.line(answers) ?? Data()
        }
    }

    private static func hex(_ bytes: Data) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    private static func line(_ pipe: Pipe) -> Data? {
        var text = Data()
        while text.last != UInt8(ascii: "\n") {
            let piece = pipe.fileHandleForReading.availableData
            if piece.isEmpty { return nil }
            text += piece
        }
        return Data(base64Encoded: text.dropLast())
    }
}
