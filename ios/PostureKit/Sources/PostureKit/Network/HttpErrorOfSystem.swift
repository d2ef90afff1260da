import AtalayaCore
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

extension HttpError {
    /// What a failure of the system's HTTP means to the core. Its words stay behind: they can hold an address.
    init(systemError: any Error) {
        guard let error = systemError as? URLError else {
            self = .Broken
            return
        }
        switch error.code {
        case .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet, .dataNotAllowed,
            .internationalRoamingOff, .callIsActive, .badURL, .unsupportedURL:
            self = .Unreachable
        case .timedOut:
            self = .Timeout
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
            .serverCertificateNotYetValid, .serverCertificateUntrusted, .clientCertificateRejected,
            .clientCertificateRequired, .appTransportSecurityRequiresSecureConnection:
            self = .Identity(reason: "system \(error.code.rawValue)")
        case .dataLengthExceedsMaximum:
            self = .TooLong
        default:
            self = .Broken
        }
    }
}
