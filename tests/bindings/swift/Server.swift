import Foundation

/// The real server that runs beside the tests (with-server).
enum Server {
    static let url = environment("ATALAYA_URL")
    static let token = environment("ATALAYA_TOKEN")
    static let noticeToken = environment("ATALAYA_NOTICE_TOKEN")

    /// How many devices it knows.
    static func devices() throws -> Int { (try asked("device", "list")["total"] as? NSNumber)!.intValue }

    /// The evidence that it holds for a device's keys, newest first: whether each is current.
    static func evidence(_ device: String) throws -> [Bool] {
        let held = try asked("device", "show", device)["attestations"] as? [[String: Any]]
        return held!.map { $0["current"] as! Bool }
    }

    /// Another token, for one device.
    static func newToken() throws -> String { try asked("token", "create", "--group", "bridge")["token"] as! String }

    /// An administrator closes this device.
    static func close(_ device: String) throws { _ = try asked("device", "close", device, "--retired") }

    private static func asked(_ words: String...) throws -> [String: Any] {
        let asked = Process()
        asked.executableURL = URL(fileURLWithPath: environment("ATALAYA_SERVER"))
        asked.arguments = ["--data", environment("ATALAYA_DATA"), "--json"] + words
        let answer = Pipe()
        asked.standardOutput = answer
        try asked.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        asked.waitUntilExit()
        return try JSONSerialization.jsonObject(with: text) as! [String: Any]
    }

    static func environment(_ name: String) -> String { ProcessInfo.processInfo.environment[name]! }
}
