import SwiftUI

/// A card: 14 points of radius and one hairline.
struct Card<Content: View>: View {
    var background = Color.card
    @ViewBuilder let content: Content

    var body: some View {
        VStack(alignment: .leading, spacing: 12) { content }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(20)
            .background(background, in: RoundedRectangle(cornerRadius: 14))
            .overlay { RoundedRectangle(cornerRadius: 14).strokeBorder(Color.hairline, lineWidth: 0.5) }
    }
}

/// The one button that matters on a screen.
struct MainButtonStyle: ButtonStyle {
    var fill = Color.accent

    func makeBody(configuration: Configuration) -> some View {
        configuration.label
            .font(.headline)
            .multilineTextAlignment(.center)
            .frame(maxWidth: .infinity, minHeight: 50)
            .padding(.horizontal, 16)
            .foregroundStyle(Color.paper)
            .background(fill, in: Capsule())
            .opacity(configuration.isPressed ? 0.8 : 1)
    }
}
