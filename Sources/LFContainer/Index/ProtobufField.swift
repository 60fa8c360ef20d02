import CContainer
import CProtobufC
import LFCore

/// Fields of unpacked C messages as Swift values.
enum ProtobufField {
  /// The messages of a repeated field.
  static func list<Message>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
  ) -> [UnsafeMutablePointer<Message>] {
    unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).compactMap {
      unsafe $0
    }
  }

  /// The bytes of a field.
  static func data(_ field: ProtobufCBinaryData) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: field.data, count: field.data == nil ? 0 : field.len))
  }

  /// The text of a field.
  static func text(_ field: ProtobufCBinaryData, _ what: String) throws(LFError) -> String {
    guard let result = unsafe String(validating: data(field), as: UTF8.self) else {
      throw .refused("lfz.index", expected: "UTF-8 in \(what)", found: "other bytes")
    }
    return result
  }

  /// A number of a field that must be an `Int`.
  static func count(_ value: UInt64, _ what: String) throws(LFError) -> Int {
    guard let result = Int(exactly: value) else {
      throw .refused("lfz.index", expected: "\(what) below 2^63", found: "\(value)")
    }
    return result
  }
}
