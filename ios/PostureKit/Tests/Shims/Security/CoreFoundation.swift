import Foundation

// What Apple's Security takes and gives, as plain Swift types, so that casts to them are no casts at all.
public typealias CFString = String
public typealias CFData = Data
public typealias CFDictionary = [String: Any]
public typealias CFArray = [Any]
public typealias CFTypeRef = AnyObject
public typealias CFError = NSError
public typealias CFAllocator = NSObject
public typealias CFTypeID = UInt
public typealias OSStatus = Int32

public func CFErrorGetCode(_ error: CFError) -> Int { error.code }

public func CFGetTypeID(_ object: CFTypeRef) -> CFTypeID { object is SecKey ? SecKeyGetTypeID() : 0 }
