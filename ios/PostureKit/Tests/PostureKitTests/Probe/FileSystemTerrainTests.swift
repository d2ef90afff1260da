import AtalayaCore
import MachO
import Testing
@testable import PostureKit

extension ShimSuite {
    @Suite struct FileSystemTerrainTests {
        private func signs(_ images: [String?]) -> RootSignsReading {
            LoadedImagesScript.set(images)
            let jailbreak = JailbreakSigns(terrain: FileSystemTerrain()).muting([.jailbreakFile, .writableSystem])
            return jailbreak.reading()
        }

        @Test func theSystemsOwnLibrariesAreNoSign() {
            let images = ["/usr/lib/libobjc.A.dylib", "/System/Library/Frameworks/UIKit.framework/UIKit"]
            #expect(signs(images) == .known(value: [], evidence: .heuristic))
            #expect(FileSystemTerrain().loadedImages() == images)
        }

        @Test func theLastLibraryIsLookedAtToo() {
            #expect(
                signs(["/usr/lib/libobjc.A.dylib", "/var/jb/usr/lib/ellekit/libinjector.dylib"])
                    == .known(value: [.injectedLibrary], evidence: .heuristic))
        }

        @Test func aLibraryThatWasUnloadedMeanwhileHidesNoOther() {
            #expect(
                signs([nil, "/usr/lib/frida/frida-agent.dylib"])
                    == .known(value: [.injectedLibrary], evidence: .heuristic))
            LoadedImagesScript.set([])
            #expect(FileSystemTerrain().loadedImages() == [])
        }
    }
}
