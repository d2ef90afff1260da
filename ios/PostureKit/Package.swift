// swift-tools-version: 6.0
import PackageDescription

// On Apple's systems the core comes as an XCFramework (ios/build-xcframework.sh). On Linux, where everything but the
// drawing is tested, it is the shared library beside the tests (ios/test), and small modules that are named like
// Apple's declare just the API that the thin files use.
#if os(Linux)
let core: Target = .systemLibrary(name: "AtalayaCoreFFI")
let shimNames = [
    "AppleFoundation", "BackgroundTasks", "CryptoKit", "DeviceCheck", "LocalAuthentication", "MachO", "ManagedApp",
    "Security", "UIKit", "UserNotifications",
]
#else
let core: Target = .binaryTarget(name: "AtalayaCoreFFI", path: "AtalayaCoreFFI.xcframework")
let shimNames: [String] = []
#endif

let shims: [Target] = shimNames.map { name in
    .target(name: name, dependencies: name == "AppleFoundation" ? ["Security"] : [], path: "Tests/Shims/\(name)")
}
let shimDependencies: [Target.Dependency] = shimNames.map { .target(name: $0) }

let package = Package(
    name: "PostureKit",
    defaultLocalization: "en",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "PostureKit", targets: ["PostureKit"])],
    targets: [
        core,
        .target(name: "AtalayaCore", dependencies: ["AtalayaCoreFFI"]),
        .target(name: "PostureKit", dependencies: ["AtalayaCore"] + shimDependencies),
        .testTarget(name: "PostureKitTests", dependencies: ["PostureKit"] + shimDependencies),
    ] + shims
)
