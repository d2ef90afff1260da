/// By which root certificates a server is believed.
public enum ServerRoots: Equatable, Sendable {
    /// Those of the system's store.
    case systems
    /// This one alone.
    case pinned(PinnedRoot)
    /// One is asked for that cannot be read. Nothing is called then: to believe the system's roots instead would be less
    /// than what was asked for.
    case unusable
}
