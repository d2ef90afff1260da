import AtalayaCore
import Foundation

/// What the signs of a jailbreak are looked for in.
public protocol JailbreakTerrain: Sendable {
    /// Whether anything, also a link to nowhere, stands at this path.
    func exists(_ path: String) -> Bool
    /// Whether a file could be made in this folder. One that was made is gone again.
    func isWritable(_ folder: String) -> Bool
    /// The paths of the libraries in this process; none where the system does not say.
    func loadedImages() -> [String]
}

/// Signs of a jailbreak. Each can be wrong and each can be hidden: heuristics that advise and never fail by
/// themselves. URL schemes of jailbreak stores are not asked for: harmless apps claim them.
public struct JailbreakSigns: Sendable {
    private let terrain: any JailbreakTerrain
    private let muted: Set<RootSign>

    public init(terrain: any JailbreakTerrain) {
        self.init(terrain: terrain, muted: [])
    }

    private init(terrain: any JailbreakTerrain, muted: Set<RootSign>) {
        self.terrain = terrain
        self.muted = muted
    }

    /// The same, with signs that are not looked for.
    public func muting(_ signs: [RootSign]) -> Self {
        Self(terrain: terrain, muted: Set(signs))
    }

    public func reading() -> RootSignsReading {
        let found = looks.filter { sign, isThere in !muted.contains(sign) && isThere() }.map(\.0)
        return .known(value: found, evidence: .heuristic)
    }

    /// The signs that would have been looked for; nothing where every one was.
    public func notLookedFor() -> RootSignsReading? {
        let skipped = looks.map(\.0).filter(muted.contains)
        return skipped.isEmpty ? nil : .known(value: skipped, evidence: .heuristic)
    }

    private var looks: [(RootSign, () -> Bool)] {
        [
            (.jailbreakFile, { Self.files.contains(where: terrain.exists) }),
            (.writableSystem, { Self.folders.contains(where: terrain.isWritable) }),
            (.injectedLibrary, { terrain.loadedImages().contains(where: Self.isInjected) }),
        ]
    }

    /// What the tools of several years leave behind, with and without a root of their own.
    static let files = [
        "/Applications/Cydia.app", "/Applications/Sileo.app", "/Applications/Zebra.app",
        "/Library/MobileSubstrate/MobileSubstrate.dylib", "/usr/lib/TweakInject", "/usr/lib/substitute-inserter.dylib",
        "/usr/libexec/cydia", "/usr/sbin/frida-server", "/private/var/lib/apt", "/private/var/lib/cydia",
        "/private/preboot/jb", "/var/jb", "/var/binpack", "/etc/apt", "/bin/bash", "/usr/sbin/sshd",
    ]

    /// Outside every app's own folder.
    static let folders = ["/", "/private", "/private/var/mobile"]

    private static let injectors = [
        "MobileSubstrate", "SubstrateLoader", "SubstrateInserter", "substitute", "TweakInject", "libhooker", "ellekit",
        "frida", "cynject", "SSLKillSwitch", "Shadow.dylib", "libjailbreak",
    ]

    private static func isInjected(_ image: String) -> Bool {
        let name = image.lowercased()
        return injectors.contains { name.contains($0.lowercased()) }
    }
}
