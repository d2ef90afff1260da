/// The colours of the product, light and dark, as `0xRRGGBB`.
public enum Tone: String, CaseIterable, Sendable {
    case compliant, inGrace, notCompliant, unknown, stale, accent

    /// What is written on the tint or on a card.
    public var text: Pair {
        switch self {
        case .compliant: Pair(0x1b6e45, 0x7fd1a3)
        case .inGrace: Pair(0x8a5300, 0xf0c069)
        case .notCompliant: Pair(0xb3261e, 0xff9d93)
        case .unknown: Pair(0x4d5a6b, 0xb3c0d0)
        case .stale: Pair(0x6a4c93, 0xc9b3e6)
        case .accent: Pair(0x0b6158, 0x6cc7ba)
        }
    }

    /// What lies behind it.
    public var tint: Pair {
        switch self {
        case .compliant: Pair(0xe1f1e7, 0x17301f)
        case .inGrace: Pair(0xfbeed3, 0x352a12)
        case .notCompliant: Pair(0xfbe4e1, 0x3a1d1a)
        case .unknown: Pair(0xe6eaf0, 0x242c36)
        case .stale: Pair(0xede6f6, 0x2c2438)
        case .accent: Pair(0xe2efec, 0x1d302d)
        }
    }

    /// A colour in the light and in the dark.
    public struct Pair: Equatable, Sendable {
        public let light: UInt32
        public let dark: UInt32

        public init(_ light: UInt32, _ dark: UInt32) {
            self.light = light
            self.dark = dark
        }
    }

    public static let paper = Pair(0xf7f6f2, 0x111615)
    public static let card = Pair(0xffffff, 0x181f1d)
    public static let ink = Pair(0x17211f, 0xe8ece9)
    public static let softInk = Pair(0x56635f, 0x9fada8)
    public static let line = Pair(0xdfe0d8, 0x2a3431)
}
