import PostureKit
import SwiftUI

/// The way into a company: a link, the host confirmed, then the notice.
struct EnrolmentView: View {
    let model: AppModel
    let screen: EnrolmentScreen

    @State private var link = ""

    private var words: Words { model.words }

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 20) {
                switch screen {
                case .link(let problem): linkStep(problem)
                case .confirm(let invitation): confirmStep(invitation, problem: nil)
                case .failed(let invitation, let problem): confirmStep(invitation, problem: problem)
                case .working: ProgressView(words("enrol_working")).frame(maxWidth: .infinity)
                }
            }
            .padding(20)
        }
        // The link holds a secret: it is not shown in the app switcher's picture.
        .privacySensitive()
        .navigationTitle(words("enrol_title"))
        .toolbar {
            if model.enrolment != nil, model.company != nil {
                Button(words("cancel")) { model.leaveEnrolment() }
            }
        }
    }

    @ViewBuilder private func linkStep(_ problem: String?) -> some View {
        Text(words("enrol_intro"))
        SecureField(words("enrol_link_hint"), text: $link)
            .textFieldStyle(.roundedBorder)
            .textInputAutocapitalization(.never)
            .autocorrectionDisabled()
            .accessibilityLabel(words("enrol_paste"))
        if let problem { Text(problem).foregroundStyle(Color(Tone.notCompliant.text)) }
        PasteButton(payloadType: String.self) { texts in
            guard let text = texts.first else { return }
            Task { @MainActor in model.open(link: text) }
        }
        .accessibilityLabel(words("enrol_paste"))
        Button(words("go_on")) {
            model.open(link: link)
            link = ""
        }
        .buttonStyle(MainButtonStyle())
        .disabled(link.isEmpty)
    }

    @ViewBuilder private func confirmStep(_ invitation: Invitation, problem: String?) -> some View {
        Text(words("enrol_confirm")).font(.title2.bold()).accessibilityAddTraits(.isHeader)
        Text(invitation.host).font(.title3.monospaced())
        Text(words("enrol_confirm_text", invitation.host))
        if let problem { Text(problem).foregroundStyle(Color(Tone.notCompliant.text)) }
        Button(words("enrol_yes")) { Task { await model.confirmEnrolment() } }.buttonStyle(MainButtonStyle())
        Button(words("cancel"), role: .cancel) { model.leaveEnrolment() }.frame(maxWidth: .infinity, minHeight: 44)
    }
}
