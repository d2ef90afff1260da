import PostureKit
import SwiftUI

/// What the company will see, before anything is sent.
struct NoticeView: View {
    let model: AppModel
    let notice: NoticeScreen

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 20) {
                Text(notice.heading).font(.title.bold()).accessibilityAddTraits(.isHeader)
                Text(notice.text)
                Text(model.words("notice_held")).font(.callout).foregroundStyle(Color.softInk)
                Button(model.words("notice_accept")) { Task { await model.acknowledgeNotice() } }
                    .buttonStyle(MainButtonStyle())
                    .disabled(model.isBusy)
            }
            .padding(20)
        }
        .navigationTitle(model.words("notice_title"))
        .navigationBarTitleDisplayMode(.inline)
    }
}
