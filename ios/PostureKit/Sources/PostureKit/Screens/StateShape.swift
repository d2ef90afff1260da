import AtalayaCore

/// The shape that stands beside a word, so that colour is never alone.
public enum StateShape: String, CaseIterable, Sendable {
    /// A disc with a tick.
    case fine
    /// A ring with an exclamation mark.
    case nudge
    /// A clock.
    case inGrace
    /// An octagon with a cross.
    case toFix
    /// A diamond with a question mark.
    case unknown
    /// A dashed ring with a bar.
    case stale
    /// A crescent: off hours, never counted against anyone.
    case quiet
    /// A line: not asked here.
    case notAsked

    public init(_ state: DeviceState) {
        self = switch state {
        case .compliant: .fine
        case .inGrace: .inGrace
        case .notCompliant: .toFix
        case .unknown: .unknown
        case .stale: .stale
        }
    }

    public init(_ verdict: CheckVerdict) {
        self = switch verdict.verdict {
        case .pass: .fine
        case .nudge: .nudge
        case .fail: verdict.inGrace ? .inGrace : .toFix
        case .unknown: .unknown
        case .notApplicable: .notAsked
        }
    }

    /// The word beside it.
    public func word(_ words: Words) -> String {
        switch self {
        case .fine: words("shape_pass")
        case .nudge: words("shape_nudge")
        case .inGrace: words("shape_in_grace")
        case .toFix: words("shape_fail")
        case .unknown: words("shape_unknown")
        case .stale: words("shape_stale")
        case .quiet: words("shape_quiet")
        case .notAsked: words("shape_not_applicable")
        }
    }

    /// Its symbol of the system's.
    public var symbol: String {
        switch self {
        case .fine: "checkmark.circle.fill"
        case .nudge: "exclamationmark.circle"
        case .inGrace: "clock.fill"
        case .toFix: "xmark.octagon.fill"
        case .unknown: "questionmark.diamond.fill"
        case .stale: "minus.circle"
        case .quiet: "moon.fill"
        case .notAsked: "minus"
        }
    }

    public var tone: Tone {
        switch self {
        case .fine: .compliant
        case .nudge, .inGrace: .inGrace
        case .toFix: .notCompliant
        case .unknown, .quiet, .notAsked: .unknown
        case .stale: .stale
        }
    }
}
