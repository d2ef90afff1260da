import Foundation

/// The real server that runs beside the tests (with-server).
enum Server {
    static let url = environment("ATALAYA_URL")
    static let token = environment("ATALAYA_TOKEN")
    static let noticeToken = environment("ATALAYA_NOTICE_TOKEN")

    /// How many devices it knows.
    static func devices() throws -> Int {
        let asked = Process()
        asked.executableURL = URL(fileURLWithPath: environment("ATALAYA_SERVER"))
        asked.arguments = ["--data", environment("ATALAYA_DATA"), "--json", "device", "list"]
        let answer = Pipe()
        asked.standardOutput = answer
        try asked.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        asked.waitUntilExit()
        let document = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        return (document?["total"] as? NSNumber)!.intValue
    }

    static func environment(_ name: String) -> String { ProcessInfo.processInfo.environment[name]! }
}
