import PostureKit
import SwiftUI

/// What is shown now: the way in, the notice, or how things stand.
struct RootView: View {
    @Bindable var model: AppModel

    var body: some View {
        NavigationStack {
            Group {
                if let enrolment = model.enrolment {
                    EnrolmentView(model: model, screen: enrolment)
                } else if model.company == nil {
                    EnrolmentView(model: model, screen: .link(problem: nil))
                } else if let notice = model.pendingNotice {
                    NoticeView(model: model, notice: notice)
                } else if let status = model.statusScreen {
                    StatusView(model: model, screen: status)
                }
            }
            .background(Color.paper)
        }
        .tint(Color.accent)
        .foregroundStyle(Color.ink)
        .alert(
            model.trouble ?? "", isPresented: Binding(get: { model.trouble != nil }, set: { _ in model.trouble = nil })
        ) {
            Button(model.words("close")) { model.trouble = nil }
        }
    }
}
