import Foundation
import Glibc

/// A key on P-256 of the system's OpenSSL, found at run time, so that no headers have to be there: what the Secure Enclave
/// is on a phone.
final class Key: @unchecked Sendable {
    private typealias Bytes = UnsafePointer<UInt8>
    private typealias Buffer = UnsafeMutablePointer<UInt8>
    private static let prime256v1: Int32 = 415
    private static let uncompressed: Int32 = 4

    private let key: OpaquePointer

    /// The uncompressed point of X9.62.
    let point: Data

    init() {
        typealias New = @convention(c) (Int32) -> OpaquePointer?
        typealias Generate = @convention(c) (OpaquePointer) -> Int32
        typealias Point = @convention(c) (OpaquePointer, Int32, UnsafeMutablePointer<Buffer?>, OpaquePointer?) -> Int
        key = Self.function("EC_KEY_new_by_curve_name", New.self)(Self.prime256v1)!
        precondition(Self.function("EC_KEY_generate_key", Generate.self)(key) == 1)
        var bytes: Buffer?
        let length = Self.function("EC_KEY_key2buf", Point.self)(key, Self.uncompressed, &bytes, nil)
        point = Data(bytes: bytes!, count: length)
    }

    deinit {
        typealias Free = @convention(c) (OpaquePointer) -> Void
        Self.function("EC_KEY_free", Free.self)(key)
    }

    /// ECDSA with SHA-256, as DER.
    func sign(_ message: Data) -> Data {
        typealias Hash = @convention(c) (Bytes, Int, Buffer) -> Buffer?
        typealias Sign = @convention(c) (Int32, Bytes, Int32, Buffer, UnsafeMutablePointer<UInt32>, OpaquePointer) -> Int32
        var digest = [UInt8](repeating: 0, count: 32)
        var signature = [UInt8](repeating: 0, count: 80)
        var length: UInt32 = 0
        _ = Self.function("SHA256", Hash.self)([UInt8](message), message.count, &digest)
        precondition(Self.function("ECDSA_sign", Sign.self)(0, digest, 32, &signature, &length, key) == 1)
        return Data(signature[..<Int(length)])
    }

    private static func function<Function>(_ name: String, _ type: Function.Type) -> Function {
        unsafeBitCast(dlsym(library, name)!, to: type)
    }

    nonisolated(unsafe) private static let library = dlopen("libcrypto.so.3", RTLD_NOW)!
}
