import Foundation
import Glibc

/// A server on loopback that gives one scripted answer to each request and keeps what it was sent.
final class LocalServer: @unchecked Sendable {
    let url: String
    private let listener: Int32
    private let lock = NSLock()
    private var heard: [String] = []
    private var isStopped = false

    /// The bytes to answer with; nil closes the connection without an answer.
    init(_ answer: @escaping @Sendable (String) -> Data?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(fd, plain, length) == 0 && listen(fd, 8) == 0 && getsockname(fd, plain, &length) == 0
            }
        }
        guard bound else {
            close(listener)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(fd, nil, nil)
                guard connection >= 0 else { return end() }
                let request = Self.read(connection)
                lock.withLock { heard.append(request) }
                if let bytes = answer(request) {
                    _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
                }
                close(connection)
            }
        }
    }

    var requests: [String] { lock.withLock { heard } }

    /// Nobody is let in any more. Only the thread that accepts closes the listener: were it closed here while that thread
    /// is between two callers, the next server could get its number, and that thread would let in the callers of that one.
    func stop() {
        lock.withLock {
            if !isStopped { shutdown(listener, Int32(SHUT_RDWR)) }
            isStopped = true
        }
    }

    /// There is nobody to let in. From here on the number is another's, which is not to be stopped.
    private func end() {
        lock.withLock {
            isStopped = true
            close(listener)
        }
    }

    /// The head, and as much of a body as it announces.
    private static func read(_ connection: Int32) -> String {
        var bytes = [UInt8]()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer[0..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let head = text[..<end.lowerBound].lowercased()
            let announced = head.range(of: "content-length: ").flatMap { range in
                Int(head[range.upperBound...].prefix { $0.isNumber })
            }
            if text[end.upperBound...].utf8.count >= announced ?? 0 { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> Data {
        let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "Connection: close"]
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}
