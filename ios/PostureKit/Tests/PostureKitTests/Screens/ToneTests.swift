import Foundation
import Testing
@testable import PostureKit

@Suite struct ToneTests {
    /// WCAG's relative luminance and contrast.
    private func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        func luminance(_ rgb: UInt32) -> Double {
            let parts = [16, 8, 0].map { shift -> Double in
                let part = Double((rgb >> UInt32(shift)) & 0xff) / 255
                return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test func everyTextCanBeReadInLightAndDark() {
        for tone in Tone.allCases {
            for (text, ground) in [(tone.text, tone.tint), (tone.text, Tone.card), (tone.text, Tone.paper)] {
                #expect(contrast(text.light, ground.light) >= 4.5, "\(tone) in the light")
                #expect(contrast(text.dark, ground.dark) >= 4.5, "\(tone) in the dark")
            }
            // The words on the button, which is filled with the tone's text colour.
            #expect(contrast(Tone.paper.light, tone.text.light) >= 4.5 && contrast(Tone.paper.dark, tone.text.dark) >= 4.5)
        }
        for ink in [Tone.ink, Tone.softInk] {
            #expect(contrast(ink.light, Tone.paper.light) >= 4.5 && contrast(ink.dark, Tone.paper.dark) >= 4.5)
        }
    }
}
