import LFCore

/// The class of a storage, that is of what its elements are.
enum StorageType {
  /// Elements of a type.
  case typed(ElementType)
  /// Bytes; the tensor says what they are.
  case untyped
  /// A known class this tool does not handle.
  case unsupported

  private static let typed: [String: ElementType] = [
    "Float": .f32, "Half": .f16, "BFloat16": .bf16, "Double": .f64, "Long": .i64, "Int": .i32,
    "Short": .i16, "Char": .i8, "Byte": .u8, "Bool": .bool,
  ]
  private static let foreign: Set<String> = [
    "ComplexFloat", "ComplexDouble", "QInt8", "QUInt8", "QInt32", "QUInt4x2", "QUInt2x4",
  ]

  /// The class of a global such as `torch.FloatStorage`; nil when it is none.
  static func named(_ global: String) -> StorageType? {
    switch global {
    case "torch.storage.UntypedStorage", "torch.UntypedStorage": return .untyped
    case "torch.storage.TypedStorage", "torch.storage._TypedStorage": return .unsupported
    default: break
    }
    // Storages of the time before CPU and GPU storages shared their names.
    let prefix = global.hasPrefix("torch.cuda.") ? "torch.cuda." : "torch."
    guard global.hasPrefix(prefix), global.hasSuffix("Storage") else { return nil }
    let name = String(global.dropFirst(prefix.count).dropLast("Storage".count))
    if let type = typed[name] { return .typed(type) }
    return foreign.contains(name) ? .unsupported : nil
  }

  /// Bytes of one counted element.
  var elementByteCount: Int? {
    switch self {
    case .typed(let type): type.byteCount
    case .untyped: 1
    case .unsupported: nil
    }
  }
}
