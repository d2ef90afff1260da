import PostureKit
import SwiftUI

/// Where this phone is enrolled, whom to ask, and how to pause or leave.
struct SettingsView: View {
    @Bindable var model: AppModel

    @State private var pauseUntil = Date.now.addingTimeInterval(7 * 24 * 3600)
    @State private var asksToWithdraw = false
    @Environment(\.openURL) private var openURL

    private var words: Words { model.words }

    var body: some View {
        let screen = model.settingsScreen
        List {
            Section {
                ForEach(screen.lines) { line in LabeledContent(line.title, value: line.value) }
                if let privacy = screen.privacy { Link(words("settings_privacy"), destination: privacy) }
                if let contact = screen.contact, let url = Remedy.url(contact: contact) {
                    Button(words("fix_ask")) { openURL(url) }
                }
            }
            if screen.asksAboutWhatsApp {
                Section {
                    Toggle(words("settings_whatsapp"), isOn: $model.looksForWhatsApp)
                } footer: {
                    Text(words("settings_whatsapp_text"))
                }
            }
            if model.company != nil, screen.mayPause {
                Section {
                    if let until = screen.pausedUntil {
                        Text(words("settings_pause_ends", until.formatted(date: .abbreviated, time: .shortened)))
                        Button(words("settings_resume")) { Task { await model.resume() } }
                    } else {
                        DatePicker(
                            words("settings_pause_until"), selection: $pauseUntil,
                            in: Date.now...Date.now.addingTimeInterval(SettingsScreen.longestPause),
                            displayedComponents: .date)
                        Button(words("settings_pause_begin")) { Task { await model.pause(until: pauseUntil) } }
                    }
                } header: {
                    Text(words("settings_pause"))
                } footer: {
                    Text(words("settings_pause_text"))
                }
            }
            if model.company != nil {
                Section {
                    Button(words("settings_withdraw"), role: .destructive) { asksToWithdraw = true }
                } footer: {
                    Text(screen.leaving)
                }
            }
            Section { Text(screen.version).foregroundStyle(Color.softInk) }
        }
        .disabled(model.isBusy)
        .scrollContentBackground(.hidden)
        .background(Color.paper)
        .navigationTitle(words("settings_title"))
        .confirmationDialog(words("settings_withdraw_confirm"), isPresented: $asksToWithdraw, titleVisibility: .visible) {
            Button(words("settings_withdraw"), role: .destructive) { Task { await model.withdraw() } }
            Button(words("cancel"), role: .cancel) {}
        }
    }
}
