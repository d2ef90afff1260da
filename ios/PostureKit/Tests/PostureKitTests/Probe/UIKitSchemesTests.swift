import Foundation
import Testing
import UIKit
import XCTest
@testable import PostureKit

extension ShimSuite {
    @Suite struct UIKitSchemesTests {
        @Test func theSystemIsAskedFromAThreadOfItsOwn() async {
            UIKitScript.set(
                installed: ["whatsapp-smb", "whatsapp-consumer"], declared: ["whatsapp-smb"])
            // The second one is installed, but the app did not declare that it asks.
            #expect(await answers(UIKitSchemes()) == [true, false])
        }

        @Test func aMainThreadThatIsStuckIsNoAnswerAndStaysUsable() async {
            UIKitScript.set(installed: ["whatsapp-smb"], declared: ["whatsapp-smb"])
            let (isStuck, goesOn) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
            let stuck = Task { @MainActor in
                isStuck.continuation.finish()
                Self.wait(goesOn)
            }
            for await _ in isStuck.stream {}
            #expect(await answers(UIKitSchemes(patience: .milliseconds(50))) == [nil, nil])
            goesOn.signal()
            await stuck.value
            #expect(await answers(UIKitSchemes()) == [true, false])
        }

        /// On a thread of its own, as the core asks.
        private func answers(_ schemes: UIKitSchemes) async -> [Bool?] {
            await withCheckedContinuation { answer in
                Thread.detachNewThread { answer.resume(returning: AppScheme.allCases.map { schemes.isAnswered($0) }) }
            }
        }

        private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

        @Test func theAppDeclaresEveryScheme() throws {
            let info = try Repository.plist("ios/App/Info.plist")
            let declared = try #require(info["LSApplicationQueriesSchemes"] as? [String])
            #expect(Set(declared) == Set(AppScheme.allCases.map(\.rawValue)))
        }
    }
}

/// By XCTest, which runs its tests on the main thread itself: on Linux the main actor of Swift Testing is on another.
final class UIKitSchemesOnTheMainThreadTests: XCTestCase {
    func testAskedThereByMistakeItAnswersAtOnce() {
        UIKitScript.set(installed: ["whatsapp-smb", "whatsapp-consumer"], declared: ["whatsapp-smb"])
        XCTAssertTrue(Thread.isMainThread)
        // Were it to wait for the main thread, it would get no answer.
        let schemes = UIKitSchemes(patience: .milliseconds(100))
        XCTAssertEqual(AppScheme.allCases.map { schemes.isAnswered($0) }, [true, false])
    }
}
