import AtalayaCore
import Foundation

/// Moments and days as a person reads them.
public struct Moments: Sendable {
    private let locale: Locale
    private let timeZone: TimeZone
    private let now: Date

    /// In the words of a language and the manner of the person's region.
    public init(language: Language, region: String?, timeZone: TimeZone, now: Date) {
        let tag = Words.tag(language)
        locale = Locale(identifier: region.map { "\(tag)_\($0)" } ?? tag)
        self.timeZone = timeZone
        self.now = now
    }

    /// `09:30` today, otherwise with its day.
    public func time(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let isToday = calendar.isDate(date, inSameDayAs: now)
        return text(date, isToday ? .none : .medium, .short)
    }

    public func day(_ date: Date) -> String {
        text(date, .medium, .none)
    }

    /// A calendar day of the core's, such as `2026-11-24`; as it is when it is none.
    public func day(_ iso: String) -> String {
        let reader = DateFormatter()
        reader.locale = Locale(identifier: "en_US_POSIX")
        reader.timeZone = timeZone
        reader.dateFormat = "yyyy-MM-dd"
        return reader.date(from: iso).map { day($0) } ?? iso
    }

    private func text(_ date: Date, _ day: DateFormatter.Style, _ time: DateFormatter.Style) -> String {
        let formatter = DateFormatter()
        formatter.locale = locale
        formatter.timeZone = timeZone
        formatter.dateStyle = day
        formatter.timeStyle = time
        return formatter.string(from: date)
    }
}
