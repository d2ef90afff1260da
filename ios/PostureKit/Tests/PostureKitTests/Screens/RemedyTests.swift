import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct RemedyTests {
    @Test(arguments: [Language.es, .en])
    func whereIOSOpensNoPageTheWayIsToldInSteps(_ language: Language) throws {
        let words = try Repository.words(language)
        for remediation in [Remediation.setScreenLock, .encryptStorage, .updateSystem, .removeWhatsapp] {
            let remedy = try #require(Remedy(remediation, words, contact: nil))
            guard case .steps(let steps) = remedy.act else {
                Issue.record("\(remediation) has no steps")
                continue
            }
            #expect(steps.count >= 3 && steps.allSatisfy { !$0.isEmpty && !$0.contains("›") })
            #expect(!remedy.label.contains("_"))
        }
    }

    @Test func everyStepHasItsButtonOrNothingToDo() throws {
        let words = try Repository.words(.en)
        let act = { Remedy($0, words, contact: "it@example.com")?.act }
        #expect(act(.none) == nil)
        #expect(act(.developerOptions) == nil)
        #expect(act(.readRules) == .papers && act(.declare) == .papers)
        #expect(act(.askAdministrator) == .contact("it@example.com"))
        #expect(Remedy(.askAdministrator, words, contact: nil) == nil)
        let store = try #require(Remedy.businessInStore)
        for remediation in [Remediation.updateWhatsappBusiness, .installWhatsappBusiness, .reinstallFromStore] {
            #expect(act(remediation) == .page(store))
        }
    }

    @Test(arguments: [
        ("it@example.com", "mailto:it@example.com"), ("+34 912 345 678", "tel:+34912345678"),
        ("https://help.example", "https://help.example"),
    ])
    func aContactCanBeOpened(_ contact: String, _ url: String) {
        #expect(Remedy.url(contact: contact)?.absoluteString == url)
    }

    @Test(arguments: ["Ana, second floor", "", "12", "javascript:alert(1)", "http://help.example"])
    func whatIsNoAddressIsJustShown(_ contact: String) {
        #expect(Remedy.url(contact: contact) == nil)
    }
}
