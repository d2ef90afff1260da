import Foundation
import Glibc

/// The few functions of the system's OpenSSL that a fake enclave needs, found at run time: no headers have to be there.
final class LibCrypto: @unchecked Sendable {
    static let prime256v1: Int32 = 415
    static let uncompressed: Int32 = 4
    static let shared = LibCrypto()

    typealias Key = OpaquePointer
    typealias Bytes = UnsafePointer<UInt8>
    typealias Buffer = UnsafeMutablePointer<UInt8>

    let newKey: @convention(c) (Int32) -> Key?
    let generate: @convention(c) (Key) -> Int32
    let free: @convention(c) (Key) -> Void
    let point: @convention(c) (Key, Int32, UnsafeMutablePointer<Buffer?>, OpaquePointer?) -> Int
    let sign: @convention(c) (Int32, Bytes, Int32, Buffer, UnsafeMutablePointer<UInt32>, Key) -> Int32
    let sha256: @convention(c) (Bytes, Int, Buffer) -> Buffer?
    let cryptoFree: @convention(c) (Buffer, UnsafePointer<CChar>, Int32) -> Void

    private init?() {
        guard let library = dlopen("libcrypto.so.3", RTLD_NOW) else { return nil }
        func found<Function>(_ name: String, _ type: Function.Type) -> Function? {
            dlsym(library, name).map { unsafeBitCast($0, to: type) }
        }
        guard
            let newKey = found("EC_KEY_new_by_curve_name", (@convention(c) (Int32) -> Key?).self),
            let generate = found("EC_KEY_generate_key", (@convention(c) (Key) -> Int32).self),
            let free = found("EC_KEY_free", (@convention(c) (Key) -> Void).self),
            let point = found(
                "EC_KEY_key2buf",
                (@convention(c) (Key, Int32, UnsafeMutablePointer<Buffer?>, OpaquePointer?) -> Int).self),
            let sign = found(
                "ECDSA_sign",
                (@convention(c) (Int32, Bytes, Int32, Buffer, UnsafeMutablePointer<UInt32>, Key) -> Int32).self),
            let sha256 = found("SHA256", (@convention(c) (Bytes, Int, Buffer) -> Buffer?).self),
            let cryptoFree = found(
                "CRYPTO_free", (@convention(c) (Buffer, UnsafePointer<CChar>, Int32) -> Void).self)
        else { return nil }
        self.newKey = newKey
        self.generate = generate
        self.free = free
        self.point = point
        self.sign = sign
        self.sha256 = sha256
        self.cryptoFree = cryptoFree
    }
}
