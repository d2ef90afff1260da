import SwiftUI
import PostureKit
import UIKit

/// The way to a page that iOS lets no app open.
struct Steps: Identifiable {
    var id: String { title }
    let title: String
    let list: [String]
}

struct StepsView: View {
    let steps: Steps
    let words: Words

    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL

    var body: some View {
        NavigationStack {
            List {
                Section(words("steps_title")) {
                    ForEach(Array(steps.list.enumerated()), id: \.offset) { index, step in
                        HStack(alignment: .firstTextBaseline, spacing: 12) {
                            Text("\(index + 1)").font(.body.monospacedDigit().bold()).foregroundStyle(Color.accent)
                            Text(step)
                        }
                        .accessibilityElement(children: .combine)
                    }
                }
                // It opens Atalaya's own page there; the rest of the way is one tap back.
                if let url = URL(string: UIApplication.openSettingsURLString) {
                    Button(words("steps_open_settings")) { openURL(url) }
                }
            }
            .navigationTitle(steps.title)
            .navigationBarTitleDisplayMode(.inline)
            .toolbar { Button(words("close")) { dismiss() } }
        }
        .presentationDetents([.medium, .large])
    }
}
