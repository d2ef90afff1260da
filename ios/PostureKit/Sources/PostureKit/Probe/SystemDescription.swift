import AtalayaCore
import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#endif

/// What the system says of itself.
public struct SystemDescription: Sendable {
    public var version: OperatingSystemVersion
    /// Such as `iPhone15,2`; empty when the system does not say.
    public var machine: String

    public init(version: OperatingSystemVersion, machine: String) {
        self.version = version
        self.machine = machine
    }

    /// This phone. A background security improvement, such as the `(a)` of `17.5.1 (a)`, is told to no app.
    public static func current() -> Self {
        Self(version: ProcessInfo.processInfo.operatingSystemVersion, machine: machineName())
    }

    /// The version as iOS prints it: `17.5`, `17.5.1`.
    public var versionReading: TextReading {
        guard version.majorVersion > 0 else { return .unknown(reason: .probeFailed) }
        var text = "\(version.majorVersion).\(version.minorVersion)"
        if version.patchVersion > 0 { text += ".\(version.patchVersion)" }
        return .known(value: text, evidence: .osReported)
    }

    public var modelReading: TextReading {
        machine.isEmpty ? .unknown(reason: .probeFailed) : .known(value: machine, evidence: .osReported)
    }

    private static func machineName() -> String {
        var description = utsname()
        guard uname(&description) == 0 else { return "" }
        return withUnsafeBytes(of: description.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
