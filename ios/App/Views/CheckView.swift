import PostureKit
import SwiftUI

/// One check whole: what is so, why it matters, how it is fixed, since when and who says so.
struct CheckView: View {
    let row: CheckRow
    let words: Words
    let act: (Remedy) -> Void

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 20) {
                Label {
                    Text(row.shapeWord).font(.subheadline.weight(.semibold))
                } icon: {
                    ShapeView(shape: row.shape)
                }
                .foregroundStyle(Color(row.shape.tone.text))
                Text(row.what).font(.title3)
                part(words("status_why"), row.why)
                if let fix = row.fix { part(words("status_how"), fix) }
                if let remedy = row.remedy {
                    Button(remedy.label) { act(remedy) }.buttonStyle(MainButtonStyle())
                }
                ForEach([row.since, row.deadline, row.evidence].compactMap(\.self), id: \.self) { line in
                    Text(line).font(.footnote).foregroundStyle(Color.softInk)
                }
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(20)
        }
        .background(Color.paper)
        .navigationTitle(row.title)
    }

    private func part(_ title: String, _ text: String) -> some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(title).font(.headline).accessibilityAddTraits(.isHeader)
            Text(text)
        }
    }
}
