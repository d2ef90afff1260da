import Foundation
import Security

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
#if canImport(AppleFoundation)
import AppleFoundation
#endif

/// What is answered when a connection asks whether the server is believed, or for a credential.
enum ChallengeAnswer {
    /// As without this app: the system's roots judge the server; there is no credential to give.
    case asTheSystemDoes
    case believe(SecTrust)
    case refuse

    /// With a pinned root the system never judges a server, also not where it shows no chain to judge.
    init(_ pinnedRoot: PinnedRoot?, method: String, trust: SecTrust?) {
        guard let pinnedRoot, method == NSURLAuthenticationMethodServerTrust else {
            self = .asTheSystemDoes
            return
        }
        self = if let trust, pinnedRoot.accepts(trust) { .believe(trust) } else { .refuse }
    }
}
