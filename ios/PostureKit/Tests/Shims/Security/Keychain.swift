import Foundation

public let errSecSuccess: OSStatus = 0
public let errSecUnimplemented: OSStatus = -4
public let errSecParam: OSStatus = -50
public let errSecNotAvailable: OSStatus = -25291
public let errSecAuthFailed: OSStatus = -25293
public let errSecDuplicateItem: OSStatus = -25299
public let errSecItemNotFound: OSStatus = -25300
public let errSecInteractionNotAllowed: OSStatus = -25308
public let errSecDecode: OSStatus = -26275

public let kSecClass: CFString = "class"
public let kSecClassGenericPassword: CFString = "genp"
public let kSecClassKey: CFString = "keys"
public let kSecAttrService: CFString = "svce"
public let kSecAttrAccount: CFString = "acct"
public let kSecAttrAccessible: CFString = "pdmn"
public let kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly: CFString = "akpu"
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: CFString = "cku"
public let kSecAttrApplicationTag: CFString = "atag"
public let kSecAttrKeyType: CFString = "type"
public let kSecAttrKeyTypeECSECPrimeRandom: CFString = "73"
public let kSecAttrKeySizeInBits: CFString = "bsiz"
public let kSecAttrTokenID: CFString = "tkid"
public let kSecAttrTokenIDSecureEnclave: CFString = "com.apple.setoken"
public let kSecAttrIsPermanent: CFString = "perm"
public let kSecAttrAccessControl: CFString = "accc"
public let kSecPrivateKeyAttrs: CFString = "private"
public let kSecValueData: CFString = "v_Data"
public let kSecReturnRef: CFString = "r_Ref"
public let kSecReturnData: CFString = "r_Data"

/// The phone as the fakes see it.
public enum SecurityScript {
    /// The passcode; without one its items cannot be added, and are gone.
    public static var hasPasscode: Bool {
        get { read { $0.hasPasscode } }
        set {
            change { state in
                state.hasPasscode = newValue
                if !newValue {
                    state.items = state.items.filter {
                        $0.value[kSecAttrAccessible] as? String != kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly
                    }
                }
            }
        }
    }

    /// What adding such an item answers without a passcode: it differs by version of iOS.
    public static var refusal: OSStatus {
        get { read { $0.refusal } }
        set { change { $0.refusal = newValue } }
    }

    /// Items are out of reach.
    public static var isLocked: Bool {
        get { read { $0.isLocked } }
        set { change { $0.isLocked = newValue } }
    }

    public static var hasEnclave: Bool {
        get { read { $0.hasEnclave } }
        set { change { $0.hasEnclave = newValue } }
    }

    /// Every key is gone, as after an erasure or on another phone.
    public static func loseKeys() {
        change { state in state.keys = [:] }
    }

    public static func loseItems() {
        change { state in state.items = [:] }
    }

    /// The names under which there are keys.
    public static var names: Set<String> {
        read { Set($0.keys.keys.map { String(decoding: $0, as: UTF8.self) }) }
    }

    /// How each item is protected, by service and account.
    public static var protections: [String: String] {
        read { $0.items.compactMapValues { $0[kSecAttrAccessible] as? String } }
    }

    /// What the next removal of a key answers, as when the phone stops there.
    public static var failureOfRemoval: OSStatus? {
        get { read { $0.failureOfRemoval } }
        set { change { $0.failureOfRemoval = newValue } }
    }

    /// What keys were made with, for the test to look at.
    public static var lastKeyAttributes: [String: Any]? {
        read { $0.lastKeyAttributes }
    }

    /// A new phone, unlocked, with a passcode and an enclave.
    public static func reset() {
        change { $0 = State() }
    }

    struct State {
        var hasPasscode = true
        var refusal = errSecDecode
        var isLocked = false
        var hasEnclave = true
        var items: [String: [String: Any]] = [:]
        var keys: [Data: SecKey] = [:]
        var lastKeyAttributes: [String: Any]?
        var failureOfRemoval: OSStatus?
    }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var state = State()

    static func read<Value>(_ look: (State) -> Value) -> Value {
        lock.withLock { look(state) }
    }

    static func change<Value>(_ act: (inout State) -> Value) -> Value {
        lock.withLock { act(&state) }
    }
}

private func name(of item: CFDictionary) -> String {
    "\(item[kSecAttrService] as? String ?? "")/\(item[kSecAttrAccount] as? String ?? "")"
}

public func SecItemAdd(_ item: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    SecurityScript.change { state in
        guard item[kSecClass] as? String == kSecClassGenericPassword else { return errSecParam }
        let needsPasscode = item[kSecAttrAccessible] as? String == kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly
        if needsPasscode, !state.hasPasscode { return state.refusal }
        if state.isLocked { return errSecInteractionNotAllowed }
        guard state.items[name(of: item)] == nil else { return errSecDuplicateItem }
        state.items[name(of: item)] = item
        return errSecSuccess
    }
}

public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    SecurityScript.read { state in
        if state.isLocked { return errSecInteractionNotAllowed }
        switch query[kSecClass] as? String {
        case kSecClassGenericPassword:
            guard let item = state.items[name(of: query)] else { return errSecItemNotFound }
            if query[kSecReturnData] as? Bool == true {
                result?.pointee = (item[kSecValueData] as? Data).map { NSData(data: $0) }
            }
            return errSecSuccess
        case kSecClassKey:
            guard let tag = query[kSecAttrApplicationTag] as? Data, let key = state.keys[tag] else {
                return errSecItemNotFound
            }
            if query[kSecReturnRef] as? Bool == true { result?.pointee = key }
            return errSecSuccess
        default:
            return errSecParam
        }
    }
}

public func SecItemDelete(_ query: CFDictionary) -> OSStatus {
    SecurityScript.change { state in
        switch query[kSecClass] as? String {
        case kSecClassGenericPassword:
            return state.items.removeValue(forKey: name(of: query)) == nil ? errSecItemNotFound : errSecSuccess
        case kSecClassKey:
            guard let tag = query[kSecAttrApplicationTag] as? Data else { return errSecParam }
            if let failure = state.failureOfRemoval {
                state.failureOfRemoval = nil
                return failure
            }
            return state.keys.removeValue(forKey: tag) == nil ? errSecItemNotFound : errSecSuccess
        default:
            return errSecParam
        }
    }
}
