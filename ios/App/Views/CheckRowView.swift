import PostureKit
import SwiftUI

/// One check in the list.
struct CheckRowView: View {
    let row: CheckRow

    var body: some View {
        HStack(alignment: .firstTextBaseline, spacing: 14) {
            ShapeView(shape: row.shape)
            VStack(alignment: .leading, spacing: 2) {
                Text(row.title).font(.body.weight(.semibold))
                Text(row.what).font(.subheadline).foregroundStyle(Color.softInk)
                if let deadline = row.deadline {
                    Text(deadline).font(.subheadline).foregroundStyle(Color(row.shape.tone.text))
                }
            }
            Spacer(minLength: 0)
        }
        .frame(minHeight: 44)
        .contentShape(Rectangle())
        .accessibilityElement(children: .ignore)
        .accessibilityLabel(row.spoken)
        .accessibilityAddTraits(.isButton)
    }
}
