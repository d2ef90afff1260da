import PostureKit
import SwiftUI
import UIKit

extension Color {
    /// A colour of the product's, which follows light and dark.
    init(_ pair: Tone.Pair) {
        self.init(uiColor: UIColor { traits in UIColor(rgb: traits.userInterfaceStyle == .dark ? pair.dark : pair.light) })
    }

    static let paper = Color(Tone.paper)
    static let card = Color(Tone.card)
    static let ink = Color(Tone.ink)
    static let softInk = Color(Tone.softInk)
    static let hairline = Color(Tone.line)
    static let accent = Color(Tone.accent.text)
}

extension UIColor {
    fileprivate convenience init(rgb: UInt32) {
        let part = { (shift: UInt32) in CGFloat((rgb >> shift) & 0xff) / 255 }
        self.init(red: part(16), green: part(8), blue: part(0), alpha: 1)
    }
}
