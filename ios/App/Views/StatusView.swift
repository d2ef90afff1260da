import PostureKit
import SwiftUI

/// One sentence, what to do, then the detail.
struct StatusView: View {
    @Bindable var model: AppModel
    let screen: StatusScreen

    @State private var steps: Steps?
    @State private var showsPapers = false
    @Environment(\.openURL) private var openURL

    private var words: Words { model.words }

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 24) {
                top
                ForEach(screen.notes, id: \.self) { note in
                    Text(note).font(.callout).foregroundStyle(Color.softInk)
                }
                if screen.offersNewLink {
                    Button(words("enrol_again")) { model.beginAgain() }.buttonStyle(MainButtonStyle())
                }
                ForEach(screen.rows) { row in
                    NavigationLink {
                        CheckView(row: row, words: words, act: act)
                    } label: {
                        CheckRowView(row: row)
                    }
                    .buttonStyle(.plain)
                }
                Divider()
                Text(screen.footer.joined(separator: " · ")).font(.footnote).foregroundStyle(Color.softInk)
                buttons
            }
            .padding(20)
        }
        .refreshable { await model.checkNow() }
        .navigationTitle(model.companies.count > 1 ? model.company?.name ?? "" : words("app_name"))
        .navigationBarTitleDisplayMode(.inline)
        .toolbar { ToolbarItem(placement: .topBarTrailing) { menu } }
        .navigationDestination(isPresented: $showsPapers) { PapersView(model: model) }
        .sheet(item: $steps) { StepsView(steps: $0, words: words) }
    }

    private var top: some View {
        Card(background: Color(screen.shape.tone.tint)) {
            VStack(alignment: .leading, spacing: 8) {
                Label {
                    Text(screen.headline).font(.subheadline.weight(.semibold))
                } icon: {
                    ShapeView(shape: screen.shape)
                }
                .foregroundStyle(Color(screen.shape.tone.text))
                if let first = screen.first {
                    Text(first.title).font(.title2.bold())
                    Text(first.what)
                    if let deadline = first.deadline { Text(deadline).font(.subheadline) }
                    if let fix = first.fix { Text(fix) }
                }
            }
            .accessibilityElement(children: .ignore)
            .accessibilityLabel([screen.spoken(words), screen.first?.fix].compactMap(\.self).joined(separator: ". "))
            .accessibilityAddTraits(.isHeader)
            if let remedy = screen.first?.remedy {
                Button(remedy.label) { act(remedy) }
                    .buttonStyle(MainButtonStyle(fill: Color(screen.shape.tone.text)))
            }
        }
    }

    private var buttons: some View {
        // Side by side where there is room, one below the other with large type.
        ViewThatFits(in: .horizontal) {
            HStack(spacing: 12) { twoButtons }
            VStack(spacing: 12) { twoButtons }
        }
        .buttonStyle(.bordered)
        .controlSize(.large)
    }

    @ViewBuilder private var twoButtons: some View {
        Button {
            Task { await model.checkNow() }
        } label: {
            Text(words(model.isBusy ? "status_checking" : "status_check_now")).frame(maxWidth: .infinity)
        }
        .disabled(model.isBusy)
        NavigationLink {
            LeavesView(model: model)
        } label: {
            Text(words("status_what_leaves")).frame(maxWidth: .infinity)
        }
    }

    private var menu: some View {
        Menu {
            if model.companies.count > 1 {
                Picker(words("settings_organisation"), selection: $model.shown) {
                    ForEach(model.companies) { Text($0.name).tag(Optional($0.id)) }
                }
            }
            Button(words("rules_title")) { showsPapers = true }
            NavigationLink(words("settings_title")) { SettingsView(model: model) }
            Button(words("enrol_second")) { model.beginEnrolment() }
        } label: {
            Image(systemName: "ellipsis.circle").accessibilityLabel(words("more"))
        }
    }

    private func act(_ remedy: Remedy) {
        switch remedy.act {
        case .steps(let list): steps = Steps(title: remedy.label, list: list)
        case .page(let url): openURL(url)
        case .papers: showsPapers = true
        case .contact(let contact):
            if let url = Remedy.url(contact: contact) { openURL(url) } else { model.trouble = contact }
        }
    }
}
