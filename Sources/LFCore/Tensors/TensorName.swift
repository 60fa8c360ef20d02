/// A tensor's name, compared by its UTF-8 bytes.
///
/// Swift strings compare by canonical equivalence, so that a composed and a
/// decomposed name would fall together as keys; in a checkpoint they are two.
public struct TensorName: Hashable, Sendable {
  /// The UTF-8 bytes.
  public let bytes: [UInt8]

  /// The name with the bytes of `text`.
  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The name as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the name begins with these bytes.
  public func hasPrefix(_ prefix: String) -> Bool { bytes.starts(with: prefix.utf8) }

  /// The rest of the name after a prefix, or nil when it has another one.
  public func dropping(prefix: String) -> TensorName? {
    hasPrefix(prefix) ? TensorName(bytes: Array(bytes.dropFirst(prefix.utf8.count))) : nil
  }

  /// The name with these bytes.
  package init(bytes: [UInt8]) { self.bytes = bytes }
}

extension TensorName: Comparable {
  /// Order of the bytes, the order of names in files that this tool writes.
  public static func < (left: TensorName, right: TensorName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension TensorName: ExpressibleByStringLiteral, CustomStringConvertible {
  /// The name with the bytes of a literal.
  public init(stringLiteral text: String) { self.init(text) }
  /// The name as text.
  public var description: String { text }
}

extension TensorName {
  /// Checks a name that comes from a file.
  ///
  /// - Throws: `tensor.name` when it is empty, too long or holds a NUL.
  public func validated(limits: Limits = .standard) throws(LFError) -> TensorName {
    guard !bytes.isEmpty, bytes.count <= limits.nameBytes, !bytes.contains(0) else {
      throw .refused(
        "tensor.name", at: .init(entry: printable(text, limit: 80)),
        expected: "a name of 1 to \(limits.nameBytes) bytes without NUL",
        found: bytes.isEmpty ? "an empty name" : "\(bytes.count.counted("byte"))")
    }
    return self
  }
}
