import PostureKit
import SwiftUI
import UIKit

/// What left this phone, byte for byte.
struct LeavesView: View {
    let model: AppModel
    @State private var screen: LeavesScreen?

    private var words: Words { model.words }

    var body: some View {
        List {
            if let screen {
                Text(screen.summary).font(.headline)
                if let last = screen.lastReport {
                    Section(words("leaves_last")) { exact(last) }
                }
                Section(words("leaves_who")) { Text(screen.whoCanSee) }
                Section(words("leaves_never")) { Text(screen.neverSeen) }
                Section(words("leaves_all")) {
                    ForEach(screen.entries) { entry in
                        NavigationLink {
                            List { exact(entry) }.navigationTitle(entry.title)
                        } label: {
                            VStack(alignment: .leading, spacing: 2) {
                                Text(entry.title)
                                Text("\(entry.when) · \(entry.outcome)")
                                    .font(.subheadline).foregroundStyle(Color.softInk)
                            }
                        }
                    }
                }
            }
        }
        .scrollContentBackground(.hidden)
        .background(Color.paper)
        .navigationTitle(words("leaves_title"))
        .task { screen = await model.leavesScreen() }
    }

    @ViewBuilder private func exact(_ entry: LeavesScreen.Entry) -> some View {
        Text(entry.to).font(.footnote).foregroundStyle(Color.softInk)
        Text(entry.says).font(.footnote.monospaced()).textSelection(.enabled)
        DisclosureGroup(words("leaves_exact")) {
            Text(entry.sent).font(.caption.monospaced()).textSelection(.enabled)
        }
        Button(words("leaves_copy")) {
            UIPasteboard.general.string = entry.sent
            UIAccessibility.post(notification: .announcement, argument: words("leaves_copied"))
        }
    }
}
