import AtalayaCore
import Foundation
import Testing
@testable import PostureKit

@Suite struct WordsTests {
    private func keys(_ language: String) throws -> Set<String> {
        Set(try Repository.plist("ios/App/Resources/\(language).lproj/Localizable.strings").keys)
    }

    @Test func bothLanguagesHaveTheSameKeys() throws {
        #expect(try keys("es") == keys("en"))
    }

    @Test func everyKeyThatIsUsedIsThere() throws {
        let known = try keys("en")
        let call = try Regex(#"words\((?:[a-zA-Z.]+ \? )?"([a-z_]+)"(?: : "([a-z_]+)")?"#)
        var used: Set<String> = []
        for folder in ["ios/PostureKit/Sources/PostureKit", "ios/App"] {
            let files = try #require(FileManager.default.enumerator(atPath: Repository.file(folder).path))
            for case let file as String in files where file.hasSuffix(".swift") {
                for match in try Repository.text("\(folder)/\(file)").matches(of: call) {
                    for index in 1..<match.output.count {
                        if let key = match.output[index].substring { used.insert(String(key)) }
                    }
                }
            }
        }
        #expect(used.count > 80)
        #expect(used.subtracting(known) == [])
    }

    @Test func parametersStandWhereEachLanguageHasThem() throws {
        let es = try Repository.words(.es)
        let en = try Repository.words(.en)
        #expect(en("status_sent", "Clínica", "09:30") == "sent to Clínica 09:30")
        #expect(es("status_sent", "Clínica", "09:30") == "enviado a Clínica 09:30")
        #expect(es("no_such_key") == "no_such_key")
    }

    @Test(arguments: [
        (["es-MX", "en"], Language.es), (["fr-FR", "en-GB"], .en), (["de"], .en), ([], .en), (["est"], .en),
        (["EN"], .en), (["es"], .es),
    ])
    func thePersonsFirstLanguageAmongOursIsSpoken(_ preferred: [String], _ language: Language) {
        #expect(Words.language(of: preferred) == language)
    }

    @Test func momentsAreThoseOfThePersonsDay() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Madrid"))
        let moments = Moments(language: .es, region: "ES", timeZone: zone, now: .morning)
        #expect(moments.time(.morning).hasSuffix("30"))
        #expect(moments.time(.morning).count <= 5)
        let other = moments.time(.morning.addingTimeInterval(-2 * 24 * 3600))
        #expect(other.contains("22") && other.contains("30"))
        #expect(moments.day("2026-11-24").contains("24") && moments.day("2026-11-24") != "2026-11-24")
        #expect(moments.day("soon") == "soon")
    }
}
