import AtalayaCore
import Foundation
import Glibc

/// One request over a connection of its own, in plain HTTP to this machine.
enum Network {
    static func send(_ request: HttpRequest) throws -> HttpResponse {
        guard let url = URLComponents(string: request.url), let host = url.host, let port = url.port else {
            throw HttpError.Unreachable
        }
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                connect(connection, plain, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw HttpError.Unreachable }
        var head = "\(request.method) \(url.path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
        for header in request.headers { head += "\(header.name): \(header.value)\r\n" }
        head += "Content-Length: \(request.body?.count ?? 0)\r\n\r\n"
        let outgoing = [UInt8](Data(head.utf8) + (request.body ?? Data()))
        guard Glibc.send(connection, outgoing, outgoing.count, Int32(MSG_NOSIGNAL)) == outgoing.count else {
            throw HttpError.Broken
        }
        return try parsed(try everything(connection, request.longestAnswer), request.longestAnswer)
    }

    private static func everything(_ connection: Int32, _ longest: UInt64) throws -> Data {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count >= 0 else { throw HttpError.Broken }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= longest + 65536 else { throw HttpError.TooLong }
        }
    }

    private static func parsed(_ answer: Data, _ longest: UInt64) throws -> HttpResponse {
        guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { throw HttpError.Broken }
        let lines = String(decoding: answer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = UInt16(lines[0].split(separator: " ")[1]) else { throw HttpError.Broken }
        let headers = lines.dropFirst().compactMap { line -> HttpHeader? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return HttpHeader(name: String(line[..<colon]), value: value)
        }
        let body = Data(answer[end.upperBound...])
        guard body.count <= longest else { throw HttpError.TooLong }
        return HttpResponse(status: status, headers: headers, body: body)
    }
}
