import AtalayaCore
import Foundation
import Glibc
@testable import PostureKit

/// A real `atalaya serve` on loopback, with data of its own, and its command line.
final class AtalayaServer: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    private let program: URL
    private let data: URL
    private let address: String
    private var process: Process
    private let lock = NSLock()

    /// None where no built server is named: then these tests are skipped.
    static var program: URL? {
        ProcessInfo.processInfo.environment["ATALAYA_SERVER"].map { URL(fileURLWithPath: $0) }
    }

    init() throws {
        guard let program = Self.program else { throw Failure(description: "ATALAYA_SERVER names no server") }
        self.program = program
        data = try Repository.scratch().appendingPathComponent("data")
        (process, url) = try Self.serve(program, data, "127.0.0.1:0")
        address = String(url.dropFirst("http://".count))
    }

    deinit {
        Self.end(process)
        try? FileManager.default.removeItem(at: data.deletingLastPathComponent())
    }

    /// Ends, as when a company's server is down.
    func stop() {
        lock.withLock { Self.end(process) }
    }

    /// Killed: a process that was started from a thread of Dispatch's inherits blocked signals and hears no SIGTERM. Once
    /// only: afterwards the system gives its number to another process.
    private static func end(_ process: Process) {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Back to what `atalaya backup` wrote to this file, as after a disk was lost: what came since is not known.
    func restore(_ file: URL) throws {
        stop()
        for name in try FileManager.default.contentsOfDirectory(atPath: data.path) where name.hasPrefix("atalaya.db") {
            try FileManager.default.removeItem(at: data.appendingPathComponent(name))
        }
        try run("restore", file.path)
        try start()
    }

    /// Serves the same data at the same address again.
    func start() throws {
        try lock.withLock { (process, _) = try Self.serve(program, data, address) }
    }

    private static func serve(_ program: URL, _ data: URL, _ address: String) throws -> (Process, String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = program
        process.arguments = ["serve", "--data", data.path, "--listen", address, "--json"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while true {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { throw Failure(description: "the server ended: \(text)") }
            text += String(decoding: piece, as: UTF8.self)
            let json = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            if let url = json?["url"] as? String { return (process, url) }
        }
    }

    /// Runs a command of `atalaya` beside the server and gives its JSON.
    @discardableResult
    func run(_ arguments: String...) throws -> [String: Any] {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = program
        process.arguments = arguments + ["--data", data.path, "--json"]
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(arguments): \(String(decoding: said + bytes, as: UTF8.self))")
        }
        return try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
    }

    func invitation(uses: Int = 1, organisation: String = "1") throws -> Invitation {
        let link = try run("token", "create", "--uses", String(uses), "--org", organisation)["link"] as? String
        guard let invitation = link.flatMap(Invitation.read) else { throw Failure(description: "no link") }
        return invitation
    }

    /// The policy that these tests begin with, and what a test adds to it or changes in it.
    func apply(revision: Int, minimum: String = "17.0", more: String = "", checks: String = "") throws {
        let policy = """
            apiVersion: posture/v1
            kind: Policy
            metadata: { name: phones, revision: \(revision) }
            spec:
              enrolmentGrace: 0s
              \(more)
              checks:
                device-encryption: { severity: fail, minEvidence: os-reported }
                screen-lock: { severity: fail }
                os-version: { ios: { min: "\(minimum)" } }
                whatsapp-business: { required: true }
                whatsapp-consumer: { severity: nudge }
                \(checks)
            """
        let file = data.deletingLastPathComponent().appendingPathComponent("policy-\(revision).yaml")
        try policy.write(to: file, atomically: true, encoding: .utf8)
        try run("policy", "apply", file.path)
    }

    /// The devices as IT sees them.
    func devices() throws -> [[String: Any]] {
        try run("device", "list")["devices"] as? [[String: Any]] ?? []
    }

    /// One device with its verdicts, as text: a test looks for what it should hold.
    func device(_ id: String) throws -> String {
        let shown = try run("device", "show", id)
        return String(decoding: try JSONSerialization.data(withJSONObject: shown, options: .sortedKeys), as: UTF8.self)
    }

    struct Proof: Equatable {
        let thumbprint: String?
        let current: Bool
        var proved = false
        /// Of an assertion.
        var counter: Int?
    }

    /// The evidence that it holds for a device's keys, newest first.
    func proofs(_ id: String) throws -> [Proof] {
        let held = try run("device", "show", id)["attestations"] as? [[String: Any]] ?? []
        return held.map { one in
            let asserted = (one["judged"] as? [String: Any])?["asserted"] as? [String: Any]
            return Proof(
                thumbprint: one["thumbprint"] as? String, current: one["current"] as? Bool == true,
                proved: one["proved"] as? Bool == true, counter: (asserted?["counter"] as? NSNumber)?.intValue)
        }
    }

    /// Trusts this root of App Attest, too.
    func trust(_ root: Data) throws {
        let file = data.deletingLastPathComponent().appendingPathComponent("root.der")
        try root.write(to: file)
        try run("trust", "import", "apple-roots", file.path)
    }
}
