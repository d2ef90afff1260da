import PostureKit
import SwiftUI

/// The shape of a state. VoiceOver passes it by: the word stands beside it.
struct ShapeView: View {
    let shape: StateShape

    var body: some View {
        Group {
            if shape == .stale {
                // No symbol of the system's is a dashed ring with a bar.
                Image(systemName: "circle.dashed").overlay { Image(systemName: "minus").scaleEffect(0.5) }
            } else {
                Image(systemName: shape.symbol)
            }
        }
        .foregroundStyle(Color(shape.tone.text))
        .imageScale(.large)
        .accessibilityHidden(true)
    }
}
