import PostureKit
import SwiftUI

/// The rules to acknowledge and the questions that only the person can answer.
struct PapersView: View {
    let model: AppModel

    private var words: Words { model.words }

    var body: some View {
        List {
            if let screen = model.papersScreen {
                Section(words("rules_heading")) {
                    if let rules = screen.rules {
                        Text(rules.text)
                        if let accepted = rules.accepted { Text(accepted).foregroundStyle(Color.softInk) }
                        if rules.pending {
                            Button(words("rules_accept")) { Task { await model.acceptRules() } }
                                .buttonStyle(MainButtonStyle())
                        }
                    } else {
                        Text(screen.noRules).foregroundStyle(Color.softInk)
                    }
                }
                Section {
                    if screen.questions.isEmpty { Text(screen.noQuestions).foregroundStyle(Color.softInk) }
                    ForEach(screen.questions) { question($0) }
                } header: {
                    Text(words("declarations_heading"))
                } footer: {
                    if !screen.questions.isEmpty { Text(words("declarations_intro")) }
                }
            }
        }
        .disabled(model.isBusy)
        .scrollContentBackground(.hidden)
        .background(Color.paper)
        .navigationTitle(words("rules_title"))
    }

    private func question(_ question: PapersScreen.Question) -> some View {
        VStack(alignment: .leading, spacing: 8) {
            Text(question.title).font(.headline)
            Text(question.how).font(.subheadline).foregroundStyle(Color.softInk)
            if let answer = question.answer { Text(answer).font(.subheadline) }
            if let again = question.again { Text(again).font(.footnote).foregroundStyle(Color.softInk) }
            ViewThatFits(in: .horizontal) {
                HStack { answers(question) }
                VStack(alignment: .leading) { answers(question) }
            }
            .buttonStyle(.bordered)
        }
        .padding(.vertical, 4)
    }

    @ViewBuilder private func answers(_ question: PapersScreen.Question) -> some View {
        Button(words("declaration_yes")) { Task { await model.answer(question.id, affirmed: true) } }
            .accessibilityLabel("\(question.title). \(words("declaration_yes"))")
        Button(words("declaration_no")) { Task { await model.answer(question.id, affirmed: false) } }
            .accessibilityLabel("\(question.title). \(words("declaration_no"))")
    }
}
