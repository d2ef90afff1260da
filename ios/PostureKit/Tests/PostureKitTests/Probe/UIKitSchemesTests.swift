import Foundation
import Testing
import UIKit
@testable import PostureKit

extension ShimSuite {
    @Suite struct UIKitSchemesTests {
        @Test func theSystemIsAskedFromAThreadOfItsOwn() async {
            UIKitScript.set(
                installed: ["whatsapp-smb", "whatsapp-consumer"], declared: ["whatsapp-smb"])
            let answers = await withCheckedContinuation { answer in
                Thread.detachNewThread {
                    answer.resume(returning: AppScheme.allCases.map { UIKitSchemes().isAnswered($0) })
                }
            }
            // The second one is installed, but the app did not declare that it asks.
            #expect(answers == [true, false])
        }

        @Test func theAppDeclaresEveryScheme() throws {
            let info = try Repository.plist("ios/App/Info.plist")
            let declared = try #require(info["LSApplicationQueriesSchemes"] as? [String])
            #expect(Set(declared) == Set(AppScheme.allCases.map(\.rawValue)))
        }
    }
}
